// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.database.BreakerReport;
import dev.wellhead.database.BreakerState;
import dev.wellhead.database.CallCounters;
import dev.wellhead.database.CommitOutcome;
import dev.wellhead.database.Database;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.RetryRefusal;
import dev.wellhead.pool.CeilingUse;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.LaneUse;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** The meters of one database in one registry. */
final class DatabaseMeters implements AutoCloseable {

    private static final String NO_REASON = "none";

    private final Database database;
    private final MeterRegistry registry;
    private final Moment<PoolSnapshot> pool;
    private final Moment<CallCounters> calls;
    private final Tags poolTag;
    private final Tags databaseTag;
    private final List<Meter> meters = new ArrayList<>();
    private final PoolTimers timers;

    DatabaseMeters(Database database, MeterRegistry registry) {
        this.database = database;
        this.registry = registry;
        this.pool = new Moment<>(database::snapshot, System::nanoTime);
        this.calls = new Moment<>(database::counters, System::nanoTime);
        this.poolTag = Tags.of("pool", database.name());
        this.databaseTag = Tags.of("database", database.name());
        connections();
        lanes();
        ceiling();
        acquires();
        opensAndCloses();
        calls();
        breaker();
        this.timers = new PoolTimers(registry, poolTag);
        database.dataSource().addListener(timers);
    }

    private void connections() {
        state("active", PoolSnapshot::active);
        state("idle", PoolSnapshot::idle);
        state("opening", PoolSnapshot::opening);
        state("validating", PoolSnapshot::validating);
        gauge("wellhead.pool.waiting", "Callers in line for a connection", PoolSnapshot::waiting);
        gauge("wellhead.pool.max", "The limit of open connections", PoolSnapshot::maxSize);
        gauge("wellhead.pool.min.idle", "How many connections are kept idle", PoolSnapshot::minIdle);
        meters.add(TimeGauge.builder(
                        "wellhead.pool.oldest.wait",
                        pool,
                        TimeUnit.NANOSECONDS,
                        moment -> moment.get().oldestWait().toNanos())
                .description("How long the first in line waits; 0 when nobody does")
                .tags(poolTag)
                .strongReference(true)
                .register(registry));
    }

    /** A pool has the same lanes all its life. */
    private void lanes() {
        for (var lane : database.snapshot().lanes()) {
            var name = lane.lane();
            ofLane("wellhead.pool.lane.active", "Connections that callers of the lane hold", name, LaneUse::held);
            ofLane("wellhead.pool.lane.waiting", "Callers of the lane in line", name, LaneUse::waiting);
            ofLane("wellhead.pool.lane.guaranteed", "The lane's guaranteed share", name, LaneUse::guaranteed);
            ofLane("wellhead.pool.lane.ceiling", "The most connections that the lane may hold", name, LaneUse::ceiling);
        }
    }

    /** A pool is under the same ceiling all its life, or under none. */
    private void ceiling() {
        if (database.snapshot().ceiling().isPresent()) {
            ofCeiling("wellhead.pool.ceiling.max", "The limit of all pools together", CeilingUse::maxTotal);
            ofCeiling("wellhead.pool.ceiling.total", "Places taken by all pools together", CeilingUse::total);
            ofCeiling("wellhead.pool.ceiling.held", "Places taken by this pool", CeilingUse::held);
            ofCeiling(
                    "wellhead.pool.ceiling.waits",
                    "1 when callers wait for room under the ceiling, else 0",
                    use -> use.waits() ? 1 : 0);
        }
    }

    private void ofCeiling(String name, String description, ToDoubleFunction<CeilingUse> value) {
        gauge(name, description, moment -> value.applyAsDouble(moment.ceiling().orElseThrow()));
    }

    private void ofLane(String name, String description, String lane, ToDoubleFunction<LaneUse> value) {
        gauge(
                name,
                description,
                poolTag.and("lane", lane),
                moment -> moment.lanes().stream()
                        .filter(use -> use.lane().equals(lane))
                        .mapToDouble(value)
                        .findFirst()
                        .orElse(0));
    }

    private void state(String state, ToDoubleFunction<PoolSnapshot> value) {
        gauge("wellhead.pool.connections", "Connections by state", poolTag.and("state", state), value);
    }

    private void gauge(String name, String description, ToDoubleFunction<PoolSnapshot> value) {
        gauge(name, description, poolTag, value);
    }

    private void gauge(String name, String description, Tags tags, ToDoubleFunction<PoolSnapshot> value) {
        meters.add(Gauge.builder(name, pool, moment -> value.applyAsDouble(moment.get()))
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    private void acquires() {
        acquires("direct", NO_REASON, PoolSnapshot.Counters::direct);
        acquires("waited", NO_REASON, PoolSnapshot.Counters::waited);
        for (var reason : RefusalReason.values()) {
            acquires("refused", tag(reason), counters -> counters.refused().getOrDefault(reason, 0L));
        }
        hints();
    }

    private void hints() {
        counter(
                "wellhead.pool.would.refuse",
                "Acquires that admission=observe let wait though deadline would have refused them",
                poolTag,
                PoolSnapshot.Counters::wouldRefuse);
        counter(
                "wellhead.pool.nested",
                "Acquires that had to wait while their thread held another connection of the pool",
                poolTag,
                PoolSnapshot.Counters::nested);
    }

    private void acquires(String outcome, String reason, ToLongFunction<PoolSnapshot.Counters> value) {
        counter(
                "wellhead.pool.acquires",
                "Acquires by outcome, refused ones by reason",
                poolTag.and("outcome", outcome, "reason", reason),
                value);
    }

    private void opensAndCloses() {
        counter("wellhead.pool.opened", "Connections opened", poolTag, PoolSnapshot.Counters::opened);
        counter(
                "wellhead.pool.open.failed",
                "Connects that failed or were abandoned",
                poolTag,
                PoolSnapshot.Counters::openFailed);
        for (var reason : EvictReason.values()) {
            counter(
                    "wellhead.pool.closed",
                    "Connections removed, by reason",
                    poolTag.and("reason", tag(reason)),
                    counters -> counters.closed().getOrDefault(reason, 0L));
        }
        counter(
                "wellhead.pool.errors",
                "Errors after which a connection could not be used",
                poolTag,
                PoolSnapshot.Counters::errors);
        counter(
                "wellhead.pool.leaks.suspected",
                "Leases held for longer than leak-threshold",
                poolTag,
                PoolSnapshot.Counters::leaksSuspected);
        counter(
                "wellhead.pool.rolled.back",
                "Transactions found open at release and rolled back",
                poolTag,
                PoolSnapshot.Counters::rolledBack);
    }

    private void counter(String name, String description, Tags tags, ToLongFunction<PoolSnapshot.Counters> value) {
        // A counter holds its object weakly and its function strongly: the function holds this.
        meters.add(FunctionCounter.builder(
                        name, pool, moment -> value.applyAsLong(pool.get().counters()))
                .description(description)
                .tags(tags)
                .register(registry));
    }

    private void calls() {
        calls("wellhead.calls", "Calls by outcome", databaseTag.and("outcome", "succeeded"), CallCounters::succeeded);
        calls("wellhead.calls", "Calls by outcome", databaseTag.and("outcome", "failed"), CallCounters::failed);
        for (var outcome : CommitOutcome.values()) {
            calls(
                    "wellhead.commit.answers.lost",
                    "COMMITs whose answer was lost, by what was found out about them",
                    databaseTag.and("outcome", tag(outcome)),
                    counters -> counters.lostCommits().getOrDefault(outcome, 0L));
        }
        for (var refusal : RetryRefusal.values()) {
            calls(
                    "wellhead.call.retries.refused",
                    "Calls that might have been tried again and were not, by why",
                    databaseTag.and("reason", tag(refusal)),
                    counters -> counters.retriesRefused().getOrDefault(refusal, 0L));
        }
        for (var meaning : Meaning.values()) {
            calls(
                    "wellhead.call.retries",
                    "Further attempts of calls by what the error before them means",
                    databaseTag.and("meaning", tag(meaning)),
                    counters -> counters.retriesByReason().getOrDefault(meaning, 0L));
            calls(
                    "wellhead.call.failures",
                    "Failed calls by what the failure means",
                    databaseTag.and("meaning", tag(meaning)),
                    counters -> counters.failuresByKind().getOrDefault(meaning, 0L));
        }
        meters.add(
                Gauge.builder("wellhead.health", database, seen -> seen.health().healthy() ? 1 : 0)
                        .description("1 when the last health check found the database healthy, else 0")
                        .tags(databaseTag)
                        .strongReference(true)
                        .register(registry));
    }

    private void breaker() {
        for (var state : BreakerState.values()) {
            meters.add(Gauge.builder(
                            "wellhead.breaker.state",
                            database,
                            seen -> seen.breaker().state() == state ? 1 : 0)
                    .description("1 for the state that the breaker is in, 0 for the others")
                    .tags(databaseTag.and("state", tag(state)))
                    .strongReference(true)
                    .register(registry));
        }
        ofBreaker("wellhead.breaker.opened", "How often the breaker was opened", BreakerReport::opened);
        ofBreaker("wellhead.breaker.refused", "Calls that the breaker refused", BreakerReport::refused);
    }

    private void ofBreaker(String name, String description, ToLongFunction<BreakerReport> value) {
        meters.add(FunctionCounter.builder(name, database, seen -> value.applyAsLong(seen.breaker()))
                .description(description)
                .tags(databaseTag)
                .register(registry));
    }

    private void calls(String name, String description, Tags tags, ToLongFunction<CallCounters> value) {
        meters.add(FunctionCounter.builder(name, calls, moment -> value.applyAsLong(calls.get()))
                .description(description)
                .tags(tags)
                .register(registry));
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
        database.dataSource().removeListener(timers);
        meters.forEach(registry::remove);
        timers.meters().forEach(registry::remove);
    }
}
