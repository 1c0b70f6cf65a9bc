// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a real database to what is said of it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AdvisorTest {

    private static PostgresServer server;
    private static DatabaseManager manager;
    private static Database database;
    private static StatementWatch counted;

    @BeforeAll
    static void start() throws SQLException {
        server = PostgresServer.start();
        server.execute("CREATE TABLE big AS SELECT g AS id, 'x' || g AS note FROM generate_series(1, 150000) g");
        server.execute("ALTER TABLE big ADD PRIMARY KEY (id)");
        server.execute("VACUUM ANALYZE big");
        manager = DatabaseManager.builder().open();
        var pool = PoolConfig.builder()
                .name("advised")
                .jdbcUrl(server.jdbcUrl())
                .maxSize(10)
                .minIdle(4)
                .build();
        var health = new HealthPolicy(true, Duration.ofMillis(100), Duration.ofSeconds(2), 3);
        database = manager.open(new DatabaseConfig(pool, RetryPolicy.DEFAULT, health, Duration.ofSeconds(5)));
        counted = StatementWatch.of(database);
    }

    @AfterAll
    static void stop() {
        counted.close();
        manager.close();
        server.close();
    }

    @Test
    void sizeIsReckonedFromTheLeasesThatThePoolSaw() {
        var advisor = new Advisor(database);
        await().until(() -> database.snapshot().total() >= 4);
        // One a second, so that two are right also where a busy machine takes a tenth of a second for each.
        for (int second = 0; second <= 1_030; second++) {
            if (second <= 900 && second % 60 == 0) {
                assertThat(advisor.advice(counted, Prices.NONE))
                        .extracting(Advice::kind)
                        .doesNotContain(AdviceKind.POOL_SIZE);
            }
            database.query("one", "SELECT 1").one(Integer.class);
            advisor.look(counted, TimeUnit.SECONDS.toNanos(second));
        }

        var advice = advisor.advice(counted, Prices.NONE);

        assertThat(advice).extracting(Advice::kind).contains(AdviceKind.POOL_SIZE, AdviceKind.UNUSED_CONNECTIONS);
        var size = advice.get(0);
        assertThat(size.database()).isEqualTo("advised");
        assertThat(size.confidence()).isEqualTo(Confidence.MEDIUM);
        assertThat(size.text())
                .startsWith("max-size 2 instead of 10: p99 wait +0.0 ms")
                .contains("1.0 requests a second");
        assertThat(size.numbers().get("meanUseMs")).isBetween(0.01, 200.0);
    }

    @Test
    void statementWithoutAnIndexIsFoundByItsPlan() {
        for (int i = 0; i < 100; i++) {
            database.list("by-note", Integer.class, "SELECT id FROM big WHERE lower(note) = ?", "x");
        }
        var advisor = new Advisor(database);
        advisor.look(counted, 0);

        await().until(() -> !database.tableScans().isEmpty());

        assertThat(advisor.advice(counted, Prices.NONE))
                .filteredOn(advice -> advice.kind() == AdviceKind.MISSING_INDEX)
                .anySatisfy(advice -> {
                    assertThat(advice.text())
                            .contains(
                                    "reads all of public.big, about 150000 rows",
                                    "(lower(big.note) = $1)",
                                    "it ran 100 times")
                            .doesNotContain("'x'");
                    assertThat(advice.confidence()).isEqualTo(Confidence.MEDIUM);
                });
    }

    @Test
    void nothingIsSaidWithoutData() {
        var advisor = new Advisor(database);
        advisor.look(counted, 0);

        assertThat(advisor.advice(null, Prices.NONE))
                .filteredOn(advice -> advice.kind() != AdviceKind.MISSING_INDEX)
                .isEqualTo(List.of());
    }
}
