// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.watch.internal.AlertTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is told, and to whom.
 *
 * @param rules those that count
 * @param sinks who is told, besides the log
 */
public record AlertSettings(List<AlertRule> rules, List<AlertSink> sinks) {

    /** All rules, and nobody but the log. */
    public static final AlertSettings DEFAULT = new AlertSettings(AlertTable.rules(), List.of());

    /** Copies the lists. */
    public AlertSettings {
        rules = List.copyOf(rules);
        sinks = List.copyOf(sinks);
    }

    /** The same with those sinks. */
    public AlertSettings withSinks(List<AlertSink> others) {
        return new AlertSettings(rules, others);
    }

    /**
     * The same with other thresholds.
     *
     * @param thresholds by the name of the rule: a number, or {@code off}
     * @throws IllegalArgumentException when there is no such rule, or no such number
     */
    public AlertSettings withThresholds(Map<String, String> thresholds) {
        var names = rules.stream().map(AlertRule::name).collect(Collectors.toSet());
        thresholds.keySet().stream()
                .filter(name -> !names.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("no alert " + name + ": there are "
                            + names.stream().sorted().toList());
                });
        List<AlertRule> changed = new ArrayList<>();
        for (var rule : rules) {
            var wanted = thresholds.get(rule.name());
            if (wanted == null) {
                changed.add(rule);
            } else if (!wanted.equals("off")) {
                changed.add(rule.withThreshold(number(rule.name(), wanted)));
            }
        }
        return new AlertSettings(changed, sinks);
    }

    /**
     * The same with other times that a value must be over its threshold.
     *
     * @param holds by the name of the rule; names without a rule say nothing
     * @throws IllegalArgumentException when one is negative
     */
    public AlertSettings withHolds(Map<String, Duration> holds) {
        return new AlertSettings(
                rules.stream()
                        .map(rule -> rule.withHold(holds.getOrDefault(rule.name(), rule.hold())))
                        .toList(),
                sinks);
    }

    private static double number(String name, String text) {
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && !Double.isInfinite(value)) {
                return value;
            }
        } catch (NumberFormatException refusedBelow) {
            // Says the same as a number that does not do.
        }
        throw new IllegalArgumentException(name + "=" + text + ": must be a number from 0, or off");
    }
}
