// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 250ms}, {@code 30m}, {@code 1m30s}, {@code 0}; ISO 8601 as well. */
final class DurationText {

    private static final Pattern PART = Pattern.compile("(\\d+)\\s*(ns|us|ms|s|m|h|d)\\s*");
    private static final Pattern WHOLE = Pattern.compile("-?(?:\\d+\\s*(?:ns|us|ms|s|m|h|d)\\s*)+");
    private static final Pattern BARE = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final Pattern ISO = Pattern.compile("(?i)[-+]?P.+");

    private DurationText() {}

    static Duration parse(String text) throws BadValueException {
        var trimmed = text.strip();
        if (trimmed.matches("0+")) {
            return Duration.ZERO;
        }
        if (BARE.matcher(trimmed).matches()) {
            throw new BadValueException("is a number without a unit", "say which: " + readings(trimmed));
        }
        try {
            if (ISO.matcher(trimmed).matches()) {
                return Duration.parse(trimmed);
            }
            var lower = trimmed.toLowerCase(Locale.ROOT);
            if (WHOLE.matcher(lower).matches()) {
                return sum(lower);
            }
        } catch (ArithmeticException | NumberFormatException tooLong) {
            throw new BadValueException("is too long a duration", "use at most 365d");
        } catch (DateTimeException malformed) {
            throw notADuration();
        }
        throw notADuration();
    }

    /** {@code 5000} was most probably meant as milliseconds, {@code 30} as seconds. */
    private static String readings(String number) {
        return number.matches("[1-9]\\d{0,8}000")
                ? number + "ms (" + number.substring(0, number.length() - 3) + "s), or " + number + "s"
                : number + "ms, " + number + "s or " + number + "m";
    }

    private static Duration sum(String text) {
        var total = Duration.ZERO;
        var part = PART.matcher(text);
        while (part.find()) {
            long number = Long.parseLong(part.group(1));
            total = total.plus(
                    switch (part.group(2)) {
                        case "ns" -> Duration.ofNanos(number);
                        case "us" -> Duration.ofNanos(Math.multiplyExact(number, 1_000L));
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    });
        }
        return text.startsWith("-") ? total.negated() : total;
    }

    private static BadValueException notADuration() {
        return new BadValueException(
                "must be a duration", "write a number with ns, us, ms, s, m, h or d, such as 250ms");
    }

    /** The shortest text in whole units, such as {@code 1m30s}; {@code 0} for zero. */
    static String text(Duration duration) {
        if (duration.isZero()) {
            return "0";
        }
        if (duration.isNegative()) {
            return "-" + text(duration.negated());
        }
        var text = new StringBuilder();
        append(text, duration.toDays(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        int nanos = duration.toNanosPart();
        append(text, nanos / 1_000_000, "ms");
        append(text, nanos / 1_000 % 1_000, "us");
        append(text, nanos % 1_000, "ns");
        return text.toString();
    }

    private static void append(StringBuilder text, long number, String unit) {
        if (number != 0) {
            text.append(number).append(unit);
        }
    }
}
