// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolSnapshot;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;

/**
 * Metrics of pools and statements for OpenTelemetry under the names of its semantic conventions, {@code
 * db.client.connection.*} and {@code db.client.operation.duration}; {@code docs/metrics.md} lists them.
 *
 * <p>Thread-safe. Whatever a collection reads costs nothing in between, and one collection reads each pool once; the
 * histograms are fed by the pools' events and by each statement. Databases that a manager opens later are followed too.
 * Have one of these at a time per set of databases: they are told apart by their names only. Without an SDK in the process
 * it does nothing.
 */
public final class PoolTelemetry implements AutoCloseable {

    private static final AttributeKey<String> POOL = AttributeKey.stringKey("db.client.connection.pool.name");
    private static final AttributeKey<String> STATE = AttributeKey.stringKey("db.client.connection.state");
    private static final String CONNECTIONS = "{connection}";

    private final Followers<Fed> followers;
    private final BatchCallback callback;

    private final ObservableLongMeasurement count;
    private final ObservableLongMeasurement idleMax;
    private final ObservableLongMeasurement idleMin;
    private final ObservableLongMeasurement max;
    private final ObservableLongMeasurement pending;
    private final ObservableLongMeasurement timeouts;

    /** What feeds the histograms. */
    private record Fed(PoolHistograms.OfPool pool, OperationDuration statements) {}

    private PoolTelemetry(OpenTelemetry openTelemetry) {
        var meter = openTelemetry.getMeter("dev.wellhead");
        this.count = gauge(meter, "count", CONNECTIONS, "Open connections by state");
        this.idleMax = gauge(meter, "idle.max", CONNECTIONS, "The most connections that may be idle");
        this.idleMin = gauge(meter, "idle.min", CONNECTIONS, "How many connections are kept idle");
        this.max = gauge(meter, "max", CONNECTIONS, "The limit of open connections");
        this.pending = gauge(meter, "pending_requests", "{request}", "Callers in line for a connection");
        this.timeouts = meter.counterBuilder("db.client.connection.timeouts")
                .setUnit("{timeout}")
                .setDescription("Acquires refused for want of a connection")
                .buildObserver();
        var histograms = new PoolHistograms(meter);
        this.followers = new Followers<>(database -> attach(histograms, database), PoolTelemetry::detach);
        this.callback = meter.batchCallback(this::observe, count, idleMax, idleMin, max, pending, timeouts);
    }

    /** Metrics of one database. */
    public PoolTelemetry(OpenTelemetry openTelemetry, Database database) {
        this(openTelemetry);
        followers.follow(database);
    }

    /** Metrics of all databases of a manager. */
    public PoolTelemetry(OpenTelemetry openTelemetry, DatabaseManager manager) {
        this(openTelemetry);
        followers.follow(manager);
    }

    private static Fed attach(PoolHistograms histograms, Database database) {
        var fed = new Fed(
                histograms.ofPool(Attributes.of(POOL, database.name())),
                new OperationDuration(histograms.operations(), database));
        database.dataSource().addListener(fed.pool);
        database.dataSource().addObserver(fed.statements);
        return fed;
    }

    private static void detach(Database database, Fed fed) {
        database.dataSource().removeListener(fed.pool);
        database.dataSource().removeObserver(fed.statements);
    }

    private static ObservableLongMeasurement gauge(Meter meter, String name, String unit, String description) {
        return meter.upDownCounterBuilder("db.client.connection." + name)
                .setUnit(unit)
                .setDescription(description)
                .buildObserver();
    }

    private void observe() {
        followers.databases().forEach(database -> observe(database.snapshot()));
    }

    private void observe(PoolSnapshot pool) {
        var attributes = Attributes.of(POOL, pool.pool());
        count.record(pool.active(), attributes.toBuilder().put(STATE, "used").build());
        count.record(
                pool.idle() + pool.validating(),
                attributes.toBuilder().put(STATE, "idle").build());
        // The pool has no limit of its own for idle ones.
        idleMax.record(pool.maxSize(), attributes);
        idleMin.record(pool.minIdle(), attributes);
        max.record(pool.maxSize(), attributes);
        pending.record(pool.waiting(), attributes);
        timeouts.record(pool.counters().timeouts(), attributes);
    }

    /** Takes the metrics out and listens no more. */
    @Override
    public void close() {
        callback.close();
        followers.close();
    }
}
