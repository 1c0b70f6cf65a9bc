// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Starts Wellhead's pool. */
final class WellheadPools {

    private WellheadPools() {}

    static OpenPool open(PoolSetup setup, boolean keepsStatistics, boolean notesLeases) {
        var config = PoolConfig.builder()
                .name("bench")
                .jdbcUrl(setup.jdbcUrl())
                .minIdle(setup.minIdle())
                .maxSize(setup.maxSize())
                .acquireTimeout(setup.acquireTimeout())
                .statistics(keepsStatistics)
                .leases(notesLeases);
        if (!setup.user().isEmpty()) {
            config.username(setup.user()).password(setup.password());
        }
        return new Running(new WellheadDataSource(config.build()));
    }

    /** Which one; {@code dataSource()} is a {@link WellheadDataSource}. */
    private record Running(WellheadDataSource pool) implements OpenPool {
        @Override
        public Connection getConnection() throws SQLException {
            return pool.getConnection();
        }

        @Override
        public DataSource dataSource() {
            return pool;
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
