// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.watch.internal.Tallies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whether time limits fit what is measured since the statements are counted: {@code statementTimeout} beside the time that
 * 999 of 1,000 statements take, {@code acquireTimeout} beside what 999 of 1,000 callers wait. Silent under 10,000 of them.
 */
final class LimitAdvice {

    static final long FEW = 10_000;

    private static final double NEAR = 0.5;
    private static final double FAR = 100;
    private static final double ENOUGH = 10;
    private static final double LEAST_SECONDS = 1;

    private LimitAdvice() {}

    static List<Advice> of(MonitoredDatabase database, Tallies tallies, int minutes) {
        List<Advice> advice = new ArrayList<>();
        var pool = database.config().pool();
        long statements = tallies.totals().statements();
        if (statements >= FEW) {
            var run = tallies.runNanos(0.999, 1);
            statement(database.name(), pool.statementTimeout(), run[0] / 1e9, run[1] / 1e9, statements, minutes)
                    .ifPresent(advice::add);
        }
        long leases = tallies.uses().sums().leases();
        if (leases >= FEW) {
            double longest = tallies.uses().waitSeconds(1);
            acquire(database.name(), pool.acquireTimeout(), tallies.uses().waitSeconds(0.999), longest, leases, minutes)
                    .ifPresent(advice::add);
        }
        return advice;
    }

    /** @param most the longest, in seconds */
    static Optional<Advice> statement(
            String database, Duration limit, double p999, double most, long count, int minutes) {
        double seconds = limit.toNanos() / 1e9;
        double enough = enough(p999, most);
        if (seconds > 0 && p999 >= NEAR * seconds) {
            return advice(
                    AdviceKind.STATEMENT_TIMEOUT,
                    database,
                    "999 of 1,000 statements take up to %1$s, near the statement-timeout of %2$s: some that would have ended"
                            + " are cut off. Make them faster, or set it to %3$s (measured: %4$d, the longest %5$s).",
                    new Numbers(p999, seconds, enough, count, most),
                    minutes);
        }
        if (seconds == 0) {
            return advice(
                    AdviceKind.STATEMENT_TIMEOUT,
                    database,
                    "No statement-timeout is set, and 999 of 1,000 statements take up to %1$s (measured: %4$d, the longest"
                            + " %5$s): with %3$s one that hangs gives its connection back.",
                    new Numbers(p999, seconds, enough, count, most),
                    minutes);
        }
        if (seconds >= FAR * p999 && seconds >= 2 * enough) {
            return advice(
                    AdviceKind.STATEMENT_TIMEOUT,
                    database,
                    "999 of 1,000 statements take up to %1$s (measured: %4$d, the longest %5$s): with a statement-timeout of"
                            + " %3$s instead of %2$s one that hangs gives its connection back sooner.",
                    new Numbers(p999, seconds, enough, count, most),
                    minutes);
        }
        return Optional.empty();
    }

    /** @param most the longest, in seconds */
    static Optional<Advice> acquire(
            String database, Duration limit, double p999, double most, long count, int minutes) {
        double seconds = limit.toNanos() / 1e9;
        double enough = enough(p999, most);
        if (p999 >= NEAR * seconds) {
            return advice(
                    AdviceKind.ACQUIRE_TIMEOUT,
                    database,
                    "999 of 1,000 callers wait up to %1$s for a connection, near the acquire-timeout of %2$s: some are refused"
                            + " who would have been served (measured: %4$d, the longest %5$s). Mend the waits first; a longer"
                            + " limit only hides them.",
                    new Numbers(p999, seconds, enough, count, most),
                    minutes);
        }
        if (seconds >= FAR * p999 && seconds >= 2 * enough) {
            return advice(
                    AdviceKind.ACQUIRE_TIMEOUT,
                    database,
                    "999 of 1,000 callers wait up to %1$s for a connection (measured: %4$d, the longest %5$s): with an"
                            + " acquire-timeout of %3$s instead of %2$s callers hear of an outage sooner.",
                    new Numbers(p999, seconds, enough, count, most),
                    minutes);
        }
        return Optional.empty();
    }

    private record Numbers(double p999, double limit, double enough, long count, double most) {}

    /** Ten times what nearly all take, twice what any took, and a second: in whole seconds. */
    private static double enough(double p999, double most) {
        return Math.ceil(Math.max(LEAST_SECONDS, Math.max(ENOUGH * p999, 2 * most)));
    }

    private static Optional<Advice> advice(
            AdviceKind kind, String database, String text, Numbers numbers, int minutes) {
        Map<String, Double> shown = new LinkedHashMap<>();
        shown.put("p999Ms", 1000 * numbers.p999);
        shown.put("longestMs", 1000 * numbers.most);
        shown.put("limitMs", 1000 * numbers.limit);
        shown.put("wantedMs", 1000 * numbers.enough);
        shown.put("measured", (double) numbers.count);
        return Optional.of(new Advice(
                kind,
                database,
                String.format(
                        Locale.ROOT,
                        text,
                        time(numbers.p999),
                        time(numbers.limit),
                        time(numbers.enough),
                        numbers.count,
                        time(numbers.most)),
                shown,
                SizeAdvice.measured(minutes, numbers.count)));
    }

    private static String time(double seconds) {
        return seconds < LEAST_SECONDS
                ? String.format(Locale.ROOT, "%.1f ms", 1000 * seconds)
                : String.format(Locale.ROOT, "%.1f s", seconds).replace(".0 s", " s");
    }
}
