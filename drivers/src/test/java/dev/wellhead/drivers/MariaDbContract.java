// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import dev.wellhead.testkit.MariaDbServer;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** MariaDB's server, by whichever driver. */
abstract class MariaDbContract extends ServerContract {

    /** One for both drivers; their classes run one after the other. It ends with the JVM. */
    static final class Shared {
        static final MariaDbServer SERVER = MariaDbServer.start();

        private Shared() {}
    }

    @Override
    String longQuery() {
        return "SELECT COUNT(*) FROM seq_1_to_100000000 a, seq_1_to_100000000 b";
    }

    @Override
    String selfNumbered() {
        return "bigint AUTO_INCREMENT PRIMARY KEY";
    }

    @Override
    String sessionId() {
        return "SELECT CONNECTION_ID()";
    }

    @Override
    String blobType() {
        return "mediumblob";
    }

    @Override
    void assertNothingRuns() {
        await().until(() -> Shared.SERVER
                .execute("SELECT info FROM information_schema.processlist WHERE info LIKE '%seq_1_to_100000000 a%'"
                        + " AND id <> CONNECTION_ID()")
                .isEmpty());
    }

    @Override
    void end(long backendId) throws SQLException {
        Shared.SERVER.execute("KILL " + backendId);
        await().until(() -> Shared.SERVER
                .execute("SELECT id FROM information_schema.processlist WHERE id = " + backendId)
                .isEmpty());
    }

    @Override
    void restart() {
        Shared.SERVER.restart();
    }

    @Override
    void freeze() {
        Shared.SERVER.freeze();
    }

    @Override
    void thaw() {
        Shared.SERVER.thaw();
    }

    /** 1205 rolls back the statement alone: what was done before is still to be committed. */
    @Test
    void lockWaitTimeoutLeavesTheTransactionOpen() throws SQLException {
        try (var pool = new WellheadDataSource(config().maxSize(2).build())) {
            table(pool, "waits");
            try (var holder = pool.getConnection();
                    var waiter = pool.getConnection()) {
                run(holder, "INSERT INTO waits VALUES (1)");
                holder.setAutoCommit(false);
                run(holder, "UPDATE waits SET n = 10 WHERE n = 1");
                run(waiter, "SET innodb_lock_wait_timeout = 1");
                waiter.setAutoCommit(false);
                run(waiter, "INSERT INTO waits VALUES (2)");
                assertThatThrownBy(() -> run(waiter, "UPDATE waits SET n = 20 WHERE n = 1"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getErrorCode()).isEqualTo(1205));
                assertThat(pool.leases())
                        .anySatisfy(lease -> assertThat(lease.transaction()).isEqualTo(TransactionState.OPEN));
                waiter.commit();
                holder.commit();
            }
            assertThat(rows(pool, "waits")).containsExactly("2", "10");
            assertThat(pool.snapshot().counters().opened()).isEqualTo(2);
        }
    }

    @Test
    void serverThatHasBecomeReadOnlyIsLeft() throws SQLException {
        var server = Shared.SERVER;
        server.execute("CREATE USER IF NOT EXISTS app@'%'");
        server.execute("GRANT ALL ON " + database() + ".* TO app@'%'");
        try (var pool = new WellheadDataSource(
                config().jdbcUrl(url().replace("user=root", "user=app")).build())) {
            table(pool, "primary_only");
            server.execute("SET GLOBAL read_only = 1");
            try (var connection = pool.getConnection()) {
                assertThatThrownBy(() -> run(connection, "INSERT INTO primary_only VALUES (1)"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getErrorCode()).isEqualTo(1290));
            } finally {
                server.execute("SET GLOBAL read_only = 0");
            }
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.READ_ONLY) == 1);
            try (var connection = pool.getConnection()) {
                run(connection, "INSERT INTO primary_only VALUES (1)");
            }
        }
    }

    abstract String database() throws SQLException;
}
