// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.TraceIds;
import dev.wellhead.pool.spi.StatementObserver;
import dev.wellhead.sql.SqlFingerprint;
import dev.wellhead.watch.SlowStatement;
import dev.wellhead.watch.StatementReport;
import dev.wellhead.watch.StatementStats;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The statements of one database, by fingerprint.
 *
 * <h2>Bounds</h2>
 *
 * A text leads to its tally through two generations of at most {@value #MOST_TEXTS} texts of at most {@value
 * #LONGEST_TEXT} characters: when the young one is full it becomes the old one. Longer texts are read anew each time.
 * Tallies are at most as many as the policy says: before there are more, the tenth of them that was used least since the
 * last time is dropped. Of slow statements the last {@value #MOST_SLOW} are kept; of places that held connections the
 * first {@value HeldTallies#MOST}, the others together.
 *
 * <h2>Concurrency</h2>
 *
 * {@link #lock} is held while tallies are dropped, {@link #slow} is guarded by itself. Nothing else waits.
 */
public final class Tallies implements StatementObserver {

    static final int MOST_TEXTS = 2_000;
    static final int LONGEST_TEXT = 4_096;
    static final int MOST_SLOW = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Tallies.class);
    private static final int MOST_LOGGED = 10;
    private static final long LOG_WINDOW_MILLIS = 10_000;
    private static final int LONGEST_LOGGED = 100;

    private record Texts(
            ConcurrentHashMap<String, StatementTally> young, ConcurrentHashMap<String, StatementTally> old) {}

    private final Supplier<DatabaseConfig> settings;
    private final boolean isSql;
    private final Function<SQLException, Meaning> judge;
    private final ConcurrentHashMap<Long, StatementTally> tallies = new ConcurrentHashMap<>();
    private final HeldTallies held = new HeldTallies();
    private final UseTally uses = new UseTally();
    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder droppedCalls = new LongAdder();
    private final LongAdder droppedNanos = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Deque<SlowStatement> slow = new ArrayDeque<>();
    private final AtomicLong logWindow = new AtomicLong();
    private final AtomicLong logged = new AtomicLong();
    private volatile Texts texts = new Texts(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());

    /**
     * Counts nothing yet.
     *
     * @param settings asked for each statement, so that changes count at once
     * @param isSql whether texts are SQL; else they hold no values
     * @param judge says what an error means; called for each that occurs
     */
    public Tallies(Supplier<DatabaseConfig> settings, boolean isSql, Function<SQLException, Meaning> judge) {
        this.settings = settings;
        this.isSql = isSql;
        this.judge = judge;
    }

    @Override
    public Tally tally(String sql) {
        var now = texts;
        var known = now.young.get(sql);
        return known != null && !known.isDropped() ? known : older(now, sql);
    }

    private StatementTally older(Texts now, String sql) {
        var known = now.old.get(sql);
        var tally = known != null && !known.isDropped() ? known : ofFingerprint(sql);
        if (sql.length() <= LONGEST_TEXT) {
            if (now.young.size() >= MOST_TEXTS) {
                // Of two that come here at once the second may drop the texts of the first: they are read again.
                now = new Texts(new ConcurrentHashMap<>(), now.young);
                texts = now;
            }
            now.young.put(sql, tally);
        }
        return tally;
    }

    private StatementTally ofFingerprint(String sql) {
        var fingerprint = isSql ? SqlFingerprint.of(sql) : SqlFingerprint.ofPlain(sql);
        var known = tallies.get(fingerprint.id());
        if (known != null) {
            return known;
        }
        makeRoom();
        return tallies.computeIfAbsent(fingerprint.id(), id -> new StatementTally(fingerprint, isSql ? sql : "", this));
    }

    private void makeRoom() {
        int most = settings.get().statements().max();
        if (tallies.size() < most || !lock.tryLock()) {
            return;
        }
        try {
            List<StatementTally> byUse = new ArrayList<>(tallies.values());
            byUse.sort(Comparator.comparingLong(StatementTally::newCalls));
            int leaving = byUse.size() - most + Math.max(1, most / 10);
            for (var tally : byUse.subList(0, leaving)) {
                tally.drop();
                tallies.remove(tally.id(), tally);
                dropped.increment();
                droppedCalls.add(tally.calls());
                droppedNanos.add(tally.runNanos());
            }
            byUse.forEach(StatementTally::looked);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void leaseEnded(String operation, String callSite, long waitNanos, long heldNanos, long sqlNanos) {
        uses.add(waitNanos, heldNanos);
        held.add(operation.isEmpty() ? callSite : operation, waitNanos, heldNanos, sqlNanos);
    }

    /** How long connections were used and waited for. */
    public UseTally uses() {
        return uses;
    }

    /** The times that so many of all statements did not take longer than, in nanoseconds; without those that were dropped. */
    public long[] runNanos(double... fractions) {
        var all = new Histogram();
        tallies.values().forEach(tally -> tally.addRunsTo(all));
        return all.quantiles(fractions);
    }

    /** What the error of a statement means; called once for each that fails. */
    Meaning meaning(SQLException error) {
        failed.increment();
        return judge.apply(error);
    }

    boolean isSlow(long runNanos) {
        var now = settings.get();
        return isOver(runNanos, now.statements().slowAfter()) || isOver(runNanos, now.slowQueryThreshold());
    }

    private static boolean isOver(long nanos, Duration limit) {
        return !limit.isZero() && nanos > TimeUnit.NANOSECONDS.convert(limit);
    }

    void slow(SqlFingerprint kind, String operation, long waitNanos, long runNanos, @Nullable Meaning error) {
        var now = settings.get();
        if (isOver(runNanos, now.statements().slowAfter())) {
            var statement = new SlowStatement(
                    Instant.now(),
                    operation,
                    kind.idText(),
                    kind.text(),
                    Duration.ofNanos(waitNanos),
                    Duration.ofNanos(runNanos),
                    Optional.ofNullable(error),
                    TraceIds.current());
            synchronized (slow) {
                slow.addFirst(statement);
                if (slow.size() > MOST_SLOW) {
                    slow.removeLast();
                }
            }
        }
        if (operation.isEmpty() && isOver(runNanos, now.slowQueryThreshold())) {
            warn(now, kind, runNanos);
        }
    }

    private void warn(DatabaseConfig now, SqlFingerprint kind, long runNanos) {
        long window = System.currentTimeMillis() / LOG_WINDOW_MILLIS;
        long before = logWindow.get();
        if (before != window && logWindow.compareAndSet(before, window)) {
            logged.set(0);
        }
        if (logged.incrementAndGet() <= MOST_LOGGED) {
            var text = kind.text();
            var trace = TraceIds.current();
            LOG.warn(
                    "slow statement pool={} elapsedMs={} thresholdMs={} fingerprint={} sql=\"{}\""
                            + (trace.isEmpty() ? "" : " traceId={}"),
                    now.name(),
                    Duration.ofNanos(runNanos).toMillis(),
                    now.slowQueryThreshold().toMillis(),
                    kind.idText(),
                    text.substring(0, Math.min(LONGEST_LOGGED, text.length())).replace('"', '\''),
                    trace.replace('"', '\''));
        }
    }

    /** A text of that kind which can be planned, without values; empty when there is none. */
    public Optional<String> sample(long fingerprint) {
        return Optional.ofNullable(tallies.get(fingerprint))
                .map(StatementTally::sample)
                .filter(sample -> !sample.isEmpty());
    }

    /**
     * All statements so far; while one is dropped it may be missing or be there twice.
     *
     * @param statements how many have ended
     * @param runNanos how long the database worked for them
     * @param failed how many of them failed
     */
    public record Totals(long statements, long runNanos, long failed) {}

    /** All statements so far. */
    public Totals totals() {
        long statements = droppedCalls.sum();
        long nanos = droppedNanos.sum();
        for (var tally : tallies.values()) {
            statements += tally.calls();
            nanos += tally.runNanos();
        }
        return new Totals(statements, nanos, failed.sum());
    }

    /** What is known now. */
    public StatementReport report() {
        List<SlowStatement> last;
        synchronized (slow) {
            last = List.copyOf(slow);
        }
        var statements = tallies.values().stream()
                .map(StatementTally::stats)
                .sorted(Comparator.comparing(
                                (StatementStats stats) -> stats.run().total())
                        .reversed())
                .toList();
        return new StatementReport(statements, dropped.sum(), droppedCalls.sum(), last, held.stats());
    }
}
