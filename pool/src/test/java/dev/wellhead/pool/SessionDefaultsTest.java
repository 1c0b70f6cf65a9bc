// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What each connection is opened with and each handle starts with, as the real server sees it. */
class SessionDefaultsTest {

    @Test
    void initSqlRunsOnceOnEachNewConnection() throws Exception {
        try (var database = PostgresServer.shared().createDatabase()) {
            database.execute("CREATE TABLE opened (pid int)");
            try (var pool = new WellheadDataSource(PoolConfig.builder()
                    .jdbcUrl(database.jdbcUrl())
                    .minIdle(0)
                    .initSql("INSERT INTO opened SELECT pg_backend_pid()")
                    .build())) {
                try (var first = pool.getConnection();
                        var second = pool.getConnection()) {
                    assertThat(Work.pid(first)).isNotEqualTo(Work.pid(second));
                }
                for (int i = 0; i < 5; i++) {
                    Work.pid(pool);
                }
                assertThat(database.execute("SELECT count(*), count(DISTINCT pid) FROM opened"))
                        .first()
                        .asString()
                        .startsWith("2");
            }
        }
    }

    @Test
    void initSqlTakesEffectAlsoWithoutAutoCommit() throws Exception {
        try (var pool = new WellheadDataSource(Work.config("init")
                .autoCommit(false)
                .initSql("SET work_mem = '5MB'")
                .build())) {
            for (int i = 0; i < 3; i++) {
                try (var connection = pool.getConnection()) {
                    assertThat(connection.getAutoCommit()).isFalse();
                    assertThat(Work.value(connection, "SHOW work_mem")).isEqualTo("5MB");
                }
            }
        }
    }

    @Test
    void failingInitSqlFailsTheOpenAndLeavesNoSession() {
        assertThatThrownBy(() -> new WellheadDataSource(Work.config("badinit")
                        .startMode(StartMode.FAIL_FAST)
                        .initSql("SELEC 1")
                        .build()))
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("init-sql of pool badinit failed")
                .hasMessageContaining("SELEC");
        await().until(() -> Work.sessions(PostgresServer.shared(), "badinit").isEmpty());
    }

    @Test
    void validationQueryDecides() throws Exception {
        try (var database = PostgresServer.shared().createDatabase()) {
            database.execute("CREATE TABLE fit (yes int)");
            try (var pool = new WellheadDataSource(PoolConfig.builder()
                    .jdbcUrl(database.jdbcUrl())
                    .minIdle(0)
                    .validateAfterIdle(Duration.ZERO)
                    .validationQuery("SELECT yes FROM fit")
                    .build())) {
                long pid = Work.pid(pool);
                assertThat(Work.pid(pool)).isEqualTo(pid);
                assertThat(pool.snapshot().counters().validated()).isPositive();

                database.execute("ALTER TABLE fit RENAME TO unfit");
                assertThat(Work.pid(pool)).isNotEqualTo(pid);
                assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.FAILED_VALIDATION, 1L);
            }
        }
    }

    @Test
    void applicationNameIsSeenByTheServer() throws Exception {
        try (var pool = new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(PostgresServer.shared().jdbcUrl())
                .minIdle(0)
                .applicationName("orders-service")
                .build())) {
            try (var connection = pool.getConnection()) {
                assertThat(Work.sessions(PostgresServer.shared(), "orders-service"))
                        .containsExactly(Work.pid(connection));
            }
        }
    }

    @Test
    void handlesStartWithConfiguredDefaultsAlsoAfterAnotherHolderChangedThem() throws Exception {
        try (var database = PostgresServer.shared().createDatabase()) {
            database.execute("CREATE SCHEMA sales");
            try (var pool = new WellheadDataSource(PoolConfig.builder()
                    .jdbcUrl(database.jdbcUrl())
                    .minIdle(0)
                    .maxSize(1)
                    .schema("sales")
                    .readOnly(true)
                    .autoCommit(false)
                    .isolation(Isolation.SERIALIZABLE)
                    .build())) {
                for (int i = 0; i < 2; i++) {
                    try (var connection = pool.getConnection()) {
                        assertThat(connection.getSchema()).isEqualTo("sales");
                        assertThat(Work.value(connection, "SHOW transaction_read_only"))
                                .isEqualTo("on");
                        assertThat(Work.value(connection, "SHOW transaction_isolation"))
                                .isEqualTo("serializable");
                        assertThat(connection.getAutoCommit()).isFalse();
                        connection.rollback();
                        connection.setReadOnly(false);
                        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                        connection.setSchema("public");
                        connection.setAutoCommit(true);
                    }
                }
                assertThat(pool.snapshot().counters().opened()).isEqualTo(1);
            }
        }
    }

    @Test
    void credentialsAreAskedForEachNewConnection() throws Exception {
        var server = PostgresServer.shared();
        server.execute("CREATE ROLE first_login LOGIN");
        server.execute("CREATE ROLE second_login LOGIN");
        var asked = new AtomicInteger();
        try (var pool = new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(server.urlWithoutUser("postgres"))
                .minIdle(0)
                .credentials(() -> Credentials.of(asked.incrementAndGet() == 1 ? "first_login" : "second_login", ""))
                .build())) {
            try (var first = pool.getConnection();
                    var second = pool.getConnection()) {
                assertThat(List.of(Work.value(first, "SELECT user"), Work.value(second, "SELECT user")))
                        .containsExactly("first_login", "second_login");
            }
            assertThat(asked).hasValue(2);
        } finally {
            for (var role : List.of("first_login", "second_login")) {
                await().ignoreExceptions().until(() -> server.execute("DROP ROLE " + role) != null);
            }
        }
    }

    @Test
    void openUnpooledIsBesideThePoolAndEndsAtItsLimit() throws Exception {
        try (var pool = new WellheadDataSource(
                        Work.config("unpooled").maxSize(1).build());
                var held = pool.getConnection()) {
            try (var extra = pool.openUnpooled(Duration.ofSeconds(5))) {
                assertThat(Work.pid(extra)).isNotEqualTo(Work.pid(held));
                assertThat(pool.snapshot().total()).isEqualTo(1);
                assertThat(pool.snapshot().counters().opened()).isEqualTo(1);
            }
        }
    }
}
