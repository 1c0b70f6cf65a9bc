// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts the calls of one database. */
final class CallMeter {

    private final LongAdder calls = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder succeededNanos = new LongAdder();
    private final Map<Meaning, LongAdder> retried = adders(Meaning.class);
    private final Map<RetryRefusal, LongAdder> refused = adders(RetryRefusal.class);
    private final Map<Meaning, LongAdder> failed = adders(Meaning.class);
    private final Map<ErrorCode, LongAdder> failedByCode = adders(ErrorCode.class);
    private final Map<CommitOutcome, LongAdder> lostCommits = adders(CommitOutcome.class);
    private volatile @Nullable LastError lastError;

    void begun() {
        calls.increment();
    }

    void retried(Meaning reason) {
        add(retried, reason);
    }

    void refused(RetryRefusal reason) {
        add(refused, reason);
    }

    void succeeded(long elapsedNanos) {
        succeeded.increment();
        succeededNanos.add(elapsedNanos);
    }

    void failed(DatabaseException error) {
        add(failed, error.meaning());
        add(failedByCode, error.code());
        lastError = new LastError(Instant.now(), error.code(), error.meaning(), error.sqlState(), error.operation());
    }

    /** The work threw an exception or error of its own. */
    void failedByItself() {
        add(failed, Meaning.OTHER);
    }

    /** The answer to a COMMIT was lost, and that was found out. */
    void lostCommit(CommitOutcome outcome) {
        add(lostCommits, outcome);
    }

    CallCounters counters() {
        // Ends are read before begins, so that begins are never fewer.
        var failures = sums(failed, Meaning.class);
        var retries = sums(retried, Meaning.class);
        long good = succeeded.sum();
        long nanos = succeededNanos.sum();
        return new CallCounters(
                calls.sum(),
                good,
                total(failures),
                total(retries),
                retries,
                sums(refused, RetryRefusal.class),
                failures,
                sums(lostCommits, CommitOutcome.class),
                good == 0 ? Duration.ZERO : Duration.ofNanos(nanos / good),
                Duration.ofNanos(nanos),
                sums(failedByCode, ErrorCode.class),
                Optional.ofNullable(lastError));
    }

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        Map<E, LongAdder> all = new EnumMap<>(type);
        for (var constant : type.getEnumConstants()) {
            all.put(constant, new LongAdder());
        }
        return all;
    }

    /** Every constant has its adder from the start, so the map never changes. */
    private static <E extends Enum<E>> void add(Map<E, LongAdder> adders, E constant) {
        adders.computeIfAbsent(constant, key -> new LongAdder()).increment();
    }

    private static <E extends Enum<E>> Map<E, Long> sums(Map<E, LongAdder> adders, Class<E> type) {
        Map<E, Long> all = new EnumMap<>(type);
        adders.forEach((constant, count) -> all.put(constant, count.sum()));
        return all;
    }

    private static long total(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
