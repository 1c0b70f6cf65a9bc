// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes each line of the log as one JSON object: {@code timestamp} (ISO 8601, UTC), {@code level}, {@code logger},
 * {@code thread}, {@code event}, each {@code key=value} of the line as a field, {@code message}, {@code exception} (at most
 * sixteen errors, masked and cut), {@code trace_id} and {@code span_id} where the MDC has them. A key that has one of these
 * names becomes {@code field.<key>}. Messages of others have no {@code event} and no fields of their own.
 *
 * <p>Thread-safe. For a {@code LayoutWrappingEncoder}.
 */
public final class JsonLayout extends LayoutBase<ILoggingEvent> {

    private static final int LONGEST_MESSAGE = 16_384;
    private static final int LONGEST_VALUE = 4_096;

    /** Without settings. */
    public JsonLayout() {}

    @Override
    public String doLayout(ILoggingEvent event) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("timestamp", event.getInstant().toString());
        object.put("level", event.getLevel().toString());
        object.put("logger", event.getLoggerName());
        object.put("thread", event.getThreadName());
        object.put("event", "");
        object.put("message", cut(event.getFormattedMessage(), LONGEST_MESSAGE));
        object.put("exception", "");
        object.put("trace_id", "");
        object.put("span_id", "");
        var fields = new LinkedHashMap<String, Object>();
        if (LogEvents.isOwn(event.getLoggerName())) {
            var line = LogLine.of(event.getMessage(), event.getArgumentArray());
            object.put("event", LogEvents.find(line).map(LogEvent::words).orElse(line.start()));
            line.fields()
                    .forEach((key, value) -> fields.put(
                            object.containsKey(key) ? "field." + key : key,
                            value instanceof String text ? cut(text, LONGEST_VALUE) : value));
        }
        var errors = Errors.of(event);
        if (!errors.errors().isEmpty()) {
            object.put("exception", errors.toMap());
        }
        var context = event.getMDCPropertyMap();
        object.put("trace_id", first(context, "trace_id", "traceId"));
        object.put("span_id", first(context, "span_id", "spanId"));
        object.values().removeIf(""::equals);
        object.putAll(fields);
        var text = new StringBuilder();
        Json.append(text, object);
        return text.append('\n').toString();
    }

    private static String first(Map<String, String> context, String name, String otherName) {
        return context.getOrDefault(name, context.getOrDefault(otherName, ""));
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest) + "... (" + text.length() + " characters)";
    }
}
