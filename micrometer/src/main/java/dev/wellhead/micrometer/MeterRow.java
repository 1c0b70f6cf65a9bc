// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.database.BreakerState;
import dev.wellhead.database.CommitOutcome;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.RetryRefusal;
import dev.wellhead.database.Verdict;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.RefusalReason;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The table of all meters: {@code docs/metrics.md} is made of it, and whatever is registered is one of its rows. */
enum MeterRow {
    POOL_CONNECTIONS(
            Part.POOL,
            Kind.GAUGE,
            "wellhead.pool.connections",
            "Connections by state; opening ones are not open yet",
            Label.of("state", "active", "idle", "opening", "validating")),
    POOL_UTILIZATION(
            Part.POOL, Kind.GAUGE, "wellhead.pool.utilization", "Active connections as a part of the limit, 0 to 1"),
    POOL_WAITING(Part.POOL, Kind.GAUGE, "wellhead.pool.waiting", "Callers in line for a connection"),
    POOL_OLDEST_WAIT(
            Part.POOL,
            Kind.SECONDS,
            "wellhead.pool.oldest.wait",
            "How long the first in line waits; 0 when nobody does"),
    POOL_MAX(Part.POOL, Kind.GAUGE, "wellhead.pool.max", "The limit of open connections"),
    POOL_MIN_IDLE(Part.POOL, Kind.GAUGE, "wellhead.pool.min.idle", "How many connections are kept idle"),
    POOL_ACQUIRES(
            Part.POOL,
            Kind.COUNTER,
            "wellhead.pool.acquires",
            "Acquires by outcome, refused ones by reason",
            Label.of("outcome", "direct", "waited", "refused"),
            Label.of("reason", MeterRow.NO_REASON, RefusalReason.class)),
    POOL_RELEASED(Part.POOL, Kind.COUNTER, "wellhead.pool.released", "Connections given back by their callers"),
    POOL_WOULD_REFUSE(
            Part.POOL,
            Kind.COUNTER,
            "wellhead.pool.would.refuse",
            "Acquires that admission=observe let wait though deadline would have refused them"),
    POOL_NESTED(
            Part.POOL,
            Kind.COUNTER,
            "wellhead.pool.nested",
            "Acquires that had to wait while their thread held another connection of the pool"),
    POOL_OPEN_ATTEMPTS(
            Part.POOL,
            Kind.COUNTER,
            "wellhead.pool.open.attempts",
            "Connects begun: those that succeeded, failed, are under way or were given up by a reset"),
    POOL_OPENED(Part.POOL, Kind.COUNTER, "wellhead.pool.opened", "Connections opened"),
    POOL_OPEN_FAILED(Part.POOL, Kind.COUNTER, "wellhead.pool.open.failed", "Connects that failed or were abandoned"),
    POOL_RECONNECTED(
            Part.POOL,
            Kind.COUNTER,
            "wellhead.pool.reconnected",
            "Of those opened, reconnections: the first after a connect that failed, or to make up for a connection that"
                    + " was lost (closed as broken, failed_validation, failed_keepalive, read_only or failover)"),
    POOL_CLOSED(
            Part.POOL,
            Kind.COUNTER,
            "wellhead.pool.closed",
            "Connections removed, by reason",
            Label.of("reason", EvictReason.class)),
    POOL_VALIDATED(Part.POOL, Kind.COUNTER, "wellhead.pool.validated", "Validations and keepalives that were answered"),
    POOL_ERRORS(Part.POOL, Kind.COUNTER, "wellhead.pool.errors", "Errors after which a connection could not be used"),
    POOL_LEAKS_SUSPECTED(
            Part.POOL, Kind.COUNTER, "wellhead.pool.leaks.suspected", "Leases held for longer than leak-threshold"),
    POOL_ROLLED_BACK(
            Part.POOL, Kind.COUNTER, "wellhead.pool.rolled.back", "Transactions found open at release and rolled back"),
    POOL_ACQUIRE_WAIT(
            Part.POOL,
            Kind.TIMER,
            "wellhead.pool.acquire.wait",
            "Wait of callers that got a connection; 0 when direct"),
    POOL_USE(Part.POOL, Kind.TIMER, "wellhead.pool.use", "From acquire to release"),
    POOL_OPEN(Part.POOL, Kind.TIMER, "wellhead.pool.open", "Connects that succeeded"),

    LANE_ACTIVE(
            Part.LANE,
            Kind.GAUGE,
            "wellhead.pool.lane.active",
            "Connections that callers of the lane hold",
            Label.LANE),
    LANE_WAITING(Part.LANE, Kind.GAUGE, "wellhead.pool.lane.waiting", "Callers of the lane in line", Label.LANE),
    LANE_GUARANTEED(Part.LANE, Kind.GAUGE, "wellhead.pool.lane.guaranteed", "The lane's guaranteed share", Label.LANE),
    LANE_CEILING(
            Part.LANE,
            Kind.GAUGE,
            "wellhead.pool.lane.ceiling",
            "The most connections that the lane may hold",
            Label.LANE),

    CEILING_MAX(Part.CEILING, Kind.GAUGE, "wellhead.pool.ceiling.max", "The limit of all pools together"),
    CEILING_TAKEN(
            Part.CEILING,
            Kind.GAUGE,
            "wellhead.pool.ceiling.taken",
            "Places that all pools together have taken: connections open, being opened and being closed"),
    CEILING_HELD(Part.CEILING, Kind.GAUGE, "wellhead.pool.ceiling.held", "Places taken by this pool"),
    CEILING_WAITS(
            Part.CEILING,
            Kind.GAUGE,
            "wellhead.pool.ceiling.waits",
            "1 when callers of this pool wait for room under the ceiling, else 0"),

    HOST_UP(
            Part.HOST,
            Kind.GAUGE,
            "wellhead.pool.host.up",
            "1 when the host answers and is not too far behind, else 0",
            Label.HOST),
    HOST_TARGET(
            Part.HOST,
            Kind.GAUGE,
            "wellhead.pool.host.target",
            "1 when the pool's own connections go to the host, else 0",
            Label.HOST),
    HOST_LAG(
            Part.HOST,
            Kind.SECONDS,
            "wellhead.pool.host.lag",
            "How far the host is behind its primary; 0 when it is no replica or does not say, which makes it not up",
            Label.HOST),

    CALLS(
            Part.DATABASE,
            Kind.COUNTER,
            "wellhead.calls",
            "Calls of Database by outcome, each counted once however often it was tried",
            Label.of("outcome", "succeeded", "failed")),
    CALL_TIME(
            Part.DATABASE,
            Kind.SUMMARY,
            "wellhead.call.time",
            "Calls that succeeded, waits and retries included: how many and how long together"),
    CALL_RETRIES(
            Part.DATABASE,
            Kind.COUNTER,
            "wellhead.call.retries",
            "Further attempts of calls by what the error before them means",
            Label.of("meaning", Meaning.class)),
    CALL_RETRIES_REFUSED(
            Part.DATABASE,
            Kind.COUNTER,
            "wellhead.call.retries.refused",
            "Calls that might have been tried again and were not: tried as often as the policy allows, too late, or the"
                    + " budget used up",
            Label.of("reason", RetryRefusal.class)),
    CALL_FAILURES(
            Part.DATABASE,
            Kind.COUNTER,
            "wellhead.call.failures",
            "Failed calls by what the failure means",
            Label.of("meaning", Meaning.class)),
    CALL_ERRORS(
            Part.DATABASE,
            Kind.COUNTER,
            "wellhead.call.errors",
            "Failed calls by code (docs/error-codes.md); what the work throws by itself has none",
            Label.CODE),
    LAST_ERROR(
            Part.DATABASE,
            Kind.GAUGE,
            "wellhead.last.error",
            "1 for the code of the last failed call, 0 for the others and before the first",
            Label.CODE),
    LAST_ERROR_AGE(
            Part.DATABASE,
            Kind.SECONDS,
            "wellhead.last.error.age",
            "How long ago the last call failed with a code; +Inf before the first"),
    COMMIT_ANSWERS_LOST(
            Part.DATABASE,
            Kind.COUNTER,
            "wellhead.commit.answers.lost",
            "Transactions whose answer to COMMIT was lost, by what was found out; after unknown the caller got E2018",
            Label.of("outcome", CommitOutcome.class)),
    BREAKER_STATE(
            Part.DATABASE,
            Kind.GAUGE,
            "wellhead.breaker.state",
            "1 for the state that the breaker is in, 0 for the others",
            Label.of("state", BreakerState.class)),
    BREAKER_OPENED(Part.DATABASE, Kind.COUNTER, "wellhead.breaker.opened", "How often the breaker was opened"),
    BREAKER_REFUSED(Part.DATABASE, Kind.COUNTER, "wellhead.breaker.refused", "Calls that the breaker refused"),
    HEALTH(
            Part.DATABASE,
            Kind.GAUGE,
            "wellhead.health",
            "1 when the database counts as healthy, else 0; reading it asks nothing of the database"),
    HEALTH_VERDICT(
            Part.DATABASE,
            Kind.GAUGE,
            "wellhead.health.verdict",
            "1 for what the last check found and the pool shows now, 0 for the others",
            Label.of("verdict", Verdict.class)),
    HEALTH_STRIKES(Part.DATABASE, Kind.GAUGE, "wellhead.health.strikes", "Failed health checks in a row"),
    HEALTH_CHECK_LATENCY(
            Part.DATABASE,
            Kind.SECONDS,
            "wellhead.health.check.latency",
            "How long the last health check waited for the answer"),
    HEALTH_CHECKS(
            Part.DATABASE,
            Kind.COUNTER,
            "wellhead.health.checks",
            "Health checks by what they found; healthy and read_only ones were answered",
            Label.FOUND_BY_CHECK),

    PART_HEALTHY(
            Part.BESIDES,
            Kind.GAUGE,
            "wellhead.part.healthy",
            "1 when the last check found it working, else 0; reading it asks nothing of it"),
    PART_CHECK_LATENCY(Part.BESIDES, Kind.SECONDS, "wellhead.part.check.latency", "How long the last check took"),
    PART_READING(
            Part.BESIDES,
            Kind.GAUGE,
            "wellhead.part.reading",
            "Its own numbers as of the last check that succeeded, by name; NaN while it is out",
            Label.READING),

    HIKARI_TOTAL(Part.HIKARI, Kind.GAUGE, "hikaricp.connections", "Total connections"),
    HIKARI_IDLE(Part.HIKARI, Kind.GAUGE, "hikaricp.connections.idle", "Idle connections"),
    HIKARI_ACTIVE(Part.HIKARI, Kind.GAUGE, "hikaricp.connections.active", "Active connections"),
    HIKARI_PENDING(Part.HIKARI, Kind.GAUGE, "hikaricp.connections.pending", "Pending threads"),
    HIKARI_MAX(Part.HIKARI, Kind.GAUGE, "hikaricp.connections.max", "Max connections"),
    HIKARI_MIN(Part.HIKARI, Kind.GAUGE, "hikaricp.connections.min", "Min connections"),
    HIKARI_TIMEOUT(Part.HIKARI, Kind.COUNTER, "hikaricp.connections.timeout", "Connection timeout total count"),
    HIKARI_ACQUIRE(Part.HIKARI, Kind.PLAIN_TIMER, "hikaricp.connections.acquire", "Connection acquire time"),
    HIKARI_USAGE(Part.HIKARI, Kind.PLAIN_TIMER, "hikaricp.connections.usage", "Connection usage time"),
    HIKARI_CREATION(Part.HIKARI, Kind.PLAIN_TIMER, "hikaricp.connections.creation", "Connection creation time");

    static final String NO_REASON = "none";

    /** What meters are about, and the tag that each of them has. */
    enum Part {
        POOL("pool"),
        LANE("pool"),
        CEILING("pool"),
        HOST("pool"),
        DATABASE("database"),
        BESIDES("part"),
        HIKARI("pool");

        final String tag;

        Part(String tag) {
            this.tag = tag;
        }
    }

    /** How a meter is read. */
    enum Kind {
        GAUGE("gauge"),
        SECONDS("gauge, seconds"),
        COUNTER("counter"),
        SUMMARY("count and sum, seconds"),
        TIMER("timer"),
        PLAIN_TIMER("timer, no buckets");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /**
     * A tag besides that of the part.
     *
     * @param values all that it can have; empty when they are names of the user's
     * @param words what it says where it has no such values
     */
    record Label(String key, List<String> values, String words) {

        /** What a check finds; the other verdicts come of the pool, or of no check. */
        static final Set<Verdict> FOUND =
                EnumSet.complementOf(EnumSet.of(Verdict.POOL_SATURATED, Verdict.LEAK_SUSPECTED, Verdict.NOT_CHECKED));

        static final Label FOUND_BY_CHECK = new Label("outcome", values(FOUND.stream()), "");
        static final Label LANE = new Label("lane", List.of(), "its name, or `default`");
        static final Label HOST = new Label("host", List.of(), "name and port as in the URL");
        static final Label READING = new Label("reading", List.of(), "what the part calls it");
        static final Label CODE =
                of("code", Arrays.stream(ErrorCode.values()).map(Enum::name).toArray(String[]::new));

        static Label of(String key, String... values) {
            return new Label(key, List.of(values), "");
        }

        static Label of(String key, Class<? extends Enum<?>> type) {
            return new Label(key, values(Arrays.stream(type.getEnumConstants())), "");
        }

        static Label of(String key, String first, Class<? extends Enum<?>> type) {
            var rest = values(Arrays.stream(type.getEnumConstants()));
            return new Label(key, Stream.concat(Stream.of(first), rest.stream()).toList(), "");
        }

        private static List<String> values(Stream<? extends Enum<?>> constants) {
            return constants.map(MeterRow::value).toList();
        }
    }

    final Part part;
    final Kind kind;
    final String meter;
    final String text;

    @SuppressWarnings("ImmutableEnumChecker") // A copy.
    final List<Label> labels;

    MeterRow(Part part, Kind kind, String meter, String text, Label... labels) {
        this.part = part;
        this.kind = kind;
        this.meter = meter;
        this.text = text;
        this.labels = List.of(labels);
    }

    /** A constant as the value of a tag. */
    static String value(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
