// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Passwords (SCRAM) change under load, and the server ends the sessions from before. The long form: {@code
 * -Dwellhead.rotation.every=30000 -Dwellhead.rotation.end=10000} (milliseconds) and {@code wellhead.rotation.rounds}.
 */
class RotationTest {

    private static final Duration EVERY = Duration.ofMillis(Long.getLong("wellhead.rotation.every", 6_000));
    private static final Duration END = Duration.ofMillis(Long.getLong("wellhead.rotation.end", 3_000));
    private static final int ROUNDS = Integer.getInteger("wellhead.rotation.rounds", 3);
    private static final int CALLERS = 8;

    private static PostgresServer server;

    /** A store of logins; what it has told is remembered until it is asked after a refusal. */
    private static final class Vault implements CredentialsProvider {

        private final String user;
        private final AtomicInteger askedAgain = new AtomicInteger();
        private volatile String password;
        private volatile String told;

        Vault(String user, String password) {
            this.user = user;
            this.password = password;
            this.told = password;
        }

        @Override
        public Credentials credentials() {
            return Credentials.of(user, told);
        }

        @Override
        public Credentials credentialsAfterRefusal(Credentials refused) {
            askedAgain.incrementAndGet();
            told = password;
            return credentials();
        }
    }

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static PoolConfig.Builder config(String user, CredentialsProvider vault) {
        return Work.config(user)
                .jdbcUrl(server.urlWithoutUser("postgres"))
                .credentials(vault)
                .maxSize(6)
                .minIdle(2)
                .createRetryInterval(Duration.ofMillis(20))
                .housekeeperInterval(Duration.ofMillis(50));
    }

    private static void change(String user, String password) throws SQLException {
        server.execute("ALTER ROLE " + user + " PASSWORD '" + password + "'");
    }

    /** Waits on the clock of the test, which is what this test is about. */
    private static void pass(Duration time) {
        await().pollDelay(time).atMost(time.plusSeconds(10)).until(() -> true);
    }

    private static CompletableFuture<Boolean> caller(
            WellheadDataSource pool, AtomicBoolean stop, LongAdder calls, Queue<String> failed) {
        return Work.async(() -> {
            while (!stop.get()) {
                try (var connection = pool.getConnection()) {
                    Work.value(connection, "SELECT pg_sleep(0.002)");
                    calls.increment();
                } catch (SQLException e) {
                    failed.add(e.getSQLState() + " " + e.getMessage());
                }
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noCallFailsThoughTheServerEndsTheSessionsFromBefore(boolean withAWord) throws Exception {
        var user = withAWord ? "told" : "untold";
        server.requirePassword(user, "first");
        var vault = new Vault(user, "first");
        var stop = new AtomicBoolean();
        var calls = new LongAdder();
        var failed = new ConcurrentLinkedQueue<String>();
        var callers = new ArrayList<CompletableFuture<Boolean>>();
        // Without a word somebody has to be refused before the server ends the sessions: here the renewal by age.
        var config = config(user, vault)
                .maxLifetime(withAWord ? Duration.ofMinutes(30) : END.dividedBy(2))
                .keepaliveInterval(Duration.ZERO)
                .build();
        try (var pool = new WellheadDataSource(config)) {
            for (int i = 0; i < CALLERS; i++) {
                callers.add(caller(pool, stop, calls, failed));
            }
            for (int round = 1; round <= ROUNDS; round++) {
                pass(EVERY.minus(END));
                vault.password = "secret" + round;
                change(user, vault.password);
                var moment = server.execute("SELECT clock_timestamp()").get(0);
                if (withAWord) {
                    vault.told = vault.password;
                    pool.credentialsChanged();
                }
                pass(END);
                server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + user
                        + "' AND backend_start < '" + moment + "'");
            }
            pass(EVERY.minus(END));
            stop.set(true);
            callers.forEach(Work::get);

            assertThat(failed).isEmpty();
            assertThat(calls.sum()).isGreaterThan(100L * ROUNDS);
            assertThat(pool.snapshot().counters().closed().get(EvictReason.CREDENTIALS_CHANGED))
                    .isGreaterThanOrEqualTo(ROUNDS);
            if (!withAWord) {
                assertThat(vault.askedAgain.get()).isBetween(ROUNDS, ROUNDS * 6);
            }
            assertThatThrownBy(() -> DriverManager.getConnection(server.urlWithoutUser("postgres"), user, "first")
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void wordRenewsIdleConnectionsAtOnceAndActiveOnesAtTheirRelease() throws Exception {
        server.requirePassword("word", "first");
        var vault = new Vault("word", "first");
        var events = new Events();
        try (var pool = new WellheadDataSource(config("word", vault).minIdle(1).build(), events)) {
            var held = pool.getConnection();
            long pid = Work.pid(held);
            await().until(() -> pool.snapshot().idle() == 1);
            var before = Work.sessions(server, "word");
            change("word", "second");
            vault.told = "second";
            pool.credentialsChanged();
            await().until(() -> events.evicted(EvictReason.CREDENTIALS_CHANGED).size() == 1);
            assertThat(Work.pid(held)).isEqualTo(pid);
            held.close();
            await().until(() -> events.evicted(EvictReason.CREDENTIALS_CHANGED).size() == 2);
            await().until(() -> Work.sessions(server, "word").stream().noneMatch(before::contains));
            assertThat(vault.askedAgain).hasValue(0);
            assertThat(pool.snapshot().counters().openFailed()).isZero();
        }
    }

    @Test
    void refusedLoginAsksOnceAndRenewsWhatWasOpenedBefore() throws Exception {
        server.requirePassword("refused", "first");
        var vault = new Vault("refused", "first");
        var events = new Events();
        try (var pool =
                new WellheadDataSource(config("refused", vault).minIdle(0).build(), events)) {
            long old = Work.pid(pool);
            vault.password = "second";
            change("refused", "second");
            try (var first = pool.getConnection();
                    var second = pool.getConnection()) {
                assertThat(Work.pid(first)).isEqualTo(old);
                assertThat(Work.pid(second)).isNotEqualTo(old);
            }
            await().until(() -> events.evicted(EvictReason.CREDENTIALS_CHANGED).size() == 1);
            await().until(() -> !Work.sessions(server, "refused").contains(old));
            assertThat(vault.askedAgain).hasValue(1);
            assertThat(pool.snapshot().counters().openFailed()).isZero();
        }
    }

    @Test
    void refusedLoginWithoutAnotherFailsAsTheServerSaidAndNamesNoSecret() throws Exception {
        server.requirePassword("wrong", "first");
        var vault = new Vault("wrong", "canary-4711");
        try (var pool = new WellheadDataSource(config("wrong", vault)
                .minIdle(0)
                .startMode(StartMode.LAZY)
                .acquireTimeout(Duration.ofSeconds(1))
                .build())) {
            assertThatThrownBy(pool::getConnection).satisfies(e -> {
                assertThat(texts(e)).anyMatch(text -> text.contains("password authentication failed"));
                assertThat(texts(e)).noneMatch(text -> text.contains("canary-4711"));
            });
            assertThat(pool.snapshot().counters().closed().get(EvictReason.CREDENTIALS_CHANGED))
                    .isZero();
        }
    }

    @Test
    void providerThatThrowsIsNamedByItsClassAndItsTextIsNotShown() {
        CredentialsProvider broken = () -> {
            throw new IllegalStateException("vault token canary-4711 expired");
        };
        assertProviderFailure(
                broken, "The credentials provider of pool broken gave no login: java.lang.IllegalStateException");
    }

    @Test
    @SuppressWarnings("NullAway")
    void providerThatReturnsNullIsNamed() {
        assertProviderFailure(() -> null, "The credentials provider of pool broken gave no login");
    }

    @Test
    void providerThatHangsIsNamedAndHoldsUpNobodyBeyondTheLimit() {
        var never = new CompletableFuture<Credentials>();
        assertProviderFailure(never::get, "the credentials provider has not answered");
        never.complete(Credentials.NONE);
    }

    private static void assertProviderFailure(CredentialsProvider provider, String text) {
        try (var pool = new WellheadDataSource(config("broken", provider)
                .minIdle(0)
                .startMode(StartMode.LAZY)
                .connectTimeout(Duration.ofMillis(300))
                .acquireTimeout(Duration.ofSeconds(1))
                .closeTimeout(Duration.ofMillis(200))
                .build())) {
            long began = System.nanoTime();
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> {
                        assertThat(texts(e)).anyMatch(one -> one.contains(text));
                        assertThat(texts(e)).noneMatch(one -> one.contains("canary-4711"));
                    });
            assertThat(Work.since(began)).isLessThan(Duration.ofSeconds(3));
        }
    }

    /** What a log would show of it: each text in the chain of causes. */
    private static List<String> texts(Throwable error) {
        var texts = new ArrayList<String>();
        for (var at = error; at != null && texts.size() < 20; at = at.getCause()) {
            texts.add(at.toString());
        }
        return texts;
    }
}
