// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Rules of alerts as text: {@code HIGH_POOL_USAGE=0.9 for 30s,HIGH_RETRY_RATE=off,WAITING_CALLERS=for 1m}. */
final class AlertText {

    /** The rules that there are; those of module {@code watch}, which this one does not know. */
    static final List<String> NAMES = List.of(
            "HIGH_POOL_USAGE",
            "WAITING_CALLERS",
            "SLOW_RESPONSE",
            "HIGH_LATENCY",
            "HIGH_ERROR_RATE",
            "HIGH_RETRY_RATE",
            "CONNECTION_FAILURES",
            "CONNECTION_LEAK",
            "BREAKER_OPEN",
            "DATABASE_UNHEALTHY",
            "DATABASE_READ_ONLY",
            "UNKNOWN_COMMIT_OUTCOME",
            "REPLICATION_LAG",
            "PART_UNHEALTHY");

    private static final String ONE = "\\s*(?:" + String.join("|", NAMES)
            + ")\\s*=\\s*(?:off|(?:[0-9]{1,9}(?:\\.[0-9]{1,9})?)?\\s*(?:for\\s+[0-9a-z ]+)?)\\s*";

    /** All of it, as far as a pattern can tell. */
    static final String PATTERN = ONE + "(?:," + ONE + ")*";

    private static final Pattern VALUE =
            Pattern.compile("(off)|([0-9]{1,9}(?:\\.[0-9]{1,9})?)?\\s*(?:for\\s+([0-9a-zA-Z ]+))?");
    private static final String RULE = "must be NAME=off, NAME=threshold, NAME=threshold for time, or NAME=for time";
    private static final String FIX = "write it as HIGH_POOL_USAGE=0.9 for 30s,HIGH_RETRY_RATE=off";
    private static final Duration LONGEST = Duration.ofDays(1);

    private AlertText() {}

    /** All rules that are named, sorted by name. */
    static List<AlertConfig.Rule> parse(String text) throws BadValueException {
        var rules = new TreeMap<String, AlertConfig.Rule>();
        for (var part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new BadValueException(RULE, FIX);
            }
            var name =
                    part.substring(0, equals).strip().toUpperCase(Locale.ROOT).replace('-', '_');
            if (!NAMES.contains(name)) {
                throw new BadValueException(
                        "names no alert " + name,
                        Nearest.to(name, NAMES)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("use one of " + String.join(", ", NAMES)));
            }
            if (rules.put(name, rule(name, part.substring(equals + 1).strip())) != null) {
                throw new BadValueException("must name each alert once", "drop one of the two " + name);
            }
        }
        return List.copyOf(rules.values());
    }

    private static AlertConfig.Rule rule(String name, String value) throws BadValueException {
        var said = VALUE.matcher(value);
        if (value.isEmpty() || !said.matches()) {
            throw new BadValueException(RULE, FIX);
        }
        if (said.group(1) != null) {
            return new AlertConfig.Rule(name, false, OptionalDouble.empty(), Optional.empty());
        }
        var hold = said.group(3) == null ? Optional.<Duration>empty() : Optional.of(DurationText.parse(said.group(3)));
        if (hold.filter(time -> time.compareTo(LONGEST) > 0).isPresent()) {
            throw new BadValueException("must hold for at most 1d", "use a shorter time, or off");
        }
        var threshold =
                said.group(2) == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(said.group(2)));
        return new AlertConfig.Rule(name, true, threshold, hold);
    }

    static String text(List<AlertConfig.Rule> rules) {
        return rules.stream().map(AlertText::text).collect(Collectors.joining(","));
    }

    private static String text(AlertConfig.Rule rule) {
        if (!rule.on()) {
            return rule.name() + "=off";
        }
        var threshold =
                rule.threshold().isPresent() ? ValueType.plain(rule.threshold().getAsDouble()) : "";
        var hold = rule.hold().map(time -> "for " + DurationText.text(time)).orElse("");
        return rule.name() + "=" + (threshold + " " + hold).strip();
    }
}
