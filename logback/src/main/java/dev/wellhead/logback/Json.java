// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import java.util.List;
import java.util.Map;

/** Writes JSON on one line. */
final class Json {

    private Json() {}

    static void append(StringBuilder to, Object value) {
        if (value instanceof Map<?, ?> map) {
            to.append('{');
            var comma = "";
            for (var entry : map.entrySet()) {
                to.append(comma)
                        .append('"')
                        .append(escaped(String.valueOf(entry.getKey())))
                        .append("\":");
                append(to, entry.getValue());
                comma = ",";
            }
            to.append('}');
        } else if (value instanceof List<?> list) {
            to.append('[');
            var comma = "";
            for (var item : list) {
                to.append(comma);
                append(to, item);
                comma = ",";
            }
            to.append(']');
        } else if (isPlain(value)) {
            to.append(value);
        } else {
            to.append('"').append(escaped(String.valueOf(value))).append('"');
        }
    }

    private static boolean isPlain(Object value) {
        return value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || (value instanceof Double number && Double.isFinite(number));
    }

    /** Without the quotes around it. */
    static String escaped(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            switch (next) {
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    // Half a pair of surrogates is no character and has no bytes in UTF-8.
                    boolean isLone = Character.isSurrogate(next) && !isPaired(text, i);
                    if (next < ' ' || isLone || next == '\u2028' || next == '\u2029' || next == '\u0085') {
                        escaped.append(String.format("\\u%04x", (int) next));
                    } else {
                        escaped.append(next);
                    }
                }
            }
        }
        return escaped.toString();
    }

    private static boolean isPaired(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
}
