// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Numbers and times as monitors read them. */
final class Numbers {

    private static final DateTimeFormatter ISO_MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Numbers() {}

    /** Whole milliseconds, rounded to the nearest. */
    static long millis(Duration duration) {
        return duration.plusNanos(500_000).toMillis();
    }

    /** Two decimals, always written. */
    static BigDecimal twoDecimals(double value) {
        return BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_UP);
    }

    /** Milliseconds with two decimals. */
    static BigDecimal millisTwoDecimals(Duration duration) {
        return twoDecimals(duration.toNanos() / 1e6);
    }

    /** ISO-8601 in UTC with milliseconds. */
    static String iso(Instant instant) {
        return ISO_MILLIS.format(instant);
    }
}
