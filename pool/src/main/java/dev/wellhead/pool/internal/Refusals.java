// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds the text of a refusal: what happened, where, the numbers, who holds what, and what to do next. */
final class Refusals {

    private Refusals() {}

    /** What is known when a caller is refused. */
    record Facts(
            RefusalReason reason,
            long waitedNanos,
            String operation,
            PoolSnapshot snapshot,
            List<Lease> leases,
            @Nullable Lease heldByThisThread,
            @Nullable Throwable lastConnectFailure) {}

    static AcquireRefusedException refuse(Facts facts) {
        var snapshot = facts.snapshot();
        var text = new StringBuilder(sentence(facts.reason()))
                .append(" [")
                .append(facts.reason().code())
                .append("] pool=")
                .append(snapshot.pool())
                .append(": ")
                .append(facts.reason().text())
                .append(" after ")
                .append(facts.waitedNanos() / 1_000_000)
                .append(" ms");
        if (!facts.operation().isEmpty()) {
            text.append(" for operation '").append(facts.operation()).append('\'');
        }
        text.append(" (total=%d/%d active=%d idle=%d opening=%d validating=%d waiting=%d)."
                .formatted(
                        snapshot.total(),
                        snapshot.maxSize(),
                        snapshot.active(),
                        snapshot.idle(),
                        snapshot.opening(),
                        snapshot.validating(),
                        snapshot.waiting()));
        var held = facts.heldByThisThread();
        if (held != null) {
            text.append(" This thread already holds a connection of this pool: ")
                    .append(describe(held))
                    .append('.');
        }
        if (!facts.leases().isEmpty()) {
            text.append(" Longest holder: ")
                    .append(describe(facts.leases().get(0)))
                    .append('.');
        }
        snapshot.lastOpenFailure()
                .ifPresent(failure -> text.append(" Last connect failure: ")
                        .append(Math.max(
                                0,
                                Duration.between(failure.at(), snapshot.taken()).toMillis()))
                        .append(" ms ago, ")
                        .append(failure.sqlState().isEmpty() ? "" : failure.sqlState() + " ")
                        .append(failure.message().strip())
                        .append('.'));
        text.append(" Next: ").append(nextStep(facts));
        return new AcquireRefusedException(
                text.toString(),
                facts.reason(),
                Duration.ofNanos(facts.waitedNanos()),
                snapshot,
                facts.lastConnectFailure());
    }

    private static String describe(Lease lease) {
        var doing = lease.sql().isEmpty() ? "no statement yet" : "last statement: " + lease.sql();
        return "thread '" + lease.thread() + "'"
                + (lease.operation().isEmpty() ? "" : " operation '" + lease.operation() + "'") + " since "
                + lease.held().toMillis() + " ms, " + doing;
    }

    private static String sentence(RefusalReason reason) {
        return switch (reason) {
            case TIMEOUT, DEADLINE, SHED, LINE_FULL -> "Connection pool exhausted.";
            case PAUSED -> "Connection pool is paused.";
            case CLOSED -> "Connection pool is closed.";
            case DATABASE_DOWN -> "Database cannot be reached.";
            case INTERRUPTED -> "Interrupted while waiting for a connection.";
        };
    }

    private static String nextStep(Facts facts) {
        var snapshot = facts.snapshot();
        return switch (facts.reason()) {
            case DATABASE_DOWN -> "check that the database runs and that host, port and login are right.";
            case PAUSED -> "resume() the pool.";
            case CLOSED -> "open a new pool, or stop using this one after close() or drain().";
            case INTERRUPTED -> "nothing: the caller was told to stop.";
            case LINE_FULL -> "slow the callers down, or raise max-waiting.";
            case TIMEOUT, DEADLINE, SHED -> {
                if (facts.heldByThisThread() != null) {
                    yield "close that connection before taking another, or pass it on.";
                }
                if (snapshot.active() >= snapshot.maxSize()) {
                    yield "find out what the holders do (leases()), hold connections for less time,"
                            + " or raise max-size if the database can bear more.";
                }
                yield "the database opens connections too slowly: check its load and the network,"
                        + " or raise acquire-timeout.";
            }
        };
    }
}
