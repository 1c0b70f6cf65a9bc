// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of Wellhead's own, taken apart: {@code event words key=value ...}.
 *
 * <p>Read from the pattern and its arguments rather than from the finished text: an argument behind {@code key=} is that
 * key's value as a whole, whatever stands in it, so that the text of a foreign error makes no fields of its own.
 *
 * @param start what it begins with, up to the first key
 * @param fields the values by key, in their order; numbers and truth values as such, all else as texts
 */
record LogLine(String start, Map<String, Object> fields) {

    /** Stand for arguments in the text; what an argument has of them is taken out. */
    private static final char FIRST_MARK = '\uE000';

    private static final char LAST_MARK = '\uF8FF';
    private static final Pattern MARKS = Pattern.compile("[\uE000-\uF8FF]");
    private static final Pattern FIELD =
            Pattern.compile("(?:^|\\s)([A-Za-z][A-Za-z0-9_.-]*)=(\"[^\"\\n]*\"?|\\[[^\\]\\n]*\\]?|[^\\s]*)");
    /** Keys whose values are numbers also where they come within a text. */
    private static final Pattern NUMBER_KEY = Pattern.compile(".*(?:Ms|Micros|Nanos)|suppressed|notLogged");

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

    static LogLine of(String pattern, Object @Nullable [] arguments) {
        var values = new ArrayList<@Nullable Object>();
        var text = marked(pattern, arguments == null ? new Object[0] : arguments, values);
        int end = text.indexOf('\n');
        var line = end < 0 ? text : text.substring(0, end);
        var fields = new LinkedHashMap<String, Object>();
        var found = FIELD.matcher(line);
        int start = line.length();
        while (found.find()) {
            start = Math.min(start, found.start());
            var value = value(found.group(1), found.group(2), values);
            fields.putIfAbsent(found.group(1), value);
        }
        return new LogLine(expanded(line.substring(0, start), values).strip(), fields);
    }

    /** The field as a text; empty where there is none. */
    String text(String key) {
        return String.valueOf(fields.getOrDefault(key, ""));
    }

    /** The text with marks in place of the arguments that are values. */
    private static String marked(String pattern, Object[] arguments, List<@Nullable Object> values) {
        var text = new StringBuilder();
        int from = 0;
        for (int next = 0; next < arguments.length; next++) {
            int at = pattern.indexOf("{}", from);
            if (at < 0) {
                break;
            }
            text.append(pattern, from, at);
            if (isValueNext(text) && values.size() < LAST_MARK - FIRST_MARK) {
                text.append((char) (FIRST_MARK + values.size()));
                values.add(arguments[next]);
            } else {
                text.append(MARKS.matcher(String.valueOf(arguments[next])).replaceAll(""));
            }
            from = at + 2;
        }
        return text.append(pattern.substring(from)).toString();
    }

    private static boolean isValueNext(StringBuilder text) {
        int last = text.length() - 1;
        boolean isQuoted = last > 0 && text.charAt(last) == '"';
        int equals = isQuoted ? last - 1 : last;
        return equals >= 0 && text.charAt(equals) == '=';
    }

    private static Object value(String key, String raw, List<@Nullable Object> values) {
        var shown = raw.endsWith(":") ? raw.substring(0, raw.length() - 1) : raw;
        if (shown.length() == 1 && isMark(shown.charAt(0))) {
            var value = values.get(shown.charAt(0) - FIRST_MARK);
            return value instanceof Number || value instanceof Boolean ? value : unquoted(String.valueOf(value));
        }
        var text = unquoted(expanded(shown, values));
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return NUMBER_KEY.matcher(key).matches() && NUMBER.matcher(text).matches() ? Long.valueOf(text) : text;
    }

    private static String expanded(String text, List<@Nullable Object> values) {
        var expanded = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (isMark(next)) {
                expanded.append(values.get(next - FIRST_MARK));
            } else {
                expanded.append(next);
            }
        }
        return expanded.toString();
    }

    private static boolean isMark(char next) {
        return next >= FIRST_MARK && next <= LAST_MARK;
    }

    private static String unquoted(String text) {
        boolean isQuoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return isQuoted ? text.substring(1, text.length() - 1) : text;
    }
}
