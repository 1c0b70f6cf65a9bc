// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Writes maps, lists, texts, numbers and booleans as JSON for people: two blanks a level, one value a line. */
final class JsonText {

    private final StringBuilder text = new StringBuilder();

    private JsonText() {}

    /** The text of that value. Ends with a line break. */
    static String of(Object value) {
        var json = new JsonText();
        json.write(value, "\n");
        return json.text.append('\n').toString();
    }

    private void write(Object value, String lineBreak) {
        if (value instanceof Map<?, ?> map) {
            var entries = map.entrySet().iterator();
            block('{', '}', entries, lineBreak, entry -> {
                quoted(String.valueOf(entry.getKey()));
                text.append(": ");
                write(entry.getValue(), lineBreak + "  ");
            });
        } else if (value instanceof List<?> list) {
            block('[', ']', list.iterator(), lineBreak, element -> write(element, lineBreak + "  "));
        } else if (value instanceof String string) {
            quoted(string);
        } else if (value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            throw new IllegalArgumentException("not to be written as JSON: " + value.getClass());
        }
    }

    private <T> void block(char open, char close, Iterator<T> elements, String lineBreak, Consumer<T> writer) {
        text.append(open);
        boolean any = elements.hasNext();
        while (elements.hasNext()) {
            text.append(lineBreak).append("  ");
            writer.accept(elements.next());
            text.append(elements.hasNext() ? "," : "");
        }
        text.append(any ? lineBreak : "").append(close);
    }

    private void quoted(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
