// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class StreamTest {

    private static final String THOUSANDS = "SELECT generate_series(1, 5000) AS n";

    private TestDatabase real;
    private Database database;

    @BeforeEach
    void open() throws SQLException {
        real = PostgresServer.shared().createDatabase();
        database = Opened.database(real.jdbcUrl(), UnaryOperator.identity());
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
        real.close();
    }

    @Test
    void holdsConnectionUntilItIsClosed() {
        try (var rows = database.stream("export items", Integer.class, THOUSANDS)) {
            assertThat(rows.map(n -> n + 1).findFirst()).contains(2);
            assertThat(database.leases())
                    .singleElement()
                    .satisfies(lease -> assertThat(lease.operation()).isEqualTo("export items"));
        }
        assertThat(database.leases()).isEmpty();
        assertThat(database.snapshot().counters().rolledBack()).isZero();
    }

    @Test
    void letsGoAfterTheLastRow() {
        var rows = database.stream("export", Integer.class, THOUSANDS);
        assertThat(rows.mapToLong(Integer::longValue).sum()).isEqualTo(12_502_500L);
        assertThat(database.leases()).isEmpty();
        rows.close();
        assertThat(database.counters().succeeded()).isEqualTo(1);
    }

    @Test
    void isReadByCursorOfItsFetchSize() {
        try (var rows = database
                .query("export", "SELECT n, (SELECT count(*) FROM pg_cursors) AS cursors FROM generate_series(1, 50) n")
                .fetchSize(7)
                .stream(row -> row.getFetchSize() + " " + row.getStatement().getFetchSize())) {
            assertThat(rows.distinct()).containsExactly("7 7");
        }
        try (var rows = database.query("export", THOUSANDS).<Integer>stream(row -> row.getFetchSize())) {
            assertThat(rows.findFirst()).contains(1_000);
        }
    }

    @Test
    void runsInReadOnlyTransactionOfItsOwn() {
        database.update("create", "CREATE SEQUENCE numbers");
        assertThatThrownBy(() -> database.stream("next", Long.class, "SELECT nextval('numbers')"))
                .isInstanceOfSatisfying(
                        StatementFailedException.class,
                        e -> assertThat(e)
                                .hasMessageContaining("operation=next")
                                .hasMessageContaining("a stream reads in it")
                                .returns(ErrorKind.NEVER, DatabaseException::kind));
        assertThat(database.leases()).isEmpty();
        assertThat(database.query("next", "SELECT nextval('numbers')").one(Long.class))
                .as("the connection afterwards")
                .isEqualTo(1);
    }

    @Test
    void failureAtLaterRowNamesTheOperationAndLetsGo() {
        var rows =
                database.query("divide", "SELECT 1 / (1500 - n) FROM generate_series(1, 2000) n").fetchSize(100).stream(
                        Integer.class);
        assertThatThrownBy(rows::count).isInstanceOfSatisfying(StatementFailedException.class, e -> {
            assertThat(e.operation()).isEqualTo("divide");
            assertThat(e.sqlState()).isEqualTo("22012");
            assertThat(e.phase()).isEqualTo(Phase.IN_TRANSACTION);
        });
        assertThat(database.leases()).isEmpty();
    }

    @Test
    void failureOfMapperAndMisfitLetGo() {
        assertThatThrownBy(() -> database.query("map", THOUSANDS).stream(row -> {
                            throw new IllegalStateException("mine");
                        })
                        .count())
                .hasMessage("mine");
        assertThat(database.leases()).isEmpty();
        assertThatThrownBy(() -> database.stream("map", Integer.class, "SELECT 1, 2"))
                .isInstanceOf(ResultMappingException.class);
        assertThatThrownBy(
                        () -> database.stream("map", Integer.class, "SELECT nullif(n, 3) FROM generate_series(1, 5) n")
                                .count())
                .isInstanceOf(ResultMappingException.class);
        assertThat(database.leases()).isEmpty();
    }

    @Test
    void failureOfConsumerLeavesTheStreamToItsCloser() {
        try (var rows = database.stream("read", Integer.class, THOUSANDS)) {
            assertThatThrownBy(() -> rows.forEach(n -> {
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");
            assertThat(database.leases()).hasSize(1);
        }
        assertThat(database.leases()).isEmpty();
    }

    @Test
    void parallelConsumersAreServedByOneReader() {
        try (var rows = database.stream("read", Integer.class, THOUSANDS)) {
            assertThat(rows.parallel().mapToLong(Integer::longValue).sum()).isEqualTo(12_502_500L);
        }
        assertThat(database.leases()).isEmpty();
    }

    @Test
    void streamThatNobodyClosesIsFoundAndItsConnectionComesBack() {
        try (var log = new LogCapture()) {
            readOneAndForget();
            assertThat(database.leases()).hasSize(1);
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                System.gc();
                return database.leases().isEmpty();
            });
            assertThat(log.lines())
                    .contains("WARN stream not closed pool=test operation=\"export items\""
                            + " hint=\"open it in try-with-resources\"");
            assertThat(database.query("after", "SELECT 1").one(Integer.class)).isEqualTo(1);
        }
    }

    @Test
    void readingOnAfterCloseOrFailureIsRefusedInsteadOfLookingLikeTheEnd() {
        Iterator<Integer> rows;
        try (var stream = database.stream("export items", Integer.class, THOUSANDS)) {
            rows = stream.iterator();
            assertThat(rows.next()).isEqualTo(1);
        }
        assertThatThrownBy(rows::hasNext)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");

        try (var stream =
                database.query("divide", "SELECT 1 / (3 - n) FROM generate_series(1, 9) n").fetchSize(1).stream(
                        Integer.class)) {
            var failing = stream.iterator();
            failing.next();
            failing.next();
            assertThatThrownBy(failing::hasNext).isInstanceOf(StatementFailedException.class);
            assertThatThrownBy(failing::hasNext).isInstanceOf(IllegalStateException.class);
        }

        try (var stream = database.stream("export items", Integer.class, "SELECT 1")) {
            var all = stream.iterator();
            assertThat(all.next()).isEqualTo(1);
            assertThat(all.hasNext()).isFalse();
            assertThat(all.hasNext()).isFalse();
        }
    }

    @Test
    void streamThatIsHeldIsLeftAlone() {
        try (var log = new LogCapture();
                Stream<Integer> rows = database.stream("export", Integer.class, THOUSANDS)) {
            assertThat(rows.findFirst()).contains(1);
            for (int i = 0; i < 3; i++) {
                var canary = new WeakReference<>(new Object());
                await().until(() -> {
                    System.gc();
                    return canary.get() == null;
                });
            }
            assertThat(database.leases()).hasSize(1);
            assertThat(log.lines()).noneMatch(line -> line.contains("stream not closed"));
        }
    }

    @Test
    void tenMillionRowsNeedNoMoreMemoryThanOneFetch() throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TenMillionRows.class.getName(),
                        database.config().pool().jdbcUrl() + "?user=postgres")
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("rows=10000000 sum=50000005000000");
    }

    private void readOneAndForget() {
        assertThat(database.stream("export items", Integer.class, THOUSANDS).findFirst())
                .contains(1);
    }
}
