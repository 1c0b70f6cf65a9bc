// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people type them: {@code 500us}, {@code 20ms}, {@code 1.5s}, {@code 2m}. */
final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern SHAPE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)\\s*(us|ms|s|m|h)");

    @Override
    public Duration convert(String value) {
        var match = SHAPE.matcher(value.trim());
        if (!match.matches()) {
            throw new TypeConversionException(
                    "'" + value + "' is not a duration: give a number and a unit (us, ms, s, m, h), such as 20ms");
        }
        double nanosPerUnit = switch (match.group(2)) {
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3_600e9;
        };
        return Duration.ofNanos((long) (Double.parseDouble(match.group(1)) * nanosPerUnit));
    }
}
