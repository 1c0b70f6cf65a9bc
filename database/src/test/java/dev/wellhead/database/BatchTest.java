// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchTest {

    record Item(int id, String name) {}

    private static final String POSITIONAL = "INSERT INTO item VALUES (?, ?)";
    private static final String NAMED = "INSERT INTO item VALUES (:id, :name)";

    private TestDatabase real;
    private Database database;

    @BeforeEach
    void open() throws SQLException {
        real = PostgresServer.shared().createDatabase();
        database = Opened.database(real.jdbcUrl(), UnaryOperator.identity());
        database.update("create", "CREATE TABLE item (id int PRIMARY KEY, name text)");
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
        real.close();
    }

    @Test
    void rowsAreListsMapsOrRecords() {
        database.batch("load", POSITIONAL, List.of(List.of(1, "one"), Arrays.asList(2, null)));
        database.batch("load", NAMED, List.of(Map.of("id", 3, "name", "three"), new Item(4, "four")));
        assertThat(database.list("items", String.class, "SELECT id || coalesce(name, '-') FROM item ORDER BY id"))
                .containsExactly("1one", "2-", "3three", "4four");
        assertThat(database.batch("load", POSITIONAL, List.of())).isEmpty();
    }

    @Test
    void manyRowsAreOneTransaction() {
        var counts = database.batch("load", POSITIONAL, rows(0, 2_500, -1));
        assertThat(counts).hasSize(2_500);
        assertThat(Arrays.stream(counts).distinct().boxed()).isSubsetOf(1, Statement.SUCCESS_NO_INFO);
        assertThat(count()).isEqualTo(2_500);
        assertThatThrownBy(() -> database.batch("load items", POSITIONAL, rows(2_500, 5_000, 4_999)))
                .isInstanceOfSatisfying(StatementFailedException.class, e -> {
                    assertThat(e.sqlState()).isEqualTo("23505");
                    assertThat(e.operation()).isEqualTo("load items");
                });
        assertThat(count()).isEqualTo(2_500);
    }

    @Test
    void countsOfUpdatesAreExact() {
        database.batch("load", POSITIONAL, rows(0, 10, -1));
        assertThat(database.batch(
                        "rename",
                        "UPDATE item SET name = ? WHERE id < ?",
                        List.of(List.of("a", 3), List.of("b", 0), List.of("c", 100))))
                .containsExactly(3, 0, 10);
    }

    @Test
    void batchOfTransactionEndsWithIt() {
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    tx.batch("load", POSITIONAL, rows(0, 2_500, -1));
                    assertThat(tx.query("count", "SELECT count(*) FROM item").one(Long.class))
                            .isEqualTo(2_500);
                    throw new IllegalStateException("mine");
                }))
                .hasMessage("mine");
        assertThat(count()).isZero();
    }

    @Test
    void batchThatFailedHalfwayCannotBeCommittedThoughItsErrorWasCaught() {
        var rows = rows(0, 1_500, -1);
        rows.set(1_200, List.of(1_200, new Object()));
        assertThatThrownBy(() -> database.transaction("save", tx -> {
                    assertThatThrownBy(() -> tx.batch("load items", POSITIONAL, rows))
                            .isInstanceOf(StatementFailedException.class);
                    return null;
                }))
                .isInstanceOf(CommitRefusedException.class)
                .hasStackTraceContaining("load items");
        assertThat(count()).isZero();

        database.transaction("save", tx -> {
            assertThatThrownBy(() -> tx.savepoint("try", part -> part.batch("load items", POSITIONAL, rows)))
                    .isInstanceOf(StatementFailedException.class);
            return tx.update("add", POSITIONAL, 1, "one");
        });
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void rowThatDoesNotFitIsRefusedBeforeConnectionIsTaken() {
        long acquired = acquired();
        assertRefused(
                POSITIONAL,
                List.of(List.of(1, "one"), List.of(2)),
                "row 1 of the batch: the SQL text has 2 question marks and one parameter was given");
        assertRefused(POSITIONAL, Arrays.asList(List.of(1, "one"), null), "row 1 of the batch: is null");
        assertRefused(POSITIONAL, List.of(Map.of("id", 1)), "row 0 of the batch: is a Map, and the text has no names");
        assertRefused(POSITIONAL, List.of(new Item(1, "x")), "row 0 of the batch: is a record");
        assertRefused(POSITIONAL, List.of("text"), "row 0 of the batch: is of type java.lang.String");
        assertRefused(NAMED, List.of(List.of(1, "one")), "row 0 of the batch: is a List, and the text has names (:id)");
        assertRefused(
                NAMED, List.of(new Item(1, "x"), Map.of("id", 2)), "row 1 of the batch: the Map has no key for :name");
        assertRefused(
                "DELETE FROM item WHERE id IN (?)",
                List.of(List.of(List.of(1, 2))),
                "row 0 of the batch: parameter 1 at 1:31 is a list");
        assertRefused("", List.of(List.of(1)), "no statement");
        assertThat(acquired()).isEqualTo(acquired);
    }

    private void assertRefused(String sql, List<?> rows, String says) {
        assertThatThrownBy(() -> database.batch("load items", sql, rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("operation \"load items\": ")
                .hasMessageContaining(says);
    }

    private long count() {
        return database.query("count", "SELECT count(*) FROM item").one(Long.class);
    }

    /** Rows with those ids, but for one that takes the id 0 instead. */
    private static List<List<Object>> rows(int from, int to, int clash) {
        List<List<Object>> rows = new ArrayList<>();
        IntStream.range(from, to).forEach(i -> rows.add(List.of(i == clash ? 0 : i, "n" + i)));
        return rows;
    }

    private long acquired() {
        var counters = database.snapshot().counters();
        return counters.direct() + counters.waited();
    }
}
