// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.CredentialsProvider;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Passwords change under load and the server ends the sessions from before, with the support for the driver in place: the
 * short form of the pool's RotationTest.
 */
class LoginRotationTest {

    private static final int ROUNDS = 3;
    private static final int CALLERS = 8;
    /** From the change to the end of the sessions from before it. */
    private static final Duration END = Duration.ofSeconds(3);

    /** What it hands out becomes the real password by a word, or after a refusal. */
    private static final class Vault implements CredentialsProvider {
        private final AtomicInteger askedAgain = new AtomicInteger();
        private volatile String password = "first";
        private volatile String told = "first";

        @Override
        public Credentials credentials() {
            return Credentials.of("rotated", told);
        }

        @Override
        public Credentials credentialsAfterRefusal(Credentials refused) {
            askedAgain.incrementAndGet();
            told = password;
            return credentials();
        }
    }

    private static void pass(Duration time) {
        await().pollDelay(time).atMost(time.plusSeconds(10)).until(() -> true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noCallFailsThoughTheServerEndsTheSessionsFromBefore(boolean withAWord) throws Exception {
        var vault = new Vault();
        var stop = new AtomicBoolean();
        var calls = new AtomicInteger();
        var failed = new ConcurrentLinkedQueue<String>();
        var threads = Executors.newFixedThreadPool(CALLERS);
        try (var server = PostgresServer.start()) {
            server.requirePassword("rotated", "first");
            // Without a word somebody has to be refused before the server ends the sessions: here the renewal by age.
            try (var pool = new WellheadDataSource(PoolConfig.builder()
                    .jdbcUrl(server.urlWithoutUser("postgres"))
                    .credentials(vault)
                    .maxSize(6)
                    .minIdle(2)
                    .createRetryInterval(Duration.ofMillis(20))
                    .housekeeperInterval(Duration.ofMillis(50))
                    .maxLifetime(withAWord ? Duration.ofMinutes(30) : END.dividedBy(2))
                    .keepaliveInterval(Duration.ZERO)
                    .build())) {
                var callers = new ArrayList<CompletableFuture<Void>>();
                for (int i = 0; i < CALLERS; i++) {
                    callers.add(CompletableFuture.runAsync(
                            () -> {
                                while (!stop.get()) {
                                    try (var connection = pool.getConnection();
                                            var statement = connection.createStatement()) {
                                        statement.execute("SELECT pg_sleep(0.002)");
                                        calls.incrementAndGet();
                                    } catch (SQLException e) {
                                        failed.add(e.getSQLState() + " " + e.getMessage());
                                    }
                                }
                            },
                            threads));
                }
                for (int round = 1; round <= ROUNDS; round++) {
                    pass(END.dividedBy(3));
                    vault.password = "secret" + round;
                    server.execute("ALTER ROLE rotated PASSWORD '" + vault.password + "'");
                    var moment = server.execute("SELECT clock_timestamp()").get(0);
                    if (withAWord) {
                        vault.told = vault.password;
                        pool.credentialsChanged();
                    }
                    pass(END);
                    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'"
                            + " AND backend_start < '" + moment + "'");
                }
                pass(END.dividedBy(3));
                stop.set(true);
                for (var caller : callers) {
                    caller.get(20, TimeUnit.SECONDS);
                }
                assertThat(failed).isEmpty();
                assertThat(calls.get()).isGreaterThan(100 * ROUNDS);
                assertThat(pool.snapshot().counters().closed().get(EvictReason.CREDENTIALS_CHANGED))
                        .isGreaterThanOrEqualTo(ROUNDS);
                if (!withAWord) {
                    assertThat(vault.askedAgain.get()).isBetween(ROUNDS, ROUNDS * 6);
                }
            }
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }
}
