// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits end the work, on the server too, whatever the network does. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CallLimitsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final TimeLimits OF_A_SECOND = new TimeLimits(SECOND, SECOND, SECOND, SECOND);

    private TestDatabase real;
    private FaultProxy proxy;
    private final List<Database> open = new ArrayList<>();

    @BeforeEach
    void create() throws SQLException {
        real = PostgresServer.shared().createDatabase();
        real.execute("CREATE TABLE item (id int)");
        proxy = FaultProxy.to(PostgresServer.shared());
    }

    @AfterEach
    void close() {
        open.forEach(Database::close);
        proxy.close();
    }

    @Test
    void statementOverItsLimitIsGoneFromTheServer() throws SQLException {
        var database = database(OF_A_SECOND);
        long start = System.nanoTime();
        var error = catchThrowableOfType(
                QueryTimeoutException.class,
                () -> database.query("sleep", "SELECT pg_sleep(60)").list(String.class));
        assertThat(since(start)).isBetween(SECOND, Duration.ofMillis(1_900));
        assertThat(error.code()).isEqualTo(ErrorCode.E2002);
        assertThat(error.kind()).isEqualTo(ErrorKind.NEVER);
        assertThat(error.limit()).isEqualTo(SECOND);
        assertThat(error.sql()).isEqualTo("SELECT pg_sleep(?)");
        assertThat(error).hasMessageContaining("Query timeout after 1000ms: SELECT pg_sleep(?)");
        assertThat(error.phase()).isEqualTo(Phase.AUTOCOMMIT_SENT);
        await().atMost(SECOND).until(() -> sleeping() == 0);
        assertThat(since(start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void connectionWhoseStatementWasCancelledServesNobodyElse() {
        var database = database(OF_A_SECOND, pool -> pool.maxSize(1));
        assertThatThrownBy(() -> sleep(database)).isInstanceOf(QueryTimeoutException.class);
        for (int i = 0; i < 20; i++) {
            assertThat(database.query("one", "SELECT 1").one(Integer.class)).isEqualTo(1);
        }
        assertThat(database.snapshot().counters().closed().get(EvictReason.CANCELLED))
                .isEqualTo(1);
        assertThat(database.leases()).isEmpty();
    }

    @Test
    void deadlineOfTheCallerStandsInPlaceOfTheDatabases() {
        var database = database(OF_A_SECOND);
        try (var deadline = Deadline.open(Duration.ofSeconds(20))) {
            assertThat(deadline.remaining()).isPositive();
            assertThat(database.query("sleep", "SELECT 1 FROM pg_sleep(1.5)").one(Integer.class))
                    .isEqualTo(1);
        }
        List<QueryTimeoutException> told = new ArrayList<>();
        try (var deadline = Deadline.open(Duration.ofMillis(300)).whenExpired(told::add)) {
            long start = System.nanoTime();
            var error = catchThrowable(() -> sleep(database));
            assertThat(since(start)).isLessThan(SECOND);
            assertThat(told).containsExactly((QueryTimeoutException) error);
            assertThat(deadline.remaining()).isZero();
            assertThatThrownBy(() -> database.query("one", "SELECT 1").one(Integer.class))
                    .isInstanceOfSatisfying(
                            QueryTimeoutException.class,
                            e -> assertThat(e.phase()).isEqualTo(Phase.NOT_SENT));
        }
        assertThat(database.query("one", "SELECT 1").one(Integer.class)).isEqualTo(1);
    }

    @Test
    void nestedCallsInheritTheDeadlineOfTheTransaction() throws SQLException {
        var outer = database(new TimeLimits(Duration.ZERO, SECOND, Duration.ZERO, Duration.ZERO));
        var other = database(TimeLimits.NONE);
        long start = System.nanoTime();
        assertThatThrownBy(() -> outer.runInTransaction("outer", tx -> {
                    tx.update("insert", "INSERT INTO item VALUES (1)");
                    sleep(other);
                }))
                .isInstanceOf(QueryTimeoutException.class);
        assertThat(since(start)).isLessThan(Duration.ofMillis(1_900));
        await().atMost(SECOND).until(() -> sleeping() == 0);
        assertThat(real.execute("SELECT count(*) FROM item")).containsExactly("0");
        assertThat(Deadline.current()).isNull();
    }

    @Test
    void waitForAConnectionCountsToo() {
        var database = database(
                new TimeLimits(Duration.ofMillis(300), Duration.ZERO, Duration.ZERO, Duration.ZERO),
                pool -> pool.maxSize(1).acquireTimeout(Duration.ofSeconds(20)));
        database.runInTransaction("holder", tx -> {
            var waiter = CompletableFuture.supplyAsync(
                    () -> {
                        long start = System.nanoTime();
                        var error = catchThrowable(
                                () -> database.query("one", "SELECT 1").one(Integer.class));
                        assertThat(since(start)).isLessThan(Duration.ofMillis(1_300));
                        return error;
                    },
                    OwnThread.EACH);
            assertThat(waiter.join()).isInstanceOf(PoolExhaustedException.class);
        });
    }

    @Test
    void blackHoledConnectionDelaysNoHealthyOne() throws SQLException {
        var dead = track(Database.open(config(proxy.jdbcUrl(real.name()), OF_A_SECOND, UnaryOperator.identity())));
        assertThat(dead.query("one", "SELECT 1").one(Integer.class)).isEqualTo(1);
        // What is opened from now on is black as well, so that every cancel of it stalls.
        proxy.all().blackHole();
        var healthy = database(OF_A_SECOND);
        var stalled = CompletableFuture.supplyAsync(() -> timeOf(dead), OwnThread.EACH);
        var fine = CompletableFuture.supplyAsync(() -> timeOf(healthy), OwnThread.EACH);
        assertThat(fine.join()).isLessThan(Duration.ofMillis(1_900));
        assertThat(stalled.join()).isLessThan(Duration.ofSeconds(2));
        await().atMost(SECOND).until(() -> sleeping(healthy.config().pool()) == 0);
    }

    @Test
    void blackHoledStatementEndsAndItsSessionToo() throws SQLException {
        var database = proxied();
        long start = System.nanoTime();
        var error = catchThrowableOfType(
                DatabaseException.class,
                () -> database.query("sleep", connection -> {
                    proxy.existing().blackHole(Direction.TO_CLIENT);
                    try (var statement = connection.createStatement()) {
                        return statement.execute("INSERT INTO item SELECT 1 FROM pg_sleep(60)");
                    }
                }));
        assertThat(since(start)).isLessThan(Duration.ofSeconds(2));
        assertThat(error).isInstanceOf(QueryTimeoutException.class);
        assertThat(error.kind()).isEqualTo(ErrorKind.AMBIGUOUS);
        await().atMost(Duration.ofSeconds(2)).until(() -> sleeping() == 0);
        assertThat(real.execute("SELECT count(*) FROM item")).containsExactly("0");
    }

    @Test
    void blackHoledCommitEndsAndIsFoundToBeRolledBack() throws SQLException {
        var database = proxied();
        long[] start = {0};
        var error = catchThrowableOfType(
                QueryTimeoutException.class,
                () -> database.runInTransaction("save", tx -> {
                    tx.update("insert", "INSERT INTO item VALUES (1)");
                    proxy.existing().blackHole();
                    start[0] = System.nanoTime();
                }));
        assertThat(since(start[0])).isLessThan(Duration.ofSeconds(2));
        assertThat(error.phase()).isEqualTo(Phase.COMMIT_SENT);
        assertThat(error.kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
        assertThat(error.attempts()).isEqualTo(1);
        assertThat(real.execute("SELECT count(*) FROM item")).containsExactly("0");
        await().atMost(Duration.ofSeconds(2))
                .until(() -> real.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'"
                                + " AND datname = current_database()")
                        .equals(List.of("0")));
    }

    @Test
    void commitForWhichNobodyWaitsIsFoundToBeRolledBackAndDoesNotRunAgain() throws SQLException {
        var database =
                track(Database.open(config(proxy.jdbcUrl(real.name()), TimeLimits.NONE, UnaryOperator.identity())));
        database.runInTransaction("warm", tx -> tx.update("insert", "INSERT INTO item VALUES (0)"));
        InterruptedCallException error;
        try (var deadline = Deadline.open(Duration.ZERO)) {
            error = catchThrowableOfType(
                    InterruptedCallException.class,
                    () -> database.runInTransaction("save", tx -> {
                        tx.update("insert", "INSERT INTO item VALUES (1)");
                        proxy.existing().blackHole();
                        OwnThread.EACH.execute(deadline::close);
                    }));
        }
        assertThat(error.kind()).isEqualTo(ErrorKind.NEVER);
        assertThat(error.attempts()).isEqualTo(1);
        assertThat(real.execute("SELECT id FROM item")).containsExactly("0");
    }

    @Test
    void commitOverABlackHoleOfWhichNothingCanBeAskedEndsAndIsInDoubt() throws SQLException {
        var database = proxied();
        long[] start = {0};
        var error = catchThrowableOfType(
                CommitOutcomeUnknownException.class,
                () -> database.runInTransaction("save", tx -> {
                    tx.update("insert", "INSERT INTO item VALUES (1)");
                    proxy.all().blackHole();
                    start[0] = System.nanoTime();
                }));
        assertThat(since(start[0])).isLessThan(Duration.ofSeconds(2));
        assertThat(error.kind()).isEqualTo(ErrorKind.AMBIGUOUS);
        proxy.all().clear();
        assertThat(database.commitOutcome(error.token().orElseThrow())).isEqualTo(CommitOutcome.ABORTED);
        assertThat(real.execute("SELECT count(*) FROM item")).containsExactly("0");
    }

    @Test
    void blackHoledRollbackEnds() {
        var database = proxied();
        long[] start = {0};
        assertThatThrownBy(() -> database.runInTransaction("save", tx -> {
                    tx.update("insert", "INSERT INTO item VALUES (1)");
                    proxy.existing().blackHole();
                    start[0] = System.nanoTime();
                    throw new IllegalArgumentException("mine");
                }))
                .hasMessage("mine");
        assertThat(since(start[0])).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void blackHoledMetadataEnds() {
        var database = proxied();
        long[] start = {0};
        assertThatThrownBy(() -> database.query("tables", connection -> {
                    var metadata = connection.getMetaData();
                    proxy.existing().blackHole();
                    start[0] = System.nanoTime();
                    try (var tables = metadata.getTables(null, null, "%", null)) {
                        return tables.next();
                    }
                }))
                .isInstanceOf(QueryTimeoutException.class);
        assertThat(since(start[0])).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void blackHoledFetchEndsThoughTheStreamMayLast() {
        var database = proxied();
        try (var rows = database.query("read", "SELECT generate_series(1, 1000)").fetchSize(10).stream(Integer.class)) {
            var iterator = rows.iterator();
            iterator.next();
            // A reader that takes its time is not over any limit.
            long idle = System.nanoTime();
            await().until(() -> since(idle).compareTo(Duration.ofMillis(1_500)) > 0);
            assertThat(iterator.next()).isEqualTo(2);
            proxy.existing().blackHole();
            long start = System.nanoTime();
            assertThatThrownBy(() -> iterator.forEachRemaining(row -> {})).isInstanceOf(QueryTimeoutException.class);
            assertThat(since(start)).isLessThan(Duration.ofSeconds(2));
            assertThat(database.leases()).isEmpty();
        }
    }

    @Test
    void releaseThatHangsEndsToo() {
        var database = proxied();
        long[] start = {0};
        database.query("leave", connection -> {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute("INSERT INTO item VALUES (1)");
            }
            proxy.existing().blackHole();
            start[0] = System.nanoTime();
            return 1;
        });
        assertThat(since(start[0])).isLessThan(Duration.ofSeconds(2));
        assertThat(database.leases()).isEmpty();
        await().until(() -> database.snapshot().counters().closed().get(EvictReason.CANCELLED) == 1);
    }

    @Test
    void interruptCancelsTheStatement() throws SQLException {
        var database = database(TimeLimits.NONE);
        var error = new AtomicReference<Throwable>();
        var thread = new Thread(() -> error.set(catchThrowable(() -> sleep(database))));
        thread.start();
        await().until(() -> sleeping() == 1);
        thread.interrupt();
        await().atMost(SECOND).until(() -> sleeping() == 0);
        await().until(() -> !thread.isAlive());
        assertThat(error.get())
                .isInstanceOf(InterruptedCallException.class)
                .hasMessageContaining("because its thread was interrupted: SELECT pg_sleep(?)");
    }

    @Test
    void interruptOfBeforeDoesNotMeanTheCall() {
        var database = database(TimeLimits.NONE);
        assertThat(database.query("one", "SELECT 1").one(Integer.class)).isEqualTo(1);
        Thread.currentThread().interrupt();
        int one = database.query("sleep", "SELECT 1 FROM pg_sleep(0.2)").one(Integer.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(one).isEqualTo(1);
    }

    @Test
    void deadlineClosedByAnotherThreadCancelsTheStatement() throws Exception {
        var database = database(TimeLimits.NONE);
        var opened = new CompletableFuture<Deadline>();
        var work = CompletableFuture.supplyAsync(
                () -> {
                    try (var deadline = Deadline.open(Duration.ZERO)) {
                        opened.complete(deadline);
                        return catchThrowable(() -> sleep(database));
                    }
                },
                OwnThread.EACH);
        await().until(() -> sleeping() == 1);
        opened.get().close();
        await().atMost(SECOND).until(() -> sleeping() == 0);
        assertThat(work.join())
                .isInstanceOf(InterruptedCallException.class)
                .hasMessageContaining("Deadline was closed");
    }

    /** Statements of neighbours that last long enough to be hit, beside cancels as late as can be. */
    @RepeatedTest(3)
    void cancelNeverMeetsSomebodyElse() throws InterruptedException {
        var database = database(TimeLimits.NONE, pool -> pool.maxSize(4).acquireTimeout(Duration.ofSeconds(20)));
        int callers = 8;
        var done = new CountDownLatch(callers);
        var wrong = new AtomicReference<Throwable>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
        for (int i = 0; i < callers; i++) {
            boolean isShort = i % 2 == 0;
            OwnThread.EACH.execute(() -> {
                try {
                    while (end - System.nanoTime() > 0 && wrong.get() == null) {
                        if (isShort) {
                            expireAtTheEnd(database);
                        } else {
                            assertThat(database.query("fine", "SELECT 7 FROM pg_sleep(0.015)")
                                            .one(Integer.class))
                                    .isEqualTo(7);
                        }
                    }
                } catch (Throwable e) {
                    wrong.compareAndSet(null, e);
                } finally {
                    done.countDown();
                }
            });
        }
        assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
        assertThat(wrong.get()).isNull();
        assertThat(database.snapshot().counters().closed().get(EvictReason.CANCELLED))
                .isPositive();
    }

    /** Ends at about the moment at which the watch looks. */
    private static void expireAtTheEnd(Database database) {
        try (var deadline = Deadline.open(Duration.ofMillis(20))) {
            assertThat(deadline.remaining()).isNotNull();
            assertThat(database.query("late", "SELECT 9 FROM pg_sleep(0.03)").one(Integer.class))
                    .isEqualTo(9);
        } catch (QueryTimeoutException | PoolExhaustedException expected) {
            // Half of them.
        }
    }

    @Test
    void serversOwnLimitNamesTheStatement() {
        var database = database(TimeLimits.NONE, pool -> pool.statementTimeout(Duration.ofMillis(200)));
        var error = catchThrowableOfType(QueryTimeoutException.class, () -> sleep(database));
        assertThat(error.sql()).isEqualTo("SELECT pg_sleep(?)");
        assertThat(error.getMessage()).matches("(?s).*Query timeout after \\d+ms: SELECT pg_sleep\\(\\?\\).*");
        // The server has ended it by itself: the connection stays.
        assertThat(database.snapshot().counters().closed().get(EvictReason.CANCELLED))
                .isZero();
        var inside = catchThrowableOfType(
                QueryTimeoutException.class,
                () -> database.runInTransaction(
                        "tx", tx -> tx.query("sleep", "SELECT pg_sleep(60)").list(String.class)));
        assertThat(inside.sql()).isEqualTo("SELECT pg_sleep(?)");
    }

    @Test
    void noThreadsAndNoCallsStayBehind() {
        var database = proxied();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> sleep(database)).isInstanceOf(QueryTimeoutException.class);
        }
        database.close();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("wellhead-worker")));
    }

    private Duration timeOf(Database database) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> sleep(database)).isInstanceOf(QueryTimeoutException.class);
        return since(start);
    }

    private static void sleep(Database database) {
        var unused = database.query("sleep", "SELECT pg_sleep(60)").list(String.class);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Statements on the server that sleep. */
    private int sleeping() throws SQLException {
        return Integer.parseInt(real.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
                        + " AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()")
                .get(0));
    }

    private int sleeping(PoolConfig pool) throws SQLException {
        return Integer.parseInt(real.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
                        + " AND state = 'active' AND application_name = '" + pool.applicationName()
                        + "' AND datname = current_database()")
                .get(0));
    }

    private Database proxied() {
        var database = track(Database.open(config(proxy.jdbcUrl(real.name()), OF_A_SECOND, UnaryOperator.identity())));
        assertThat(database.query("one", "SELECT 1").one(Integer.class)).isEqualTo(1);
        return database;
    }

    private Database database(TimeLimits limits) {
        return database(limits, UnaryOperator.identity());
    }

    private Database database(TimeLimits limits, UnaryOperator<PoolConfig.Builder> change) {
        return track(
                Database.open(config(real.jdbcUrl(), limits, pool -> change.apply(pool.applicationName("direct")))));
    }

    private static DatabaseConfig config(String url, TimeLimits limits, UnaryOperator<PoolConfig.Builder> change) {
        var pool = change.apply(Opened.pool("test", url)).build();
        return new DatabaseConfig(pool, Opened.QUICK, Opened.NO_BACKGROUND, Duration.ofSeconds(5)).withLimits(limits);
    }

    private Database track(Database database) {
        open.add(database);
        return database;
    }
}
