// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.watch.internal.QueueModel;
import dev.wellhead.watch.internal.UseTally;
import dev.wellhead.watch.internal.UseWindow.Minute;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How many connections a pool needs for the busiest minute of the last hour, and what other callers would wait with so
 * many. {@link QueueModel} reckons the waits.
 *
 * <p>A size is good when 99 of 100 callers wait no longer than a tenth of the mean use or a millisecond, whichever is
 * more, with a quarter of the load to spare, and not fewer than were seen in use at once. Silent within five minutes, under
 * 1,000 leases, and where the size is good or nearly so. Where health says the same with another number this one is the
 * better: it knows how uses and arrivals are spread.
 */
final class SizeAdvice {

    static final int FEW_MINUTES = 5;
    static final long FEW_LEASES = 1_000;

    private static final int LEAST = 2;
    private static final double GOOD_WAIT_SECONDS = 0.001;
    private static final double GOOD_WAIT_SHARE = 0.1;
    private static final double SPARE = 1.25;
    private static final double FEW_LATE = 0.01;
    private static final double MANY_REFUSED = 0.05;
    private static final double NEARLY = 0.2;
    private static final double P99 = 0.99;

    private SizeAdvice() {}

    /**
     * What there is to say.
     *
     * @param minutes of the last hour
     * @param size the most connections as configured
     * @param minIdle how many are kept open
     */
    static Optional<Advice> of(String database, List<Minute> minutes, int size, int minIdle) {
        var uses = minutes.stream().map(Minute::uses).reduce(UseTally.Sums.NONE, UseTally.Sums::plus);
        if (minutes.size() < FEW_MINUTES || uses.leases() < FEW_LEASES) {
            return Optional.empty();
        }
        var busiest = minutes.stream().max(Comparator.comparing(Minute::load)).orElseThrow();
        double use = busiest.uses().meanSeconds();
        if (use <= 0) {
            return Optional.empty();
        }
        var model = new QueueModel(busiest.rate(), use, busiest.variation(), uses.variation());
        int wanted = wanted(model, minutes);
        double late = share(minutes, Minute::late);
        boolean isFarBelow = wanted <= size - LEAST && wanted <= size * (1 - NEARLY);
        if (isFarBelow && late <= FEW_LATE) {
            return Optional.of(advice(database, model, minutes, busiest, uses, size, wanted, minIdle));
        }
        boolean isAbove = wanted > size && share(List.of(busiest), Minute::late) > FEW_LATE;
        return isAbove
                ? Optional.of(advice(database, model, minutes, busiest, uses, size, wanted, minIdle))
                : Optional.empty();
    }

    private static int wanted(QueueModel model, List<Minute> minutes) {
        int peak = minutes.stream().mapToInt(Minute::peak).max().orElse(0);
        double target = Math.max(GOOD_WAIT_SECONDS, GOOD_WAIT_SHARE * model.meanUseSeconds());
        int good = Math.max(model.smallest(target), (int) Math.ceil(SPARE * model.load()));
        return Math.max(LEAST, Math.max(good, peak));
    }

    private static double share(List<Minute> minutes, ToDoubleFunction<Minute> some) {
        double requests = minutes.stream().mapToDouble(Minute::requests).sum();
        return requests <= 0 ? 0 : minutes.stream().mapToDouble(some).sum() / requests;
    }

    private static Advice advice(
            String database,
            QueueModel model,
            List<Minute> minutes,
            Minute busiest,
            UseTally.Sums uses,
            int size,
            int wanted,
            int minIdle) {
        double now = 1000 * model.waitSeconds(size, P99);
        double then = 1000 * model.waitSeconds(wanted, P99);
        double late = share(List.of(busiest), Minute::late);
        double wait = busiest.uses().leases() == 0
                ? 0
                : 1000 * busiest.uses().waitSeconds() / busiest.uses().leases();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("maxSize", (double) size);
        numbers.put("wantedSize", (double) wanted);
        if (Double.isFinite(now)) {
            numbers.put("p99WaitNowMs", now);
            numbers.put("p99WaitMoreMs", then - now);
        }
        numbers.put("p99WaitThenMs", then);
        numbers.put("requestsPerSecond", model.arrivalsPerSecond());
        numbers.put("meanUseMs", 1000 * model.meanUseSeconds());
        numbers.put("useVariation", model.useVariation());
        numbers.put("arrivalVariation", model.arrivalVariation());
        numbers.put("load", model.load());
        numbers.put("lateSharePercent", 100 * late);
        numbers.put("meanWaitMs", wait);
        var text = String.format(
                Locale.ROOT,
                "max-size %d instead of %d: p99 wait %s, reckoned for the busiest of the last %d minutes (%.1f requests a"
                        + " second of %.1f ms are %.1f connections at a time; %.1f %% of callers had to wait or were refused,"
                        + " all waited %.1f ms on average). %s",
                wanted,
                size,
                Double.isFinite(now)
                        ? String.format(Locale.ROOT, "%+.1f ms (%.1f, now %.1f)", then - now, then, now)
                        : String.format(Locale.ROOT, "%.1f ms; so few as now cannot serve them all", then),
                minutes.size(),
                model.arrivalsPerSecond(),
                1000 * model.meanUseSeconds(),
                model.load(),
                100 * late,
                wait,
                wanted < size
                        ? "The server's other connections are left to others"
                                + (minIdle > wanted ? "; lower min-idle with it." : ".")
                        : "Only if the database serves so many as fast as now; else shorten the work.");
        return new Advice(
                AdviceKind.POOL_SIZE, database, text, numbers, confidence(model, minutes, busiest, uses, size, late));
    }

    private static Confidence confidence(
            QueueModel model, List<Minute> minutes, Minute busiest, UseTally.Sums uses, int size, double late) {
        var measured = measured(minutes.size(), uses.leases());
        boolean agrees = Math.abs(model.waitProbability(size) - late) <= Math.max(0.1, 0.5 * late);
        boolean triesAgain = share(List.of(busiest), Minute::refused) > MANY_REFUSED;
        return agrees && !triesAgain ? measured : measured.lower();
    }

    /** By how long it was measured, and how often. */
    static Confidence measured(int minutes, long count) {
        if (minutes >= 30 && count >= 10_000) {
            return Confidence.HIGH;
        }
        return minutes >= 10 ? Confidence.MEDIUM : Confidence.LOW;
    }
}
