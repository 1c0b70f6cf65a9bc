// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.pool.spi.DriverSupport;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/** Pool entries around physical connections of the test's own, without a pool that opens them. */
final class Entries {

    /** Knows nothing but JDBC. */
    static final DriverSupport PLAIN = url -> true;

    /** Knows the transaction state of pgjdbc. */
    static final DriverSupport POSTGRES = new DriverSupport() {
        @Override
        public boolean accepts(String jdbcUrl) {
            return true;
        }

        @Override
        public TransactionState transactionState(Connection physical) {
            return switch (((BaseConnection) physical).getTransactionState()) {
                case IDLE -> TransactionState.NONE;
                case OPEN -> TransactionState.OPEN;
                case FAILED -> TransactionState.FAILED;
            };
        }

        @Override
        public void restoreSchema(Connection physical, @Nullable String before) throws SQLException {
            // Null is pgjdbc's word for the search path that the session started with.
            physical.setSchema(null);
        }
    };

    /** What the entries are given back to; it opens nothing by itself. */
    private static final Pool POOL =
            Pool.open(config().startMode(StartMode.LAZY).minIdle(0).build(), List.of());

    private Entries() {}

    /** The last statement of the lease under way. */
    static String sql(PoolEntry entry) {
        return new Leases(POOL, UnaryOperator.identity()).of(entry, 0).sql();
    }

    static PoolConfig.Builder config() {
        return PoolConfig.builder().jdbcUrl("jdbc:test:here");
    }

    static PoolEntry entry(Connection physical, DriverSupport driver, PoolConfig config) throws SQLException {
        var entry = new PoolEntry(POOL, 1, physical, SessionState.open(physical, driver, config), 0, 0);
        entry.tryActivateFromValidating();
        return entry;
    }

    static PoolEntry entry(Connection physical) throws SQLException {
        return entry(physical, PLAIN, config().build());
    }
}
