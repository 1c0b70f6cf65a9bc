// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.BreakerState;
import dev.wellhead.database.HealthReport;
import dev.wellhead.database.Verdict;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.watch.internal.AlertReading;
import dev.wellhead.watch.internal.PoolNotes;
import dev.wellhead.watch.internal.Tallies;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an operator sees of one database over time: its numbers by the second, and what happened. One thread looks. */
final class DatabaseDesk {

    private final String database;
    private final EventLog events;
    private final PoolNotes notes;
    private final History history = new History();
    private @Nullable AlertReading before;
    private Tallies.@Nullable Totals totalsBefore;
    private long nanosBefore;

    private DatabaseDesk(String database, EventLog events) {
        this.database = database;
        this.events = events;
        this.notes = new PoolNotes(database);
    }

    /** Begins to listen to its pool. */
    static DatabaseDesk of(MonitoredDatabase database, EventLog events) {
        var desk = new DatabaseDesk(database.name(), events);
        database.addListener(desk.notes);
        return desk;
    }

    History history() {
        return history;
    }

    void end(MonitoredDatabase ended) {
        ended.removeListener(notes);
        notes.tell(events, System.nanoTime());
    }

    /** @param totals null where statements are not counted */
    void look(AlertReading now, Tallies.@Nullable Totals totals, long nanos, Instant wall) {
        var last = before;
        if (last != null) {
            tellHealth(last.health(), now.health());
            tellBreaker(last.health(), now.health());
        }
        notes.tell(events, nanos);
        history.add(wall.getEpochSecond(), sample(now, last, totals, (nanos - nanosBefore) / 1e9));
        before = now;
        totalsBefore = totals;
        nanosBefore = nanos;
    }

    private Map<HistorySeries, Double> sample(
            AlertReading now, @Nullable AlertReading last, Tallies.@Nullable Totals totals, double seconds) {
        Map<HistorySeries, Double> sample = new EnumMap<>(HistorySeries.class);
        var pool = now.health().pool();
        sample.put(HistorySeries.ACTIVE, (double) pool.active());
        sample.put(HistorySeries.IDLE, (double) pool.idle());
        sample.put(HistorySeries.WAITING, (double) pool.waiting());
        sample.put(HistorySeries.TOTAL, (double) pool.total());
        sample.put(HistorySeries.LIMIT, (double) pool.maxSize());
        double p99 = notes.acquireP99();
        if (!Double.isNaN(p99)) {
            sample.put(HistorySeries.ACQUIRE_P99_MS, p99);
        }
        if (last == null || seconds <= 0) {
            return sample;
        }
        var then = last.health().pool();
        var counters = pool.counters();
        var countersThen = then.counters();
        sample.put(
                HistorySeries.ACQUIRES,
                (counters.direct() + counters.waited() - countersThen.direct() - countersThen.waited()) / seconds);
        long refused = counters.refusedTotal() - countersThen.refusedTotal();
        var calls = now.calls();
        var callsThen = last.calls();
        sample.put(
                HistorySeries.CALLS,
                (calls.succeeded() + calls.failed() - callsThen.succeeded() - callsThen.failed()) / seconds);
        var totalsThen = totalsBefore;
        if (totals == null || totalsThen == null) {
            sample.put(HistorySeries.ERRORS, (calls.failed() - callsThen.failed() + refused) / seconds);
            return sample;
        }
        sample.put(HistorySeries.STATEMENTS, rate(totals.statements() - totalsThen.statements(), seconds));
        sample.put(HistorySeries.ERRORS, rate(totals.failed() - totalsThen.failed() + refused, seconds));
        sample.put(HistorySeries.DATABASE_MS, rate(totals.runNanos() - totalsThen.runNanos(), seconds) / 1e6);
        return sample;
    }

    /** Not below zero: a tally that is being dropped may be missing from a sum. */
    private static double rate(long difference, double seconds) {
        return Math.max(0, difference) / seconds;
    }

    private void tellHealth(HealthReport last, HealthReport now) {
        boolean isSuspected = now.strikes() > 0;
        if (now.verdict() == last.verdict() && now.healthy() == last.healthy() && isSuspected == last.strikes() > 0) {
            return;
        }
        if (last.verdict() == Verdict.NOT_CHECKED && now.verdict() == Verdict.HEALTHY) {
            return;
        }
        var verdict = words(now.verdict());
        if (!now.healthy()) {
            tell(
                    "verdict",
                    EventLevel.CRITICAL,
                    verdict + now.error().map(why -> ": " + why).orElse(""));
        } else if (isSuspected) {
            tell(
                    "verdict",
                    EventLevel.WARNING,
                    "suspected: " + verdict + now.error().map(why -> ": " + why).orElse(""));
        } else {
            boolean isGood = now.verdict() == Verdict.HEALTHY;
            tell(
                    "verdict",
                    isGood ? EventLevel.INFO : EventLevel.WARNING,
                    verdict + ", was " + (last.strikes() > 0 && last.healthy() ? "suspected: " : "")
                            + words(last.verdict()));
        }
    }

    private void tellBreaker(HealthReport last, HealthReport now) {
        var state = now.breaker().state();
        var then = last.breaker().state();
        boolean isNewlyOpen = now.breaker().opened() > last.breaker().opened();
        if (state == then && !isNewlyOpen) {
            return;
        }
        if (now.breaker().isOpen()) {
            if (isNewlyOpen) {
                tell("breaker", EventLevel.CRITICAL, "the breaker is open: calls are refused at once (E2019)");
            }
        } else if (isNewlyOpen) {
            tell("breaker", EventLevel.WARNING, "the breaker was open for less than a second");
        } else if (then == BreakerState.OPEN || then == BreakerState.HALF_OPEN) {
            tell("breaker", EventLevel.INFO, "the breaker is closed, calls go through");
        }
    }

    private void tell(String event, EventLevel level, String text) {
        events.add(database, event, level, text);
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
