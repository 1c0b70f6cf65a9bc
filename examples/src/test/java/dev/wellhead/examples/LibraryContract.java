// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What has to hold for each neighbour, over a pool of one connection: whoever took a second one, or kept the first, would
 * wait in vain.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LibraryContract {

    private static final Duration LEAK_THRESHOLD = Duration.ofMillis(200);

    private final Queue<PoolEvent> events = new ConcurrentLinkedQueue<>();
    private TestDatabase server;
    private DatabaseManager manager;
    private Database database;
    private Library library;

    /** The neighbour over that database. */
    abstract Library open(Database database);

    /** What leases of the neighbour are called; empty where it cannot say. */
    abstract String operation();

    /** Leaves, by the neighbour's own means, a connection that is set otherwise than it was. */
    abstract void spoil(Library library) throws Exception;

    Database database() {
        return database;
    }

    @BeforeAll
    void openLibrary() throws Exception {
        server = PostgresServer.shared().createDatabase();
        manager = DatabaseManager.builder().database(config(2)).open();
        assertThat(FlywaySchema.migrate(manager.database())).isEqualTo(2);
        manager.close();
        manager = DatabaseManager.builder().database(config(1)).open();
        database = manager.database();
        database.dataSource().addListener(events::add);
        library = open(database);
    }

    private DatabaseConfig config(int maxSize) {
        var pool = PoolConfig.builder()
                .name("library")
                .jdbcUrl(server.jdbcUrl())
                .maxSize(maxSize)
                .minIdle(1)
                .leakThreshold(LEAK_THRESHOLD)
                .housekeeperInterval(Duration.ofMillis(50))
                .build();
        // Without background checks, which open sessions beside the pool that are counted here.
        var health = new HealthPolicy(false, Duration.ofSeconds(30), Duration.ofSeconds(5), 3);
        return new DatabaseConfig(pool, RetryPolicy.DEFAULT, health, Duration.ZERO);
    }

    @AfterAll
    void closeLibrary() throws Exception {
        library.close();
        manager.close();
        server.close();
    }

    @BeforeEach
    void emptyTheShelf() throws Exception {
        server.execute("TRUNCATE book");
        events.clear();
    }

    @AfterEach
    void everythingIsGivenBackAsItWas() throws Exception {
        assertThat(database.leases()).isEmpty();
        assertThat(database.snapshot().active()).isZero();
        // A session lives on for a moment in the server after its client has closed it; a second pool would stay.
        await().untilAsserted(() -> assertThat(sessions())
                .as("sessions at the server: the pool's and no others")
                .isEqualTo(String.valueOf(database.snapshot().total())));
        try (var connection = database.dataSource().getConnection()) {
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(connection.getSchema()).isEqualTo("public");
        }
    }

    private String sessions() throws SQLException {
        return server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND pid <> pg_backend_pid()")
                .get(0);
    }

    @Test
    void addsAndReads() {
        var emma = library.add("Emma");
        assertThat(library.add("Persuasion")).isNotEqualTo(emma);
        assertThat(library.onShelf()).containsExactly("Emma", "Persuasion");
        library.lend("Ada", List.of(emma));
        assertThat(library.onShelf()).containsExactly("Persuasion");
    }

    @Test
    void addsManyAtOnce() {
        var titles =
                IntStream.range(100, 220).mapToObj(number -> "Volume " + number).toList();
        library.addAll(titles);
        assertThat(library.onShelf()).isEqualTo(titles);
    }

    @Test
    void lendsAllOrNone() {
        var emma = library.add("Emma");
        long before = database.snapshot().counters().rolledBack();
        assertThatThrownBy(() -> library.lend("Ada", List.of(emma, -1L)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("book -1 is not on the shelf");
        assertThat(library.onShelf()).containsExactly("Emma");
        assertThat(database.snapshot().counters().rolledBack())
                .as("transactions that the pool had to end, because the neighbour had not")
                .isEqualTo(before);
    }

    @Test
    void showsTheDatabasesRefusal() {
        assertThat(causes(catchThrowable(() -> library.add(""))))
                .anySatisfy(cause -> assertThat(cause)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                refused -> assertThat(refused.getSQLState()).isEqualTo("23514"))
                        .hasMessageContaining("book_has_a_title"));
        assertThat(library.onShelf()).isEmpty();
    }

    @Test
    void showsWhyThereIsNoConnection() throws Exception {
        var before = database.dataSource().config();
        try (var only = database.dataSource().getConnection("report")) {
            database.dataSource()
                    .reconfigure(before.toBuilder()
                            .acquireTimeout(Duration.ofMillis(100))
                            .build());
            assertThat(causes(catchThrowable(() -> library.add("Emma"))))
                    .anySatisfy(cause -> assertThat(cause)
                            .isInstanceOfSatisfying(
                                    AcquireRefusedException.class,
                                    refused -> assertThat(refused.code()).isEqualTo("E2001"))
                            .hasMessageContaining("library")
                            .hasMessageContaining("report"));
        } finally {
            database.dataSource().reconfigure(before);
        }
        library.add("Emma");
        assertThat(library.onShelf()).containsExactly("Emma");
    }

    @Test
    void aLeaseHeldTooLongIsReportedWithWhatItDoes() throws Exception {
        var emma = library.add("Emma");
        try (var other = DriverManager.getConnection(server.jdbcUrl())) {
            other.setAutoCommit(false);
            try (var statement = other.createStatement()) {
                statement.execute("SELECT * FROM book FOR UPDATE");
            }
            var lending = CompletableFuture.runAsync(() -> library.lend("Ada", List.of(emma)), OwnThread.EACH);
            var leak = await().until(this::leak, found -> found != null);
            assertThat(leak.operation()).isEqualTo(operation());
            assertThat(leak.sql()).containsIgnoringCase("book");
            assertThat(leak.held()).isGreaterThanOrEqualTo(LEAK_THRESHOLD);
            assertThat(database.leases()).singleElement().satisfies(lease -> {
                assertThat(lease.operation()).isEqualTo(operation());
                assertThat(lease.sql()).isEqualTo(leak.sql());
            });
            other.rollback();
            lending.join();
        }
        assertThat(library.onShelf()).isEmpty();
    }

    private Lease leak() {
        return events.stream()
                .filter(PoolEvent.LeakSuspected.class::isInstance)
                .map(event -> ((PoolEvent.LeakSuspected) event).lease())
                .findFirst()
                .orElse(null);
    }

    @Test
    void sharesATransactionOfTheDatabase() {
        long emma = database.transaction("add and lend", tx -> {
            long added = tx.insert("add", "id", Long.class, "INSERT INTO book (title) VALUES (?)", "Emma");
            library.lendWithin(tx.connection(), "Ada", List.of(added));
            // Its connection is still usable, and nothing is committed yet.
            assertThat(tx.queryOne("look", String.class, "SELECT lent_to FROM book WHERE id = ?", added))
                    .contains("Ada");
            assertThat(server.execute("SELECT count(*) FROM book")).containsExactly("0");
            return added;
        });
        assertThat(database.queryOne("look", String.class, "SELECT lent_to FROM book WHERE id = ?", emma))
                .contains("Ada");
    }

    @Test
    void isRolledBackWithATransactionOfTheDatabase() {
        var emma = library.add("Emma");
        assertThatThrownBy(() -> database.transaction("lend", tx -> {
                    library.lendWithin(tx.connection(), "Ada", List.of(emma));
                    library.lendWithin(tx.connection(), "Ada", List.of(-1L));
                    return emma;
                }))
                .hasMessage("book -1 is not on the shelf");
        assertThat(library.onShelf()).containsExactly("Emma");
    }

    @Test
    void whatItLeftBehindIsPutBack() throws Exception {
        spoil(library);
        assertThat(database.snapshot().total()).isOne();
        library.add("Emma");
        assertThat(library.onShelf()).containsExactly("Emma");
    }

    /** Sets what a pool has to put back. */
    static void setOtherwise(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        connection.setSchema("pg_catalog");
        connection.setAutoCommit(false);
    }

    private static List<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .toList();
    }
}
