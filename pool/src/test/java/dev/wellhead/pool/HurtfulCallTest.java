// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeConnection;
import dev.wellhead.testkit.FakeDriver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each call that a driver can get wrong, in each way: only the connection that does is harmed. The first connection
 * misbehaves, from its birth or later; meanwhile and afterwards callers of this pool and of another are served within a
 * second.
 */
class HurtfulCallTest {

    private static final int PLACES = 3;

    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void endHangingCalls() {
        driver.close();
    }

    /** What one call does, by name. */
    private record Way(String name, FakeBehavior behavior) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Way throwing(String name, Supplier<? extends Throwable> what) {
        return new Way(name, FakeBehavior.fail(() -> HurtfulCallTest.<RuntimeException>sneak(what.get())));
    }

    private static <T extends Throwable> SQLException sneak(Throwable any) throws T {
        @SuppressWarnings("unchecked") // erased: throws whatever it is given
        var thrown = (T) any;
        throw thrown;
    }

    private static SQLException cyclic() {
        var first = new SQLException("first", "XX000");
        var second = new SQLException("second", "XX000", first);
        first.initCause(second);
        first.setNextException(second);
        second.setNextException(new SQLException("third", "XX000", second));
        return first;
    }

    static Stream<Arguments> table() {
        var hangs = new Way("hangs", FakeBehavior.hang());
        var ways = List.of(
                hangs,
                throwing("throws 08006", () -> new SQLException("gone", "08006")),
                throwing("throws an SQLException without text or state", SQLException::new),
                throwing("throws an SQLException whose causes form a ring", HurtfulCallTest::cyclic),
                throwing("throws a RuntimeException", () -> new IllegalStateException("the driver's own")),
                throwing("throws a LinkageError", () -> new NoClassDefFoundError("the driver's own")),
                throwing("throws a StackOverflowError", StackOverflowError::new));
        var rows = Stream.<Arguments>builder();
        for (var method : List.of(
                "close",
                "abort",
                "isValid",
                "isClosed",
                "rollback",
                "commit",
                "setAutoCommit",
                "getAutoCommit",
                "setTransactionIsolation",
                "getTransactionIsolation",
                "setReadOnly",
                "setNetworkTimeout",
                "getNetworkTimeout",
                "getSchema",
                "createStatement",
                "execute",
                "clearWarnings",
                "getWarnings")) {
            for (var way : ways) {
                rows.add(Arguments.of(method, way));
            }
        }
        rows.add(Arguments.of("isValid", new Way("lies: dead", FakeBehavior.answer(false))));
        rows.add(Arguments.of("isValid", new Way("lies: lives", FakeBehavior.answer(true))));
        rows.add(Arguments.of("isValid", new Way("is slow to the limit", FakeBehavior.slow(Duration.ofMillis(240)))));
        rows.add(Arguments.of("isClosed", new Way("says so at once", FakeBehavior.answer(true))));
        rows.add(Arguments.of("isClosed", new Way("never says so", FakeBehavior.answer(false))));
        rows.add(Arguments.of("createStatement", new Way("returns null", FakeBehavior.returnNull())));
        rows.add(Arguments.of("prepareStatement", new Way("returns null", FakeBehavior.returnNull())));
        return rows.build();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("table")
    void fromItsBirth(String method, Way way) throws Exception {
        driver.onOpened(connection -> {
            if (connection.number() == 1) {
                connection.on(method, way.behavior());
            }
        });
        try (var pool = pool();
                var other = pool()) {
            serves(pool, other);
        }
        assertThat(driver.connections()).isNotEmpty();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("table")
    void later(String method, Way way) throws Exception {
        try (var pool = pool();
                var other = pool()) {
            use(pool);
            driver.connections().get(0).on(method, way.behavior());
            serves(pool, other);
        }
        assertThat(driver.connections().stream().filter(FakeConnection::isClosed))
                .isNotEmpty();
    }

    private WellheadDataSource pool() {
        return new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .maxSize(PLACES)
                .validateAfterIdle(Duration.ZERO)
                .closeTimeout(Duration.ofMillis(50))
                .createRetryInterval(Duration.ofMillis(20))
                .build());
    }

    /** A victim takes the first connection and does all that one can do; everybody else is served. */
    private void serves(WellheadDataSource pool, WellheadDataSource other) throws Exception {
        var all = new ArrayList<CompletableFuture<Boolean>>();
        all.add(Work.async(() -> suffer(pool)));
        for (int round = 0; round < 4; round++) {
            all.addAll(served(pool, 1, 1));
            all.addAll(served(other, 1, 0));
        }
        pool.evictAll();
        all.addAll(served(pool, 1, 1));
        soon(10).until(() -> {
            driver.release();
            pool.evictAll();
            return all.stream().allMatch(CompletableFuture::isDone)
                    && driver.connections().get(0).isClosed();
        });
        // The bad connection has left: every place is good.
        assertThat(served(pool, PLACES, 0)).allMatch(CompletableFuture::join);
        assertThat(served(other, PLACES, 0)).allMatch(CompletableFuture::join);
    }

    /** So many callers are served within a second, out of these and so many more, who may hang in the bad connection. */
    private static List<CompletableFuture<Boolean>> served(WellheadDataSource pool, int served, int victims) {
        var done = new AtomicInteger();
        var all = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < served + victims; i++) {
            all.add(Work.async(() -> {
                boolean worked = use(pool);
                done.incrementAndGet();
                return worked;
            }));
        }
        soon(1).until(() -> done.get() >= served);
        return all;
    }

    private static ConditionFactory soon(int seconds) {
        return await().atMost(Duration.ofSeconds(seconds))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2));
    }

    /** Gets a connection and gives it back, neither of which may throw; false if the driver threw between. */
    private static boolean use(WellheadDataSource pool) throws SQLException {
        try (var connection = pool.getConnection("use", Duration.ofSeconds(5))) {
            return work(connection);
        }
    }

    private static boolean work(Connection connection) {
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            return true;
        } catch (SQLException | RuntimeException | Error e) {
            return false;
        }
    }

    /** Does what one can do with a connection; the driver may throw or hang in any of it, the acquire and the close not throw. */
    private static boolean suffer(WellheadDataSource pool) throws SQLException {
        try (var connection = pool.getConnection()) {
            return doEverything(connection);
        }
    }

    private static boolean doEverything(Connection connection) {
        try {
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setNetworkTimeout(Runnable::run, 1_000);
            connection.setAutoCommit(false);
            connection.getSchema();
            connection.isClosed();
            connection.isValid(1);
            connection.clearWarnings();
            connection.prepareStatement("SELECT 1").execute();
            connection.commit();
            connection.createStatement().execute("UPDATE t SET a = 1");
            return true;
        } catch (SQLException | RuntimeException | Error e) {
            return false;
        }
    }
}
