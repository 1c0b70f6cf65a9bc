// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.database.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;

/** The meters of one database in one registry. */
final class DatabaseMeters implements AutoCloseable {

    private final Database database;
    private final Meters meters;
    private final List<PoolTimers> timers = new ArrayList<>();

    /** @param hikariNames whether HikariCP's names are registered too */
    DatabaseMeters(Database database, MeterRegistry registry, boolean hikariNames) {
        this.database = database;
        this.meters = new Meters(registry, database.name());
        var pool = new PoolMeters(database, meters);
        timers.add(pool.register());
        if (hikariNames) {
            timers.add(pool.registerAsHikari());
        }
        new CallMeters(database, meters).register();
        timers.forEach(database.dataSource()::addListener);
    }

    @Override
    public void close() {
        timers.forEach(database.dataSource()::removeListener);
        meters.close();
    }
}
