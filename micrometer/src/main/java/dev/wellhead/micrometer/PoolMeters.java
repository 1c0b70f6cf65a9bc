// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.pool.CeilingUse;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.LaneUse;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/** The meters of one pool. */
final class PoolMeters {

    private final MonitoredDatabase database;
    private final Meters meters;
    private final Moment<PoolSnapshot> pool;
    private final Moment<List<HostSnapshot>> hosts;

    PoolMeters(MonitoredDatabase database, Meters meters) {
        this.database = database;
        this.meters = meters;
        this.pool = new Moment<>(database::snapshot, System::nanoTime);
        this.hosts = new Moment<>(database::hosts, System::nanoTime);
    }

    /** Registers all of them, and the timers' listener is the result. */
    PoolTimers register() {
        gauges();
        // Not remembered for the first scrape, which may come at once.
        var now = database.snapshot();
        now.lanes().forEach(lane -> ofLane(lane.lane()));
        if (now.ceiling().isPresent()) {
            ceiling();
        }
        database.hosts().forEach(host -> ofHost(host.host()));
        acquires();
        opensAndCloses();
        return new PoolTimers(
                meters.timer(MeterRow.POOL_ACQUIRE_WAIT),
                meters.timer(MeterRow.POOL_USE),
                meters.timer(MeterRow.POOL_OPEN),
                false);
    }

    /** Registers the same numbers under the names and with the texts of HikariCP's binder. */
    PoolTimers registerAsHikari() {
        gauge(MeterRow.HIKARI_TOTAL, PoolSnapshot::total);
        gauge(MeterRow.HIKARI_IDLE, PoolSnapshot::idle);
        gauge(MeterRow.HIKARI_ACTIVE, PoolSnapshot::active);
        gauge(MeterRow.HIKARI_PENDING, PoolSnapshot::waiting);
        gauge(MeterRow.HIKARI_MAX, PoolSnapshot::maxSize);
        gauge(MeterRow.HIKARI_MIN, PoolSnapshot::minIdle);
        counter(MeterRow.HIKARI_TIMEOUT, PoolSnapshot.Counters::timeouts);
        return new PoolTimers(
                meters.timer(MeterRow.HIKARI_ACQUIRE),
                meters.timer(MeterRow.HIKARI_USAGE),
                meters.timer(MeterRow.HIKARI_CREATION),
                true);
    }

    private void gauges() {
        state("active", PoolSnapshot::active);
        state("idle", PoolSnapshot::idle);
        state("opening", PoolSnapshot::opening);
        state("validating", PoolSnapshot::validating);
        gauge(MeterRow.POOL_UTILIZATION, moment -> moment.utilizationPercent() / 100);
        gauge(MeterRow.POOL_WAITING, PoolSnapshot::waiting);
        gauge(MeterRow.POOL_MAX, PoolSnapshot::maxSize);
        gauge(MeterRow.POOL_MIN_IDLE, PoolSnapshot::minIdle);
        meters.seconds(MeterRow.POOL_OLDEST_WAIT, () -> pool.get().oldestWait().toNanos());
    }

    private void state(String state, ToDoubleFunction<PoolSnapshot> value) {
        gauge(MeterRow.POOL_CONNECTIONS, value, "state", state);
    }

    private void gauge(MeterRow row, ToDoubleFunction<PoolSnapshot> value, String... more) {
        meters.gauge(row, () -> value.applyAsDouble(pool.get()), more);
    }

    private void counter(MeterRow row, ToLongFunction<PoolSnapshot.Counters> value, String... more) {
        meters.counter(row, () -> value.applyAsLong(pool.get().counters()), more);
    }

    /** A pool has the same lanes all its life. */
    private void ofLane(String lane) {
        ofLane(MeterRow.LANE_ACTIVE, lane, LaneUse::held);
        ofLane(MeterRow.LANE_WAITING, lane, LaneUse::waiting);
        ofLane(MeterRow.LANE_GUARANTEED, lane, LaneUse::guaranteed);
        ofLane(MeterRow.LANE_CEILING, lane, LaneUse::ceiling);
    }

    private void ofLane(MeterRow row, String lane, ToIntFunction<LaneUse> value) {
        ToDoubleFunction<PoolSnapshot> ofThat = moment -> moment.lanes().stream()
                .filter(use -> use.lane().equals(lane))
                .mapToInt(value)
                .findFirst()
                .orElse(0);
        gauge(row, ofThat, "lane", lane);
    }

    /** A pool is under the same ceiling all its life, or under none. */
    private void ceiling() {
        ofCeiling(MeterRow.CEILING_MAX, CeilingUse::maxTotal);
        ofCeiling(MeterRow.CEILING_TAKEN, CeilingUse::total);
        ofCeiling(MeterRow.CEILING_HELD, CeilingUse::held);
        ofCeiling(MeterRow.CEILING_WAITS, use -> use.waits() ? 1 : 0);
    }

    private void ofCeiling(MeterRow row, ToIntFunction<CeilingUse> value) {
        gauge(row, moment -> value.applyAsInt(moment.ceiling().orElseThrow()));
    }

    /** A pool has the same hosts all its life, and none where its URL names but one. */
    private void ofHost(String host) {
        meters.gauge(MeterRow.HOST_UP, () -> ofHost(host, seen -> seen.state() == HostState.UP ? 1 : 0), "host", host);
        meters.gauge(MeterRow.HOST_TARGET, () -> ofHost(host, seen -> seen.isTarget() ? 1 : 0), "host", host);
        meters.seconds(
                MeterRow.HOST_LAG,
                () -> ofHost(host, seen -> seen.lag().orElse(Duration.ZERO).toNanos()),
                "host",
                host);
    }

    private double ofHost(String host, ToLongFunction<HostSnapshot> value) {
        return hosts.get().stream()
                .filter(seen -> seen.host().equals(host))
                .mapToLong(value)
                .findFirst()
                .orElse(0);
    }

    private void acquires() {
        acquires("direct", MeterRow.NO_REASON, PoolSnapshot.Counters::direct);
        acquires("waited", MeterRow.NO_REASON, PoolSnapshot.Counters::waited);
        for (var reason : RefusalReason.values()) {
            acquires(
                    "refused",
                    MeterRow.value(reason),
                    counters -> counters.refused().getOrDefault(reason, 0L));
        }
        counter(MeterRow.POOL_RELEASED, PoolSnapshot.Counters::released);
        counter(MeterRow.POOL_WOULD_REFUSE, PoolSnapshot.Counters::wouldRefuse);
        counter(MeterRow.POOL_NESTED, PoolSnapshot.Counters::nested);
    }

    private void acquires(String outcome, String reason, ToLongFunction<PoolSnapshot.Counters> value) {
        counter(MeterRow.POOL_ACQUIRES, value, "outcome", outcome, "reason", reason);
    }

    private void opensAndCloses() {
        counter(MeterRow.POOL_OPEN_ATTEMPTS, PoolSnapshot.Counters::openAttempts);
        counter(MeterRow.POOL_OPENED, PoolSnapshot.Counters::opened);
        counter(MeterRow.POOL_OPEN_FAILED, PoolSnapshot.Counters::openFailed);
        counter(MeterRow.POOL_RECONNECTED, PoolSnapshot.Counters::reconnected);
        for (var reason : EvictReason.values()) {
            counter(
                    MeterRow.POOL_CLOSED,
                    counters -> counters.closed().getOrDefault(reason, 0L),
                    "reason",
                    MeterRow.value(reason));
        }
        counter(MeterRow.POOL_VALIDATED, PoolSnapshot.Counters::validated);
        counter(MeterRow.POOL_ERRORS, PoolSnapshot.Counters::errors);
        counter(MeterRow.POOL_LEAKS_SUSPECTED, PoolSnapshot.Counters::leaksSuspected);
        counter(MeterRow.POOL_ROLLED_BACK, PoolSnapshot.Counters::rolledBack);
    }
}
