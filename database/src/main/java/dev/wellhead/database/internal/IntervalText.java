// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of PostgreSQL's interval as a duration: its own style ({@code 2 days 03:04:05.5}) and ISO 8601. A day is 24
 * hours; months and years have no fixed length and are refused.
 */
final class IntervalText {

    private static final Pattern STYLE =
            Pattern.compile("(?:([+-]?\\d+) years?)? ?(?:([+-]?\\d+) mons?)? ?(?:([+-]?\\d+) days?)?"
                    + " ?(?:([+-])?(\\d+):(\\d\\d):(\\d\\d(?:\\.\\d+)?))?");

    private IntervalText() {}

    static Duration parse(String text) {
        if (text.startsWith("P")) {
            return ofIso(text);
        }
        Matcher parts = STYLE.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            throw unknown();
        }
        if (parts.group(1) != null || parts.group(2) != null) {
            throw new Unfit("has months or years, and a Duration has none; read it as String, or convert it in the"
                    + " query (EXTRACT(EPOCH FROM ...))");
        }
        Duration days = parts.group(3) == null ? Duration.ZERO : Duration.ofDays(Long.parseLong(parts.group(3)));
        return parts.group(5) == null ? days : days.plus(clock(parts));
    }

    private static Duration clock(Matcher parts) {
        BigDecimal seconds = new BigDecimal(parts.group(7));
        Duration clock = Duration.ofHours(Long.parseLong(parts.group(5)))
                .plusMinutes(Long.parseLong(parts.group(6)))
                .plusNanos(seconds.movePointRight(9).longValueExact());
        return "-".equals(parts.group(4)) ? clock.negated() : clock;
    }

    private static Duration ofIso(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw unknown();
        }
    }

    private static Unfit unknown() {
        return new Unfit("has an interval in a form that is not understood; set IntervalStyle to postgres or iso_8601"
                + " without months and years, or read it as String");
    }
}
