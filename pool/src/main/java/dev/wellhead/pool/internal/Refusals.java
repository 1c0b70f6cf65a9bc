// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.CeilingUse;
import dev.wellhead.pool.LaneUse;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Builds the text of a refusal: what happened, where, the numbers, who holds what, and what to do next. */
final class Refusals {

    private static final String DEADLINE_RULE = "Refused early, for waiting on would be in vain";
    private static final String SHED_RULE = "Shed, for the line has stood for longer than a second";

    private static final int MOST_LANES = 8;

    private Refusals() {}

    /**
     * What is known when a caller is refused.
     *
     * @param lane the caller's lane; empty when the pool has none
     * @param notesLeases whether the pool knows its holders
     * @param prospect what the caller could hope for, where it was refused for want of it
     */
    record Facts(
            RefusalReason reason,
            long waitedNanos,
            String operation,
            String lane,
            PoolSnapshot snapshot,
            List<Lease> leases,
            boolean notesLeases,
            @Nullable Lease heldByThisThread,
            String waitsAt,
            @Nullable Throwable lastConnectFailure,
            @Nullable String prospect) {}

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
            text.append(" for operation '")
                    .append(CallSites.named(facts.operation()))
                    .append('\'');
        }
        if (!facts.lane().isEmpty()) {
            text.append(" in lane ").append(facts.lane());
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
        if (facts.prospect() != null) {
            text.append(' ')
                    .append(facts.reason() == RefusalReason.SHED ? SHED_RULE : DEADLINE_RULE)
                    .append(": ")
                    .append(facts.prospect())
                    .append('.');
        }
        text.append(lanes(facts));
        snapshot.ceiling().filter(CeilingUse::waits).ifPresent(use -> text.append(ceiling(use)));
        var held = facts.heldByThisThread();
        if (held != null) {
            text.append(" This thread already holds a connection of this pool: ")
                    .append(Holders.place(held))
                    .append(", ")
                    .append(Holders.describe(held));
            if (!facts.waitsAt().isEmpty()) {
                text.append("; it asks for another at ").append(facts.waitsAt());
            }
            text.append('.');
        }
        if (!facts.leases().isEmpty()) {
            text.append(' ').append(Holders.text(facts.leases()));
        }
        snapshot.lastOpenFailure()
                .ifPresent(failure -> text.append(" Last connect failure: ")
                        .append(Math.max(
                                0,
                                Duration.between(failure.at(), snapshot.taken()).toMillis()))
                        .append(" ms ago, ")
                        .append(failure.sqlState().isEmpty() ? "" : failure.sqlState() + " ")
                        .append(sentence(failure.message()))
                        .append('.'));
        text.append(" Next: ").append(nextStep(facts));
        return new AcquireRefusedException(
                text.toString(),
                facts.reason(),
                Duration.ofNanos(facts.waitedNanos()),
                snapshot,
                facts.lastConnectFailure());
    }

    /** The caller's first, then others, at most {@link #MOST_LANES}. */
    private static String lanes(Facts facts) {
        var all = facts.snapshot().lanes();
        var text = all.stream()
                .sorted(Comparator.comparing(lane -> !lane.lane().equals(facts.lane())))
                .limit(MOST_LANES)
                .map(Refusals::describe)
                .collect(Collectors.joining());
        return all.size() <= MOST_LANES ? text : text + " %d more lanes.".formatted(all.size() - MOST_LANES);
    }

    private static String describe(LaneUse lane) {
        return " Lane %s: held=%d waiting=%d guaranteed=%d ceiling=%d."
                .formatted(lane.lane(), lane.held(), lane.waiting(), lane.guaranteed(), lane.ceiling());
    }

    private static String ceiling(CeilingUse use) {
        return " Waits for room under the ceiling over all pools: total=%d/%d, of these %d in this pool, poolsWaiting=%d."
                .formatted(use.total(), use.maxTotal(), use.held(), use.poolsWaiting());
    }

    /** A driver's message without the full stop that follows anyway. */
    private static String sentence(String message) {
        var text = message.strip();
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private static String sentence(RefusalReason reason) {
        return switch (reason) {
            case TIMEOUT, DEADLINE, SHED, LINE_FULL -> "Connection pool exhausted.";
            case PAUSED -> "Connection pool is paused.";
            case CLOSED -> "Connection pool is closed.";
            case DATABASE_DOWN -> "Database cannot be reached.";
            case INTERRUPTED -> "Interrupted while waiting for a connection.";
            case NESTED -> "Nested acquire refused.";
        };
    }

    /** The use of the caller's lane, or null when the pool has no lanes. */
    private static @Nullable LaneUse ofCaller(Facts facts) {
        return facts.snapshot().lanes().stream()
                .filter(use -> use.lane().equals(facts.lane()))
                .findFirst()
                .orElse(null);
    }

    private static String nextStep(Facts facts) {
        var snapshot = facts.snapshot();
        return switch (facts.reason()) {
            case DATABASE_DOWN -> "check that the database runs and that host, port and login are right.";
            case PAUSED -> "resume() the pool.";
            case CLOSED -> "open a new pool, or stop using this one after close() or drain().";
            case INTERRUPTED -> "nothing: the caller was told to stop.";
            case NESTED ->
                "close that connection before taking another, or pass it on (nested-acquire=report lets it wait).";
            case LINE_FULL -> "slow the callers down, or raise max-waiting.";
            case SHED ->
                "send fewer callers or hold connections for less time (leases()),"
                        + " raise max-size if the database can bear more,"
                        + " or set admission=deadline to refuse only whom nobody can serve in time.";
            case TIMEOUT, DEADLINE -> {
                if (facts.heldByThisThread() != null) {
                    yield "close that connection before taking another, or pass it on.";
                }
                var lane = ofCaller(facts);
                if (lane != null && lane.held() >= lane.ceiling()) {
                    yield "lane " + lane.lane() + " holds its ceiling of " + lane.ceiling()
                            + ": hold its connections for less time (leases()), or raise its ceiling in lanes.";
                }
                if (snapshot.ceiling().filter(CeilingUse::waits).isPresent()) {
                    yield "hold connections for less time, here and in the other pools under the ceiling (leases()),"
                            + " or raise max-total if the servers can bear more.";
                }
                if (facts.reason() == RefusalReason.DEADLINE) {
                    yield "send fewer callers or hold connections for less time (leases()),"
                            + " raise max-size if the database can bear more, give this caller a longer limit,"
                            + " or set admission=observe to let such callers wait.";
                }
                if (snapshot.active() >= snapshot.maxSize() && !facts.notesLeases()) {
                    yield "set leases=true to see here who holds connections, hold them for less time,"
                            + " or raise max-size if the database can bear more.";
                }
                if (snapshot.active() >= snapshot.maxSize()) {
                    yield "find out what the holders do (leases()), hold connections for less time,"
                            + " or raise max-size if the database can bear more.";
                }
                if (lane != null && snapshot.opening() == 0 && snapshot.validating() == 0) {
                    yield "what this pool has left is kept for other lanes: keep less for them in lanes,"
                            + " hold connections for less time (leases()),"
                            + " or raise max-size if the database can bear more.";
                }
                yield "the database opens connections too slowly: check its load and the network,"
                        + " or raise acquire-timeout.";
            }
        };
    }
}
