// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.PartReport;
import dev.wellhead.database.spi.MonitoredDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Meters of databases and their pools for a Micrometer registry; {@code docs/metrics.md} lists them.
 *
 * <p>Thread-safe. Gauges and counters cost nothing until they are read, and one scrape reads each pool once; timers are
 * fed by the pool's events. Bind one of these to one registry at a time per set of databases: meters are told apart by
 * the databases' names only.
 */
public final class WellheadMetrics implements MeterBinder, AutoCloseable {

    private final Supplier<Collection<MonitoredDatabase>> databases;
    private final Supplier<List<PartReport>> parts;
    private final boolean hikariNames;
    private final Map<Key, DatabaseMeters> bound = new ConcurrentHashMap<>();
    private final Map<PartKey, PartMeters> boundParts = new ConcurrentHashMap<>();

    private record Key(MeterRegistry registry, MonitoredDatabase database) {}

    private record PartKey(MeterRegistry registry, String part) {}

    private WellheadMetrics(
            Supplier<Collection<MonitoredDatabase>> databases, Supplier<List<PartReport>> parts, boolean hikariNames) {
        this.databases = databases;
        this.parts = parts;
        this.hikariNames = hikariNames;
    }

    /** Meters of one database. */
    public WellheadMetrics(MonitoredDatabase database) {
        this(() -> List.of(database), List::of, false);
    }

    /** Meters of all databases of a manager and its other parts; see {@link #refresh} for those opened later. */
    public WellheadMetrics(DatabaseManager manager) {
        this(manager::monitored, manager::parts, false);
    }

    /**
     * The same, with the names of HikariCP's Micrometer binder ({@code hikaricp.connections} and so on, tag {@code pool})
     * besides Wellhead's own, for dashboards that exist; false is the default. To be bound in place of this one.
     */
    public WellheadMetrics withHikariNames(boolean value) {
        return new WellheadMetrics(databases, parts, value);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        refresh(registry);
    }

    /**
     * Adds meters of databases that were opened since, and removes those of databases that are gone. Cheap when nothing
     * changed; a scrape endpoint calls it first.
     */
    public void refresh(MeterRegistry registry) {
        var now = new HashSet<>(databases.get());
        bound.forEach((key, meters) -> {
            if (key.registry == registry && !now.contains(key.database) && bound.remove(key, meters)) {
                meters.close();
            }
        });
        for (var database : now) {
            bound.computeIfAbsent(
                    new Key(registry, database), key -> new DatabaseMeters(database, registry, hikariNames));
        }
        for (var part : parts.get()) {
            boundParts
                    .computeIfAbsent(
                            new PartKey(registry, part.name()), key -> new PartMeters(part.name(), parts, registry))
                    .found(part);
        }
    }

    /** Removes all meters and listens no more. */
    @Override
    public void close() {
        bound.forEach((key, meters) -> {
            if (bound.remove(key, meters)) {
                meters.close();
            }
        });
        boundParts.forEach((key, meters) -> {
            if (boundParts.remove(key, meters)) {
                meters.close();
            }
        });
    }
}
