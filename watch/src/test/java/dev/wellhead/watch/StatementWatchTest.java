// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.database.StatementPolicy;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.watch.internal.Tallies;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class StatementWatchTest {

    private static PostgresServer server;

    private DatabaseManager manager;
    private Database database;
    private StatementWatch watch;

    @BeforeAll
    static void startServer() throws SQLException {
        server = PostgresServer.start();
        server.execute("CREATE TABLE account (id int PRIMARY KEY, owner text, balance int)");
        server.execute("INSERT INTO account SELECT n, 'owner ' || n, 100 FROM generate_series(1, 1000) n");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void open() {
        manager = DatabaseManager.builder().open();
        var pool = PoolConfig.builder()
                .name("watched")
                .jdbcUrl(server.jdbcUrl())
                .maxSize(2)
                .build();
        database =
                manager.open(new DatabaseConfig(pool, RetryPolicy.DEFAULT, HealthPolicy.DEFAULT, Duration.ofMillis(300))
                        .withStatements(new StatementPolicy(true, 10, Duration.ofMillis(300))));
        watch = StatementWatch.of(database);
    }

    @AfterEach
    void close() {
        watch.close();
        manager.close();
    }

    private StatementStats stats(String text) {
        return watch.report().statements().stream()
                .filter(each -> each.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError(text + " is not in " + watch.report()));
    }

    private static void awaitNanos(long nanos) {
        long start = System.nanoTime();
        await().pollInterval(Duration.ofMillis(1)).until(() -> System.nanoTime() - start >= nanos);
    }

    @Test
    void statementsAreCountedByFingerprintWhoeverSendsThem() throws SQLException {
        for (int id = 1; id <= 3; id++) {
            database.list("accounts", Integer.class, "SELECT id FROM account WHERE id <= ?", id);
        }
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select id from account where id <= 4 -- by hand")) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            assertThat(count).isEqualTo(4);
        }

        var stats = stats("SELECT id FROM account WHERE id <= ?");
        assertThat(stats.calls()).isEqualTo(4);
        assertThat(stats.rows()).isEqualTo(1 + 2 + 3 + 4);
        assertThat(stats.errors()).isEmpty();
        assertThat(stats.run().total()).isPositive();
        assertThat(stats.run().p50())
                .isPositive()
                .isLessThanOrEqualTo(stats.run().p99());
    }

    @Test
    void errorsAreCountedByWhatTheyMean() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> database.update("twice", "INSERT INTO account VALUES (?, 'x', 1)", 1))
                    .isInstanceOf(DatabaseException.class);
        }
        assertThatThrownBy(() -> database.list("none", String.class, "SELECT nothing"))
                .isInstanceOf(DatabaseException.class);

        assertThat(stats("INSERT INTO account VALUES (?, ?, ?)").errors()).isEqualTo(Map.of(Meaning.CONSTRAINT, 2L));
        assertThat(stats("INSERT INTO account VALUES (?, ?, ?)").failed()).isEqualTo(2);
        assertThat(stats("SELECT nothing").errors()).isEqualTo(Map.of(Meaning.SYNTAX, 1L));
    }

    @Test
    void timesAreThoseOfTheDatabase() {
        for (int i = 0; i < 10; i++) {
            database.query("nap", connection -> {
                try (var statement = connection.prepareStatement("SELECT pg_sleep(?)")) {
                    statement.setDouble(1, 0.02);
                    return statement.execute();
                }
            });
        }

        var run = stats("SELECT pg_sleep(?)").run();
        assertThat(run.p50()).isBetween(Duration.ofMillis(19), run.p99());
        assertThat(run.mean()).isGreaterThan(Duration.ofMillis(20));
        assertThat(run.total()).isGreaterThan(Duration.ofMillis(200));
    }

    @Test
    void slowStatementsAreKeptAndThoseWithoutAnOperationAreLogged() throws SQLException {
        var logger = (Logger) LoggerFactory.getLogger(Tallies.class);
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        logger.addAppender(log);
        MDC.put("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736");
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SELECT pg_sleep(0.31), 'secret'");
            statement.execute("SELECT pg_sleep(0)");
        } finally {
            MDC.clear();
        }
        database.query("named", "SELECT 1 FROM pg_sleep(0.32)").one(Integer.class);

        assertThat(watch.report().slow()).hasSize(2);
        assertThat(watch.report().slow().get(0).operation()).isEqualTo("named");
        assertThat(watch.report().slow().get(1)).satisfies(slow -> {
            assertThat(slow.text()).isEqualTo("SELECT pg_sleep(?), ?");
            assertThat(slow.run()).isGreaterThan(Duration.ofMillis(310));
            assertThat(slow.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            assertThat(slow.error()).isEmpty();
        });
        logger.detachAppender(log);
        assertThat(log.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .matches(
                        "slow statement pool=watched elapsedMs="
                                + watch.report().slow().get(1).run().toMillis()
                                + " thresholdMs=300 fingerprint=[0-9a-f]{16} sql=\"SELECT pg_sleep\\(\\?\\), \\?\" traceId=4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @Test
    void workThatHoldsConnectionsWithoutSqlShows() {
        database.runInTransaction("remote call", tx -> {
            tx.query("read", "SELECT 1").one(Integer.class);
            awaitNanos(TimeUnit.MILLISECONDS.toNanos(200));
        });
        database.query("busy", "SELECT 1 FROM pg_sleep(0.3)").one(Integer.class);

        var held = watch.report().held();
        assertThat(held.get(0).work()).isEqualTo("remote call");
        assertThat(held.get(0).leases()).isEqualTo(1);
        assertThat(held.get(0).held().minus(held.get(0).sql())).isGreaterThan(Duration.ofMillis(200));
        assertThat(held.get(0).idleShare()).isGreaterThan(0.5);
        assertThat(held.stream().filter(each -> each.work().equals("busy")).findFirst())
                .hasValueSatisfying(each -> assertThat(each.idleShare()).isLessThan(0.5));
    }

    @Test
    void fingerprintsAreBoundedAndTheLeastUsedAreDropped() {
        for (int i = 0; i < 30; i++) {
            database.list("often", Integer.class, "SELECT 1 AS often");
            database.list("once", Integer.class, "SELECT 1 AS once" + i);
        }

        var report = watch.report();
        assertThat(report.statements()).hasSizeLessThanOrEqualTo(10);
        assertThat(report.dropped()).isGreaterThanOrEqualTo(21);
        assertThat(report.droppedCalls()).isEqualTo(report.dropped());
        assertThat(stats("SELECT ? AS often").calls()).isEqualTo(30);
        long counted =
                report.statements().stream().mapToLong(StatementStats::calls).sum();
        assertThat(counted + report.droppedCalls()).isEqualTo(60);
    }

    @Test
    void planIsShownOnRequestWithoutValuesAndNothingIsRun() {
        database.update("rename", "UPDATE account SET owner = 'secret' WHERE id = 7 AND balance < ?", 0);
        var kind = stats("UPDATE account SET owner = ? WHERE id = ? AND balance < ?");

        var plan = String.join("\n", watch.plan(kind.fingerprint()));

        assertThat(plan)
                .contains("Update on public.account", "Index Scan using account_pkey")
                .doesNotContain("secret");
        assertThat(database.query("look", "SELECT owner FROM account WHERE id = 7")
                        .one(String.class))
                .isEqualTo("owner 7");
        assertThat(stats(kind.text()).calls()).isEqualTo(1);
    }

    @Test
    void planThatCannotBeMadeSaysWhy() {
        database.list("days", String.class, "SELECT (interval '1 day')::text");
        var kind = stats("SELECT (interval ?)::text");

        assertThatThrownBy(() -> watch.plan(kind.fingerprint())).isInstanceOf(DatabaseException.class);
        assertThatThrownBy(() -> watch.plan("0123456789abcdef"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no statement of fingerprint 0123456789abcdef");
        assertThatThrownBy(() -> watch.plan("drop table"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16 hexadecimal digits");
    }
}
