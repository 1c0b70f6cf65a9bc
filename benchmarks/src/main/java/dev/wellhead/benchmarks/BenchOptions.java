// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The options of {@code benchmarks/run}; what is null was not given. */
record BenchOptions(
        boolean isQuick,
        @Nullable Integer rounds,
        @Nullable Integer warmUpSeconds,
        @Nullable Integer seconds,
        @Nullable List<PoolKind> pools) {

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException that names the option and what it takes
     */
    static BenchOptions parse(List<String> arguments) {
        var options = new BenchOptions(false, null, null, null, null);
        for (var rest = arguments.iterator(); rest.hasNext(); ) {
            var option = rest.next();
            if (option.equals("--quick")) {
                options = new BenchOptions(true, options.rounds, options.warmUpSeconds, options.seconds, options.pools);
                continue;
            }
            if (!List.of("--rounds", "--warm-up", "--seconds", "--pools").contains(option)) {
                throw new IllegalArgumentException("There is no option '" + option + "'");
            }
            if (!rest.hasNext()) {
                throw new IllegalArgumentException(option + " lacks its value");
            }
            options = options.with(option, rest.next());
        }
        return options;
    }

    /** A part's own effort, but for what was given. */
    Effort over(Effort own) {
        return new Effort(
                Objects.requireNonNullElse(rounds, own.rounds()),
                Objects.requireNonNullElse(warmUpSeconds, own.warmUpSeconds()),
                Objects.requireNonNullElse(seconds, own.seconds()),
                pools == null || own.pools().isEmpty() ? own.pools() : pools);
    }

    /** All, as commands have them. */
    static String poolNames() {
        return Arrays.stream(PoolKind.values()).map(PoolKind::option).collect(Collectors.joining(","));
    }

    private BenchOptions with(String option, String value) {
        return switch (option) {
            case "--rounds" -> new BenchOptions(isQuick, number(option, value, 1), warmUpSeconds, seconds, pools);
            case "--warm-up" -> new BenchOptions(isQuick, rounds, number(option, value, 0), seconds, pools);
            case "--seconds" -> new BenchOptions(isQuick, rounds, warmUpSeconds, number(option, value, 1), pools);
            default -> new BenchOptions(isQuick, rounds, warmUpSeconds, seconds, pools(value));
        };
    }

    private static int number(String option, String value, int least) {
        if (!value.matches("[0-9]{1,4}") || Integer.parseInt(value) < least) {
            throw new IllegalArgumentException(
                    "%s takes a whole number from %d to 9999, not '%s'".formatted(option, least, value));
        }
        return Integer.parseInt(value);
    }

    private static List<PoolKind> pools(String value) {
        return Arrays.stream(value.split(",", -1))
                .map(name -> Arrays.stream(PoolKind.values())
                        .filter(kind -> kind.option().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "--pools takes names out of %s, not '%s'".formatted(poolNames(), name))))
                .toList();
    }
}
