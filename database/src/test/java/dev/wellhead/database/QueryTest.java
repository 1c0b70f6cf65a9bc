// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {

    enum Color {
        RED,
        GREEN
    }

    record Item(int id, Optional<String> displayName, Color color, Instant createdAt) {}

    record Wanted(Color color, int atLeast, String notUsed) {}

    record Narrow(int id) {}

    private static final String ALL = "SELECT id, display_name, color, created_at FROM item";

    private static TestDatabase real;
    private static Database database;

    @BeforeAll
    static void open() throws SQLException {
        real = PostgresServer.shared().createDatabase();
        database = Opened.database(real.jdbcUrl(), UnaryOperator.identity());
        database.update("type", "CREATE TYPE color AS ENUM ('RED', 'GREEN')");
        database.update(
                "create",
                "CREATE TABLE item (id int PRIMARY KEY, display_name text, color color, created_at timestamptz)");
        var at = Instant.parse("2026-11-21T10:00:00Z");
        for (int i = 1; i <= 3; i++) {
            database.update(
                    "fill",
                    "INSERT INTO item VALUES (?, ?, ?, ?)",
                    i,
                    i == 3 ? null : "item " + i,
                    i == 1 ? Color.RED : Color.GREEN,
                    at);
        }
    }

    @AfterAll
    static void close() throws SQLException {
        database.close();
        real.close();
    }

    @Test
    void noneOneAndManyAreThreeDifferentThings() {
        assertThat(database.queryOne("find", Item.class, ALL + " WHERE id = ?", 99))
                .isEmpty();
        assertThat(database.queryOne("find", Item.class, ALL + " WHERE id = ?", 1))
                .contains(new Item(1, Optional.of("item 1"), Color.RED, Instant.parse("2026-11-21T10:00:00Z")));
        var many =
                catchThrowableOfType(TooManyRowsException.class, () -> database.queryOne("find item", Item.class, ALL));
        assertThat(many.code()).isEqualTo(ErrorCode.E2017);
        assertThat(many.kind()).isEqualTo(ErrorKind.NEVER);
        assertThat(many.operation()).isEqualTo("find item");
        assertThat(many)
                .hasMessageStartingWith("More than one row found: code=E2017 database=test operation=\"find item\"")
                .hasMessageContaining("ask for list()")
                .hasNoCause();
        assertThat(many.snapshot()).isEmpty();
    }

    @Test
    void oneThatIsNotThereIsAnError() {
        var none = catchThrowableOfType(
                NoRowException.class,
                () -> database.query("load item", ALL + " WHERE id = ?", 99).one(Item.class));
        assertThat(none.code()).isEqualTo(ErrorCode.E2016);
        assertThat(none.kind()).isEqualTo(ErrorKind.NEVER);
        assertThat(none).hasMessageStartingWith("No row found: ").hasMessageContaining("operation=\"load item\"");
        assertThatThrownBy(() -> database.query("load item", ALL).one(Item.class))
                .isInstanceOf(TooManyRowsException.class);
        assertThatThrownBy(() -> database.query("load item", ALL).one(row -> row.getInt("id")))
                .isInstanceOf(TooManyRowsException.class);
    }

    @Test
    void mapperReadsWhatTypesCannot() {
        var query = database.query("labels", ALL + " ORDER BY id");
        assertThat(query.list(row -> row.getInt("id") + ":" + row.getString("display_name")))
                .containsExactly("1:item 1", "2:item 2", "3:null");
        var third = database.query("label", ALL + " WHERE id = ?", 3);
        assertThat(third.<String>one(row -> row.getString("display_name"))).isNull();
        assertThat(third.list(row -> row.getString("display_name"))).containsExactly((String) null);
        assertThat(third.optional(row -> row.getInt("id"))).contains(3);
        assertThatThrownBy(() -> third.optional(row -> row.getString("display_name")))
                .isInstanceOf(ResultMappingException.class)
                .hasMessageContaining("the RowMapper made null of a row");
        assertThatThrownBy(() -> third.list(row -> row.getInt("nowhere")))
                .isInstanceOfSatisfying(
                        StatementFailedException.class,
                        e -> assertThat(e.operation()).isEqualTo("label"));
    }

    @Test
    void queryMayBeRunAgain() {
        var query = database.query("ids", "SELECT id FROM item ORDER BY id");
        assertThat(query.list(Integer.class)).containsExactly(1, 2, 3);
        assertThat(query.list(long.class)).containsExactly(1L, 2L, 3L);
        try (var rows = query.fetchSize(1).stream(Integer.class)) {
            assertThat(rows).containsExactly(1, 2, 3);
        }
        assertThat(query).hasToString("Query[ids]");
    }

    @Test
    void resultThatDoesNotFitNamesBothSides() {
        var error = catchThrowableOfType(
                ResultMappingException.class, () -> database.list("load items", Narrow.class, ALL + " WHERE id = 1"));
        assertThat(error.code()).isEqualTo(ErrorCode.E2015);
        assertThat(error.kind()).isEqualTo(ErrorKind.NEVER);
        assertThat(error.operation()).isEqualTo("load items");
        assertThat(error)
                .hasMessageContaining("display_name")
                .hasMessageContaining("created_at")
                .hasMessageContaining("Narrow");
        assertThatThrownBy(() -> database.queryOne("load", Item.class, "SELECT id FROM item WHERE id = 1"))
                .isInstanceOf(ResultMappingException.class)
                .hasMessageContaining("displayName")
                .hasMessageContaining("color");
        assertThatThrownBy(() -> database.queryOne("load", Narrow.class, "SELECT NULL::int AS id"))
                .isInstanceOf(ResultMappingException.class)
                .hasMessageContaining("column id for component id (int) is NULL");
        assertThatThrownBy(() -> database.queryOne("name", String.class, "SELECT display_name FROM item WHERE id = 3"))
                .isInstanceOf(ResultMappingException.class)
                .hasMessageContaining("COALESCE");
        assertThat(database.leases()).isEmpty();
    }

    @Test
    void namesComeFromMapOrRecord() {
        var sql = "SELECT id FROM item WHERE color = :color AND id >= :at_least ORDER BY id";
        assertThat(database.list("wanted", Integer.class, sql, Map.of("color", Color.GREEN, "at_least", 3)))
                .containsExactly(3);
        assertThat(database.list("wanted", Integer.class, sql, new Wanted(Color.GREEN, 2, "x")))
                .containsExactly(2, 3);
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("name", null);
        assertThat(database.list(
                        "unnamed",
                        Integer.class,
                        "SELECT id FROM item WHERE display_name IS NOT DISTINCT FROM :name::text",
                        nothing))
                .containsExactly(3);
    }

    @Test
    void listsStandInIn() {
        var sql = "SELECT id FROM item WHERE id IN (?) AND color = ? ORDER BY id";
        assertThat(database.list("some", Integer.class, sql, List.of(1, 2, 3), Color.GREEN))
                .containsExactly(2, 3);
        assertThat(database.list("some", Integer.class, sql, new int[] {1, 2}, Color.GREEN))
                .containsExactly(2);
        assertThat(database.list("some", Integer.class, sql, new Object[] {3}, Color.GREEN))
                .containsExactly(3);
        assertThat(database.list(
                        "some", Integer.class, "SELECT id FROM item WHERE id IN (:ids)", Map.of("ids", List.of(3))))
                .containsExactly(3);
        assertThat(database.list("any", Integer.class, "SELECT id FROM item WHERE id = ANY(?) ORDER BY id", (Object)
                        new int[] {1, 3}))
                .containsExactly(1, 3);
        assertThat(database.list("any", Integer.class, "SELECT id FROM item WHERE id = ANY(?)", List.of(2)))
                .containsExactly(2);
        assertThat(database.list(
                        "many",
                        Integer.class,
                        "SELECT id FROM item WHERE id IN (?)",
                        IntStream.range(2, 40_000).boxed().toList()))
                .containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void resultThatDoesNotFitTellsItsOwnMendAlone() {
        assertThatThrownBy(() -> database.list("narrow", Narrow.class, "SELECT NULL::int AS id"))
                .isInstanceOf(ResultMappingException.class)
                .hasMessageContaining("declare the component Integer")
                .hasMessageNotContaining(ErrorCode.E2015.nextStep());
    }

    @Test
    @SuppressWarnings("NullAway") // callers without the checker do this
    void operationAndTextAreRequired() {
        assertThatThrownBy(() -> database.list("get", Integer.class, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("operation \"get\": the SQL text is null; give one");
        assertThatThrownBy(() -> database.update(" ", "SELECT 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the operation is blank; give the call a short constant name");
    }

    @Test
    void operatorsWithQuestionMarksStand() {
        assertThat(database.queryOne("json", Boolean.class, "SELECT '{\"a\":1}'::jsonb ? :key", Map.of("key", "a")))
                .contains(true);
    }

    static List<Wrong> wrong() {
        var long16 = " ".repeat(1 << 20) + "x";
        return List.of(
                new Wrong("", List.of(), "no statement"),
                new Wrong("  -- nothing", List.of(), "no statement"),
                new Wrong(long16, List.of(), "1048576"),
                new Wrong("SELECT 1 WHERE 1 = ?", List.of(), "one question mark and no parameters were given"),
                new Wrong("SELECT '{}'::jsonb ? 'a'", List.of(), "an operator's question mark is written ??"),
                new Wrong("SELECT 1", List.of(1), "no question marks and one parameter was given"),
                new Wrong("SELECT ?, ?", List.of(1, 2, 3), "2 question marks and 3 parameters were given"),
                new Wrong("SELECT ?, :a", List.of(1), ":a"),
                new Wrong("SELECT :a", List.of(1), "neither Map nor record"),
                new Wrong("SELECT :a", List.of(), "no parameters were given"),
                new Wrong("SELECT :a, :b", List.of(Map.of("a", 1)), "no key for :b at 1:12"),
                new Wrong("SELECT :a", List.of(Map.of("a", 1, "typo", 2)), "does not name: typo"),
                new Wrong("SELECT :a", List.of(new Narrow(1)), "no component for :a at 1:8; it has id"),
                new Wrong("SELECT ?", List.of(new Narrow(1)), "parameter 1 at 1:8 is a record"),
                new Wrong("SELECT 1 WHERE 1 IN (?)", List.of(List.of()), "empty"),
                new Wrong("SELECT 1 WHERE 1 IN (?)", List.of(List.of(new Narrow(1))), "element 0 of parameter 1"),
                new Wrong("SELECT ?", List.of((Object) "x".toCharArray()), "char[]"),
                new Wrong("SELECT 'open", List.of(), "1:8"),
                new Wrong(
                        "SELECT 1 WHERE 1 IN (?)", List.of(Collections.nCopies(65_536, 1)), "more than 65535 values"));
    }

    record Wrong(String sql, List<Object> parameters, String says) {
        @Override
        public String toString() {
            return (sql.length() > 40 ? "long" : sql) + " " + says;
        }
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatDoesNotAgreeIsRefusedBeforeConnectionIsTaken(Wrong wrong) {
        var parameters = wrong.parameters().toArray();
        var before = database.counters();
        long acquired = acquired();
        assertRefused(wrong, () -> database.list("load item", Integer.class, wrong.sql(), parameters));
        assertRefused(wrong, () -> database.queryOne("load item", Integer.class, wrong.sql(), parameters));
        assertRefused(
                wrong,
                () -> database.query("load item", wrong.sql(), parameters).one(Integer.class));
        assertRefused(wrong, () -> database.stream("load item", Integer.class, wrong.sql(), parameters));
        assertRefused(wrong, () -> database.update("load item", wrong.sql(), parameters));
        assertRefused(wrong, () -> database.insert("load item", "id", Integer.class, wrong.sql(), parameters));
        assertThat(database.counters()).isEqualTo(before);
        assertThat(acquired()).isEqualTo(acquired);
    }

    private static void assertRefused(Wrong wrong, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("operation \"load item\": ")
                .hasMessageContaining(wrong.says());
    }

    @Test
    void typeThatRowsNeverBecomeIsRefusedBeforeConnectionIsTaken() {
        long acquired = acquired();
        assertThatThrownBy(() -> database.list("load", Thread.class, "SELECT 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("operation \"load\": ")
                .hasMessageContaining("Thread");
        assertThat(acquired()).isEqualTo(acquired);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void fetchSizeBelowOneIsRefused(int rows) {
        assertThatThrownBy(() -> database.query("read", "SELECT 1").fetchSize(rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fetchSize=" + rows + " must be at least 1");
    }

    @Test
    void nullAloneIsOneParameter() {
        var sql = "UPDATE item SET display_name = ? WHERE id = 3";
        assertThat(database.update("rename", sql, (Object) null)).isEqualTo(1);
        assertThat(database.update("rename", sql, (Object[]) null)).isEqualTo(1);
    }

    @Test
    void operationIsInErrorsLeasesAndSlowLog() {
        var config = database.config();
        var eager = new DatabaseConfig(config.pool(), config.retry(), config.health(), Duration.ofMillis(50));
        try (var log = new LogCapture();
                var slow = Database.open(eager)) {
            var lease = slow.query("who holds", "SELECT 1 FROM pg_sleep(0.1)")
                    .<String>one(row -> slow.leases().get(0).operation());
            assertThat(lease).isEqualTo("who holds");
            assertThat(log.lines())
                    .anyMatch(line -> line.startsWith("WARN slow query pool=test operation=\"who holds\""));
            assertThatThrownBy(() -> slow.update("break things", "UPDATE nowhere SET a = 1"))
                    .isInstanceOf(StatementFailedException.class)
                    .hasMessageContaining("operation=\"break things\"");
        }
    }

    @Test
    void insertReturnsTheKeyThatTheDatabaseGave() {
        database.update(
                "create", "CREATE TABLE \"order\" (\"Nr\" bigint GENERATED ALWAYS AS IDENTITY, name text UNIQUE)");
        var sql = "INSERT INTO \"order\" (name) VALUES (?)";
        assertThat(database.insert("order", "Nr", Long.class, sql, "first")).isEqualTo(1L);
        assertThat(database.insert("order", "Nr", Integer.class, sql, "second")).isEqualTo(2);
        assertThat(database.<Long>transaction("order", tx -> tx.insert("order", "Nr", Long.class, sql, "third")))
                .isEqualTo(3L);
        assertThatThrownBy(() -> database.insert("again", "Nr", Long.class, sql + " ON CONFLICT DO NOTHING", "first"))
                .isInstanceOf(NoRowException.class);
        assertThatThrownBy(() -> database.insert(
                        "two", "Nr", Long.class, "INSERT INTO \"order\" (name) VALUES (?), (?)", "x", "y"))
                .isInstanceOf(TooManyRowsException.class);
        assertThatThrownBy(() -> database.insert("wrong", "nr", Long.class, sql, "z"))
                .isInstanceOf(StatementFailedException.class);
    }

    @Test
    void textsAreKeptWithinTheirBound() {
        var texts = new StatementTexts();
        var kept = texts.of("x", "SELECT 1");
        assertThat(texts.of("x", new String("SELECT 1"))).isSameAs(kept);
        for (int i = 0; i < 5 * StatementTexts.MOST; i++) {
            texts.of("x", "SELECT " + i);
            assertThat(texts.of("x", "SELECT 1")).as("used all the time").isSameAs(kept);
            assertThat(texts.size()).isLessThanOrEqualTo(2 * StatementTexts.MOST);
        }
        var size = texts.size();
        texts.of("x", "SELECT 1" + " ".repeat(StatementTexts.LONGEST));
        assertThat(texts.size()).isEqualTo(size);
    }

    private long acquired() {
        var counters = database.snapshot().counters();
        return counters.direct() + counters.waited();
    }
}
