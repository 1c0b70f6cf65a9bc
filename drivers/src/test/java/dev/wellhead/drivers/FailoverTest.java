// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.HostRole;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A primary and its standby, and writers all the while: the primary goes, the standby is promoted. More rounds by {@code
 * -Dfailover.rounds=10}.
 */
@Timeout(600)
class FailoverTest {

    private static final int ROUNDS = Integer.getInteger("failover.rounds", 1);
    private static final int WRITERS = 20;
    private static final Duration LIMIT = Duration.ofSeconds(1);

    /** How a primary goes. */
    private enum End {
        KILLED {
            @Override
            void of(PostgresServer server) {
                server.kill();
            }
        },
        FROZEN {
            @Override
            void of(PostgresServer server) {
                server.freeze();
            }
        };

        abstract void of(PostgresServer server);
    }

    /** One caller that works without a pause, and what it noted. */
    private static final class Caller implements Runnable {
        private final DataSource pool;
        private final String sql;
        private final AtomicBoolean goesOn;
        private volatile long lastFailureNanos;
        private volatile long lastSuccessNanos;
        private volatile long longestNanos;
        /** From then on {@link #firstAfterNanos} is noted. */
        private volatile long markNanos;

        private volatile long firstAfterNanos;
        private volatile SQLException lastFailure;

        Caller(DataSource pool, String sql, AtomicBoolean goesOn) {
            this.pool = pool;
            this.sql = sql;
            this.goesOn = goesOn;
        }

        @Override
        public void run() {
            while (goesOn.get()) {
                long began = System.nanoTime();
                try (var connection = pool.getConnection();
                        var statement = connection.createStatement()) {
                    statement.execute(sql);
                    lastSuccessNanos = System.nanoTime();
                    if (markNanos != 0 && firstAfterNanos == 0) {
                        firstAfterNanos = lastSuccessNanos;
                    }
                    longestNanos = Math.max(longestNanos, lastSuccessNanos - began);
                } catch (SQLException e) {
                    lastFailure = e;
                    lastFailureNanos = System.nanoTime();
                }
            }
        }
    }

    static String url(PostgresServer first, PostgresServer second) {
        return "jdbc:postgresql://127.0.0.1:" + first.port() + ",127.0.0.1:" + second.port() + "/postgres?user="
                + first.user();
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void writersFailForASecondAtMostAfterTheNewPrimaryAccepts(End end) throws Exception {
        var primary = PostgresServer.start();
        try {
            primary.execute("CREATE TABLE written (n int)");
            for (int round = 0; round < ROUNDS; round++) {
                var standby = primary.startStandby();
                try {
                    failOver(primary, standby, end);
                } finally {
                    primary.close();
                    primary = standby;
                }
            }
        } finally {
            primary.close();
        }
    }

    private static void failOver(PostgresServer primary, PostgresServer standby, End end) throws Exception {
        var goesOn = new AtomicBoolean(true);
        var writers = new ArrayList<Caller>();
        var threads = new ArrayList<Thread>();
        try (var pool = new WellheadDataSource(PoolConfig.builder()
                .name("failover")
                .jdbcUrl(url(standby, primary))
                .maxSize(WRITERS)
                .minIdle(2)
                .acquireTimeout(Duration.ofSeconds(20))
                .closeTimeout(Duration.ofSeconds(2))
                .build())) {
            await().until(() -> isSeen(pool, standby, HostRole.REPLICA));
            assertThat(target(pool).host()).endsWith(":" + primary.port());
            for (int i = 0; i < WRITERS; i++) {
                var writer = new Caller(pool, "INSERT INTO written VALUES (1)", goesOn);
                var thread = new Thread(writer, "writer-" + i);
                writers.add(writer);
                threads.add(thread);
                thread.start();
            }
            var reader = new Caller(pool.readOnly(), "SELECT count(*) FROM written", goesOn);
            threads.add(new Thread(reader, "reader"));
            threads.get(WRITERS).start();
            await().until(() ->
                    reader.lastSuccessNanos != 0 && writers.stream().allMatch(writer -> writer.lastSuccessNanos != 0));
            assertThat(pool.readFallbacks()).isZero();
            end.of(primary);
            standby.promote();
            standby.execute("INSERT INTO written VALUES (2)");
            long acceptsNanos = System.nanoTime();
            writers.forEach(writer -> writer.markNanos = acceptsNanos);
            try {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> writers.stream()
                                .allMatch(writer -> writer.lastSuccessNanos - acceptsNanos > LIMIT.toNanos()));
                long worst = Math.max(
                        0,
                        writers.stream()
                                .mapToLong(writer -> writer.lastFailureNanos == 0
                                        ? Long.MIN_VALUE
                                        : writer.lastFailureNanos - acceptsNanos)
                                .max()
                                .orElseThrow());
                long served = writers.stream()
                        .mapToLong(writer -> writer.firstAfterNanos - acceptsNanos)
                        .max()
                        .orElseThrow();
                assertThat(served).as("ns until all writers are served again").isLessThan(LIMIT.toNanos());
                assertThat((Throwable) reader.lastFailure).isNull();
                assertThat(Duration.ofNanos(reader.longestNanos)).isLessThan(Duration.ofSeconds(3));
                await().until(() -> reader.lastSuccessNanos - acceptsNanos > LIMIT.toNanos());
                assertThat(worst)
                        .as("last failure after the new primary accepted, in ns: %s", lastFailures(writers))
                        .isLessThan(LIMIT.toNanos());
                assertThat(target(pool).host()).endsWith(":" + standby.port());
                var closed = pool.snapshot().counters().closed();
                assertThat(closed.get(EvictReason.READ_ONLY)).isZero();
            } finally {
                goesOn.set(false);
                for (var thread : threads) {
                    thread.join();
                }
            }
        }
    }

    private static List<String> lastFailures(List<Caller> writers) {
        return writers.stream()
                .map(writer -> String.valueOf(writer.lastFailure))
                .distinct()
                .toList();
    }

    static HostSnapshot target(WellheadDataSource pool) {
        return pool.hosts().stream().filter(HostSnapshot::isTarget).findFirst().orElseThrow();
    }

    static boolean isSeen(WellheadDataSource pool, PostgresServer server, HostRole role) {
        return pool.hosts().stream()
                .anyMatch(host -> host.host().endsWith(":" + server.port())
                        && host.role() == role
                        && host.state() == HostState.UP);
    }
}
