// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.database.spi.MonitoredDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;

/** The meters of one database in one registry. */
final class DatabaseMeters implements AutoCloseable {

    private final MonitoredDatabase database;
    private final Meters meters;
    private final List<PoolTimers> timers = new ArrayList<>();

    /** @param hikariNames whether HikariCP's names are registered too */
    DatabaseMeters(MonitoredDatabase database, MeterRegistry registry, boolean hikariNames) {
        this.database = database;
        this.meters = new Meters(registry, database.name());
        var pool = new PoolMeters(database, meters);
        timers.add(pool.register());
        if (hikariNames) {
            timers.add(pool.registerAsHikari());
        }
        new CallMeters(database, meters).register();
        timers.forEach(database::addListener);
    }

    @Override
    public void close() {
        timers.forEach(database::removeListener);
        meters.close();
    }
}
