// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.database.Meaning;
import dev.wellhead.pool.spi.StatementObserver;
import dev.wellhead.sql.SqlFingerprint;
import dev.wellhead.sql.SqlLiterals;
import dev.wellhead.watch.StatementStats;
import dev.wellhead.watch.Times;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts the statements of one fingerprint. Any thread may call; nothing in it waits. */
final class StatementTally implements StatementObserver.Tally {

    private static final int LONGEST_SAMPLE = 16_384;

    /** Times of one part. */
    private static final class Part {
        private final LongAdder count = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        /** Null until there is something to say: most statements never wait. */
        private volatile @Nullable Histogram histogram;

        void add(long time) {
            count.increment();
            nanos.add(time);
            spread().add(time);
        }

        private Histogram spread() {
            var known = histogram;
            return known == null ? made() : known;
        }

        private synchronized Histogram made() {
            var known = histogram;
            if (known == null) {
                known = new Histogram();
                histogram = known;
            }
            return known;
        }

        Times times() {
            var known = histogram;
            long number = count.sum();
            if (known == null || number == 0) {
                return Times.NONE;
            }
            long total = nanos.sum();
            var at = known.quantiles(0.5, 0.95, 0.99);
            return new Times(
                    Duration.ofNanos(total),
                    Duration.ofNanos(total / number),
                    Duration.ofNanos(at[0]),
                    Duration.ofNanos(at[1]),
                    Duration.ofNanos(at[2]));
        }
    }

    private final SqlFingerprint fingerprint;
    private final String sample;
    private final Tallies owner;
    private final long firstMillis = System.currentTimeMillis();
    private final LongAdder calls = new LongAdder();
    private final LongAdder rows = new LongAdder();
    private final Part wait = new Part();
    private final Part run = new Part();
    private final Part held = new Part();
    private final Map<Meaning, LongAdder> errors = new ConcurrentHashMap<>();
    private volatile long lastMillis = firstMillis;
    private volatile boolean isDropped;
    /** Its calls when it was last looked at for who is used least; guarded by the owner's lock. */
    private long callsBefore;

    StatementTally(SqlFingerprint fingerprint, String sql, Tallies owner) {
        this.fingerprint = fingerprint;
        this.sample = sql.length() <= LONGEST_SAMPLE ? SqlLiterals.hide(sql) : "";
        this.owner = owner;
    }

    @Override
    public void ran(String operation, long waitNanos, long runNanos, @Nullable SQLException error) {
        calls.increment();
        if (waitNanos > 0) {
            wait.add(waitNanos);
        }
        run.add(runNanos);
        long now = System.currentTimeMillis();
        if (now - lastMillis >= 1_000) {
            lastMillis = now;
        }
        var meaning = error == null ? null : owner.meaning(error);
        if (meaning != null) {
            errors.computeIfAbsent(meaning, key -> new LongAdder()).increment();
        }
        if (owner.isSlow(runNanos)) {
            owner.slow(fingerprint, operation, waitNanos, runNanos, meaning);
        }
    }

    @Override
    public void rows(long count) {
        rows.add(count);
    }

    @Override
    public void fetched(long nanos) {
        run.nanos.add(nanos);
    }

    @Override
    public void held(long nanos) {
        held.add(nanos);
    }

    void addRunsTo(Histogram all) {
        var known = run.histogram;
        if (known != null) {
            all.addAll(known);
        }
    }

    long runNanos() {
        return run.nanos.sum();
    }

    long calls() {
        return calls.sum();
    }

    /** How often it was used since the last look; lock of the owner held. */
    long newCalls() {
        return calls.sum() - callsBefore;
    }

    /** Lock of the owner held. */
    void looked() {
        callsBefore = calls.sum();
    }

    void drop() {
        isDropped = true;
    }

    boolean isDropped() {
        return isDropped;
    }

    long id() {
        return fingerprint.id();
    }

    /** A text of this kind without values, which can be planned; empty where it was too long to keep. */
    String sample() {
        return sample;
    }

    StatementStats stats() {
        Map<Meaning, Long> failed = new EnumMap<>(Meaning.class);
        errors.forEach((meaning, count) -> failed.put(meaning, count.sum()));
        return new StatementStats(
                fingerprint.idText(),
                fingerprint.text(),
                calls.sum(),
                failed,
                rows.sum(),
                wait.times(),
                run.times(),
                held.times(),
                Instant.ofEpochMilli(firstMillis),
                Instant.ofEpochMilli(lastMillis));
    }
}
