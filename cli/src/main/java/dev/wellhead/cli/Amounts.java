// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Numbers and times of a server's answers as people read them. Four or five digits each; {@code -} for what is missing. */
final class Amounts {
    private static final String NONE = "-";
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Amounts() {}

    /** A number of milliseconds with the unit that suits it. */
    static String time(JsonNode millis) {
        if (!millis.isNumber()) {
            return NONE;
        }
        double value = millis.asDouble();
        if (value < 1_000) {
            return format(value < 10 ? "%.2f ms" : value < 100 ? "%.1f ms" : "%.0f ms", value);
        }
        double seconds = value / 1e3;
        if (seconds < 100) {
            return format("%.1f s", seconds);
        }
        double minutes = seconds / 60;
        return minutes < 100 ? format("%.0f min", minutes) : format("%.0f h", minutes / 60);
    }

    /** A count or a rate. */
    static String count(JsonNode number) {
        if (!number.isNumber()) {
            return NONE;
        }
        double value = number.asDouble();
        double size = Math.abs(value);
        if (size < 10_000) {
            return value == Math.rint(value) || size >= 100 ? format("%.0f", value) : format("%.1f", value);
        }
        return size < 1e6
                ? format("%.0fk", value / 1e3)
                : size < 1e9 ? format("%.1fM", value / 1e6) : format("%.1fG", value / 1e9);
    }

    /** A share in percent. */
    static String percent(JsonNode number) {
        return number.isNumber() ? format("%.1f%%", number.asDouble()) : NONE;
    }

    /** A point in time in this machine's zone, to the second. */
    static String clock(JsonNode instant) {
        try {
            return clock(Instant.parse(instant.asText()));
        } catch (DateTimeParseException e) {
            // Not a time: shown as it came.
            return instant.asText(NONE);
        }
    }

    /** As above. */
    static String clock(Instant instant) {
        return LOCAL.format(instant.atZone(ZoneId.systemDefault()));
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
