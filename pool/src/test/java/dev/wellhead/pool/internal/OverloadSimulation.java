// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Admission;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.ManualClock;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Callers and ten connections on a manual clock: the pool's own line and admission, and all else as events in order of
 * time, so that a run is exact and repeatable.
 */
final class OverloadSimulation {

    static final int CONNECTIONS = 10;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /**
     * What became of a caller.
     *
     * @param arrivedNanos since the start of the run
     * @param refused why it got no connection; empty when it got one
     */
    record Outcome(long arrivedNanos, long waitedNanos, Optional<RefusalReason> refused) {}

    private record Event(long nanos, long number, Runnable what) {}

    private record Caller(long arrivedNanos, Runnable afterwards) {}

    private final ManualClock clock = new ManualClock();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::number));
    private final Map<Waiter, Caller> callers = new HashMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Deque<PoolEntry> idle = new ArrayDeque<>();
    private final Random random = new Random(1);
    private final PoolConfig config;
    private final WaitLine line;
    private final long holdNanos;
    private final boolean isHoldRandom;
    private long stallFrom = Long.MAX_VALUE;
    private long stallTo;
    private long numbers;
    private long now;
    private long came;
    private long wouldRefuse;

    /** Each caller holds its connection for that long, or, at random, for that long on average. */
    OverloadSimulation(Admission admission, Duration hold, boolean isHoldRandom) throws SQLException {
        this.holdNanos = hold.toNanos();
        this.isHoldRandom = isHoldRandom;
        config = Entries.config().maxSize(CONNECTIONS).admission(admission).build();
        line = new WaitLine(List.of(), () -> config, clock::nanos, () -> CONNECTIONS);
        try (var driver = FakeDriver.create()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                idle.add(Entries.entry(DriverManager.getConnection(driver.url())));
            }
        }
    }

    /** Callers come at that rate between two moments, independently of each other, each with that limit. */
    OverloadSimulation arrivals(double perSecond, Duration from, Duration to, Duration limit) {
        double at = from.toNanos();
        while (true) {
            at += exponential(1e9 / perSecond);
            if (at >= to.toNanos()) {
                return this;
            }
            at((long) at, () -> arrive(limit.toNanos(), () -> {}));
        }
    }

    /** So many threads that acquire, hold and acquire again at once. */
    OverloadSimulation crowd(int threads, Duration limit) {
        for (int i = 0; i < threads; i++) {
            at(i * 1_000L, () -> again(limit.toNanos()));
        }
        return this;
    }

    /** What would be given back between these two moments is given back at the second. */
    OverloadSimulation stall(Duration from, Duration to) {
        stallFrom = from.toNanos();
        stallTo = to.toNanos();
        return this;
    }

    /** Runs it, once. */
    List<Outcome> run(Duration length) {
        for (long tick = TICK_NANOS; tick < length.toNanos(); tick += TICK_NANOS) {
            at(tick, this::tick);
        }
        while (!events.isEmpty() && events.peek().nanos <= length.toNanos()) {
            var event = events.remove();
            clock.advance(Duration.ofNanos(event.nanos - now));
            now = event.nanos;
            event.what.run();
        }
        return List.copyOf(outcomes);
    }

    /** Whom the line would have refused at once had it been asked to. */
    long wouldRefuse() {
        return wouldRefuse;
    }

    /** How many came. */
    long came() {
        return came;
    }

    int waiting() {
        return line.size();
    }

    private void at(long nanos, Runnable what) {
        events.add(new Event(nanos, numbers++, what));
    }

    private double exponential(double mean) {
        return -Math.log(1 - random.nextDouble()) * mean;
    }

    private void again(long limit) {
        arrive(limit, () -> again(limit));
    }

    private void arrive(long limit, Runnable afterwards) {
        var waiter = new Waiter(Thread.currentThread(), "", clock.nanos(), clock.nanos() + limit, Waiter.DEFAULT_LANE);
        came++;
        callers.put(waiter, new Caller(now, afterwards));
        if (line.prospect(waiter).isHopeless()) {
            wouldRefuse++;
            if (config.admission() == Admission.DEADLINE || config.admission() == Admission.CODEL) {
                line.turnedAway(waiter);
                refused(waiter, RefusalReason.DEADLINE);
                return;
            }
        }
        line.add(waiter);
        at(now + limit, () -> {
            if (line.remove(waiter)) {
                refused(waiter, RefusalReason.TIMEOUT);
            }
        });
        serve();
    }

    private void tick() {
        for (var waiter : line.takeLost()) {
            refused(waiter, Optional.ofNullable(waiter.refusal()).orElseThrow());
        }
    }

    private void refused(Waiter waiter, RefusalReason reason) {
        at(now + 1_000, outcome(waiter, Optional.of(reason)).afterwards);
    }

    private Caller outcome(Waiter waiter, Optional<RefusalReason> refused) {
        var caller = Optional.ofNullable(callers.remove(waiter)).orElseThrow();
        outcomes.add(new Outcome(caller.arrivedNanos, now - caller.arrivedNanos, refused));
        return caller;
    }

    private void serve() {
        for (var waiter = line.next(); waiter != null && !idle.isEmpty(); waiter = line.next()) {
            var entry = idle.pop();
            line.serve(waiter, entry);
            var caller = outcome(waiter, Optional.empty());
            long end = now + (isHoldRandom ? (long) exponential((double) holdNanos) : holdNanos);
            at(end > stallFrom && end < stallTo ? stallTo : end, () -> {
                idle.push(entry);
                // A thread that comes again at once does so before the connection is passed on.
                caller.afterwards.run();
                serve();
            });
        }
    }
}
