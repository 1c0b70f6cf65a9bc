// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.database.BreakerState;
import dev.wellhead.database.CallCounters;
import dev.wellhead.database.CommitOutcome;
import dev.wellhead.database.HealthReport;
import dev.wellhead.database.Verdict;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.PoolSnapshot;
import java.util.List;

/**
 * What is known of one database at one moment, and some time before, for what counts within that time.
 *
 * @param health the last report, with the pool as it is
 * @param calls the calls so far
 * @param hosts the hosts of its URL
 * @param runNanos time of the database of all statements so far
 * @param statements statements so far
 */
public record AlertReading(
        HealthReport health, CallCounters calls, List<HostSnapshot> hosts, long runNanos, long statements) {

    /** Fewer calls than that say nothing about shares and means. */
    private static final long FEW = 10;

    /** As it is now; asks nothing of the database. */
    public static AlertReading of(MonitoredDatabase database, long runNanos, long statements) {
        return new AlertReading(database.health(), database.counters(), database.hosts(), runNanos, statements);
    }

    private PoolSnapshot pool() {
        return health.pool();
    }

    double poolUsage() {
        return pool().maxSize() == 0 ? 0 : (double) pool().active() / pool().maxSize();
    }

    double waiting() {
        return pool().waiting();
    }

    /** Of the calls that succeeded since then, in milliseconds. */
    double meanCallMs(AlertReading then) {
        long count = calls.succeeded() - then.calls.succeeded();
        return count < FEW
                ? 0
                : (calls.totalLatency().toNanos() - then.calls.totalLatency().toNanos()) / 1e6 / count;
    }

    /** Of the statements since then, in milliseconds. */
    double meanStatementMs(AlertReading then) {
        long count = statements - then.statements;
        return count < FEW ? 0 : (runNanos - then.runNanos) / 1e6 / count;
    }

    double errorRate(AlertReading then) {
        return share(calls.failed() - then.calls.failed(), calls.calls() - then.calls.calls());
    }

    double retryRate(AlertReading then) {
        return share(calls.retries() - then.calls.retries(), calls.calls() - then.calls.calls());
    }

    private static double share(long some, long all) {
        return all < FEW ? 0 : (double) some / all;
    }

    double connectionFailures(AlertReading then) {
        return pool().counters().openFailed() - then.pool().counters().openFailed();
    }

    double leaks(AlertReading then) {
        return pool().counters().leaksSuspected() - then.pool().counters().leaksSuspected();
    }

    double unknownCommits(AlertReading then) {
        return unknown(calls) - unknown(then.calls);
    }

    private static double unknown(CallCounters calls) {
        return calls.lostCommits().getOrDefault(CommitOutcome.UNKNOWN, 0L);
    }

    double isBreakerOpen() {
        var state = health.breaker().state();
        return state == BreakerState.OPEN || state == BreakerState.HALF_OPEN ? 1 : 0;
    }

    double isUnhealthy() {
        return health.healthy() ? 0 : 1;
    }

    double isReadOnly() {
        return health.verdict() == Verdict.READ_ONLY ? 1 : 0;
    }

    double lagSeconds() {
        return hosts.stream()
                .flatMap(host -> host.lag().stream())
                .mapToDouble(lag -> lag.toNanos() / 1e9)
                .max()
                .orElse(0);
    }
}
