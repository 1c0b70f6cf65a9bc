// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.spi.StatementObserver;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatementObserverTest {

    private static PostgresServer server;

    private WellheadDataSource pool;
    private final Observed observed = new Observed();

    /** Keeps what it is told. */
    private static final class Observed implements StatementObserver {

        record Ran(
                String operation,
                long waitNanos,
                long runNanos,
                @Nullable Throwable error) {}

        record Waited(
                String operation, long waitNanos, @Nullable Throwable refused, Thread thread) {}

        record Ended(String operation, String callSite, long waitNanos, long heldNanos, long sqlNanos) {}

        static final class Kept implements Tally {
            final List<Ran> ran = new CopyOnWriteArrayList<>();
            final LongAdder rows = new LongAdder();
            final LongAdder fetchedNanos = new LongAdder();
            final LongAdder heldNanos = new LongAdder();

            @Override
            public void ran(String operation, long waitNanos, long runNanos, @Nullable SQLException error) {
                ran.add(new Ran(operation, waitNanos, runNanos, error));
            }

            @Override
            public void rows(long count) {
                rows.add(count);
            }

            @Override
            public void fetched(long nanos) {
                fetchedNanos.add(nanos);
            }

            @Override
            public void held(long nanos) {
                heldNanos.add(nanos);
            }
        }

        final Map<String, Kept> tallies = new ConcurrentHashMap<>();
        final List<Ended> ended = new CopyOnWriteArrayList<>();
        final List<Waited> waited = new CopyOnWriteArrayList<>();

        @Override
        public void waited(String operation, long waitNanos, @Nullable SQLException refused) {
            waited.add(new Waited(operation, waitNanos, refused, Thread.currentThread()));
        }

        @Override
        public Kept tally(String sql) {
            return tallies.computeIfAbsent(sql, text -> new Kept());
        }

        @Override
        public void leaseEnded(String operation, String callSite, long waitNanos, long heldNanos, long sqlNanos) {
            ended.add(new Ended(operation, callSite, waitNanos, heldNanos, sqlNanos));
        }
    }

    @BeforeAll
    static void startServer() throws SQLException {
        server = PostgresServer.start();
        server.execute("CREATE TABLE seen (id int PRIMARY KEY)");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void open() {
        pool = new WellheadDataSource(PoolConfig.builder()
                .name("observed")
                .jdbcUrl(server.jdbcUrl())
                .minIdle(1)
                .maxSize(1)
                .build());
        pool.addObserver(observed);
    }

    @AfterEach
    void close() throws SQLException {
        pool.close();
        server.execute("TRUNCATE seen");
    }

    private static void awaitNanos(long nanos) {
        long start = System.nanoTime();
        await().pollInterval(Duration.ofMillis(1)).until(() -> System.nanoTime() - start >= nanos);
    }

    @Test
    void tellsTextOperationAndTimeOfEachStatement() throws SQLException {
        var sql = "SELECT pg_sleep(0.05)";
        try (var connection = pool.getConnection("nap");
                var statement = connection.prepareStatement(sql)) {
            statement.executeQuery().close();
            statement.executeQuery().close();
        }

        var ran = observed.tally(sql).ran;
        assertThat(ran).hasSize(2).allSatisfy(one -> {
            assertThat(one.operation()).isEqualTo("nap");
            assertThat(one.runNanos()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(50));
            assertThat(one.error()).isNull();
        });
        assertThat(observed.ended).singleElement().satisfies(lease -> {
            assertThat(lease.operation()).isEqualTo("nap");
            assertThat(lease.sqlNanos())
                    .isEqualTo(ran.stream().mapToLong(Observed.Ran::runNanos).sum());
            assertThat(lease.heldNanos()).isGreaterThanOrEqualTo(lease.sqlNanos());
        });
    }

    @Test
    void tellsRowsThatWereReadOrChanged() throws SQLException {
        try (var connection = pool.getConnection();
                var insert = connection.prepareStatement("INSERT INTO seen SELECT generate_series(?, 10)");
                var one = connection.prepareStatement("INSERT INTO seen VALUES (?)");
                var select = connection.prepareStatement("SELECT id FROM seen")) {
            insert.setInt(1, 1);
            assertThat(insert.executeUpdate()).isEqualTo(10);
            for (int id : new int[] {11, 12}) {
                one.setInt(1, id);
                one.addBatch();
            }
            assertThat(one.executeBatch()).containsExactly(1, 1);
            try (var rows = select.executeQuery()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(rows.next()).isTrue();
                }
            }
        }

        assertThat(observed.tally("INSERT INTO seen SELECT generate_series(?, 10)")
                        .rows
                        .sum())
                .isEqualTo(10);
        assertThat(observed.tally("INSERT INTO seen VALUES (?)").rows.sum()).isEqualTo(2);
        assertThat(observed.tally("SELECT id FROM seen").rows.sum()).isEqualTo(3);
    }

    @Test
    void tellsTheErrorOfTheStatementThatFailed() throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("SELECT nothing")).isInstanceOf(SQLException.class);
            statement.execute("SELECT 1");
        }

        assertThat(observed.tally("SELECT nothing").ran)
                .singleElement()
                .satisfies(ran -> assertThat(ran.error()).hasMessageContaining("nothing"));
        assertThat(observed.tally("SELECT 1").ran)
                .singleElement()
                .satisfies(ran -> assertThat(ran.error()).isNull());
    }

    @Test
    void timeWithoutSqlCountsForTheStatementBeforeIt() throws SQLException {
        long pause = TimeUnit.MILLISECONDS.toNanos(60);
        try (var connection = pool.getConnection("remote call inside");
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            awaitNanos(pause);
            statement.execute("SELECT 2");
        }

        assertThat(observed.tally("SELECT 1").heldNanos.sum()).isGreaterThanOrEqualTo(pause);
        assertThat(observed.tally("SELECT 2").heldNanos.sum()).isLessThan(pause);
        assertThat(observed.ended)
                .singleElement()
                .satisfies(lease ->
                        assertThat(lease.heldNanos() - lease.sqlNanos()).isGreaterThanOrEqualTo(pause));
    }

    @Test
    void leaseWithoutStatementsIsTold() throws SQLException {
        try (var connection = pool.getConnection("idle")) {
            awaitNanos(TimeUnit.MILLISECONDS.toNanos(60));
            assertThat(connection.isClosed()).isFalse();
        }

        assertThat(observed.ended).singleElement().satisfies(lease -> {
            assertThat(lease.operation()).isEqualTo("idle");
            assertThat(lease.sqlNanos()).isZero();
            assertThat(lease.heldNanos()).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(40));
        });
    }

    @Test
    void waitForTheConnectionCountsForTheFirstStatement() throws Exception {
        var waiter = new Thread(() -> {
            try (var connection = pool.getConnection("second");
                    var statement = connection.createStatement()) {
                statement.execute("SELECT 1");
                statement.execute("SELECT 1");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        try (var connection = pool.getConnection("first")) {
            waiter.start();
            await().until(() -> pool.snapshot().waiting() == 1);
            awaitNanos(TimeUnit.MILLISECONDS.toNanos(50));
            assertThat(connection.isClosed()).isFalse();
        }
        waiter.join(TimeUnit.SECONDS.toMillis(10));

        assertThat(observed.tally("SELECT 1").ran)
                .hasSize(2)
                .extracting(ran -> ran.waitNanos() >= TimeUnit.MILLISECONDS.toNanos(50))
                .containsExactly(true, false);
        assertThat(observed.tally("SELECT 1").ran.get(1).waitNanos()).isZero();
        assertThat(observed.waited).singleElement().satisfies(wait -> {
            assertThat(wait.operation()).isEqualTo("second");
            assertThat(wait.waitNanos()).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
            assertThat(wait.refused()).isNull();
            assertThat(wait.thread()).isSameAs(waiter);
        });
    }

    @Test
    void callersThatGetNoneAreTold() throws SQLException {
        try (var connection = pool.getConnection("first")) {
            assertThatThrownBy(() -> pool.getConnection("refused", Duration.ofMillis(60)))
                    .isInstanceOf(AcquireRefusedException.class);
            assertThat(connection.isClosed()).isFalse();
        }

        assertThat(observed.waited).singleElement().satisfies(wait -> {
            assertThat(wait.operation()).isEqualTo("refused");
            assertThat(wait.waitNanos()).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(60));
            assertThat(wait.refused()).isInstanceOf(AcquireRefusedException.class);
            assertThat(wait.thread()).isSameAs(Thread.currentThread());
        });
    }

    @Test
    void commitAndRollbackAreStatements() throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT 1");
            connection.commit();
            statement.execute("SELECT 1");
            connection.rollback();
        }

        assertThat(observed.tally("COMMIT").ran).hasSize(1);
        assertThat(observed.tally("ROLLBACK").ran).hasSize(1);
    }

    @Test
    void fetchesOfACursorCountAsTimeOfTheDatabase() throws SQLException {
        var sql = "SELECT pg_sleep(0.01), n FROM generate_series(1, 6) n";
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(2);
            try (var rows = statement.executeQuery(sql)) {
                int count = 0;
                while (rows.next()) {
                    count++;
                }
                assertThat(count).isEqualTo(6);
            }
            connection.commit();
        }

        var tally = observed.tally(sql);
        assertThat(tally.rows.sum()).isEqualTo(6);
        // The first two rows came with the statement itself.
        assertThat(tally.fetchedNanos.sum()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(40));
        assertThat(observed.ended)
                .singleElement()
                .satisfies(lease -> assertThat(lease.sqlNanos()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(60)));
    }

    @Test
    void observerThatThrowsDisturbsNobody() throws SQLException {
        pool.addObserver(new StatementObserver() {
            @Override
            public Tally tally(String sql) {
                throw new IllegalStateException("no tally");
            }

            @Override
            public void leaseEnded(String operation, String callSite, long waitNanos, long heldNanos, long sqlNanos) {
                throw new IllegalStateException("no lease");
            }
        });
        readOne();
        pool.removeObserver(observed);
        readOne();

        assertThat(pool.snapshot().active()).isZero();
        assertThat(observed.tally("SELECT 1").ran).hasSize(1);
        assertThat(observed.tally("SELECT 1").rows.sum()).isEqualTo(1);
        assertThat(observed.ended).hasSize(1);
    }

    private void readOne() throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT 1")) {
            assertThat(rows.next()).isTrue();
            awaitNanos(TimeUnit.MILLISECONDS.toNanos(30));
        }
    }

    @Test
    void allObserversAreToldUntilTheyAreTakenAway() throws SQLException {
        var second = new Observed();
        pool.addObserver(second);
        nap();
        pool.removeObserver(observed);
        nap();
        pool.removeObserver(second);
        nap();

        assertThat(observed.tally("SELECT 1").ran).hasSize(1);
        assertThat(second.tally("SELECT 1").ran).hasSize(2);
        assertThat(second.ended).hasSize(2);
    }

    private void nap() throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
    }

    @Test
    void rowsFromBeforeAreNotCounted() throws SQLException {
        pool.removeObserver(observed);
        try (var connection = pool.getConnection();
                var statement = connection.prepareStatement("SELECT generate_series(1, 5)")) {
            try (var rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
            }
            pool.addObserver(observed);
            try (var rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isTrue();
            }
        }

        assertThat(observed.tally("SELECT generate_series(1, 5)").rows.sum()).isEqualTo(2);
    }

    @Test
    void nobodyIsToldAnyMoreOnceItIsTakenAway() throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            pool.removeObserver(observed);
            statement.execute("SELECT 2");
        }

        assertThat(observed.tallies).containsOnlyKeys("SELECT 1");
        assertThat(observed.ended).isEmpty();
    }
}
