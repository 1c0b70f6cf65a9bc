// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each refusal names place, rule and mend, and no value. */
class MappingProblemTest {

    enum Mood {
        HAPPY,
        SAD
    }

    private record Item(int id, String itemName) {}

    private record Feeling(Mood mood) {}

    private record Wide(long id, int quantity, boolean open, LocalDate day) {}

    private record Maybe(Optional<Item> item) {}

    private record Nothing() {}

    @SuppressWarnings("rawtypes") // Is what is refused.
    private record Raw(List plain, Optional bare, Optional<Optional<String>> twice) {}

    @SuppressWarnings("ArrayRecordComponent") // Is what is refused.
    private record Strange(Object any, java.util.Date date, List<Item> items, int[][] grid, List<int[]> rows) {}

    private record Generic<T>(T value) {}

    private record Endless(int id, Optional<Endless> next) {}

    private record Clash(String firstName, String first_name, Inner inner, String innerName) {}

    private record Inner(String name) {}

    private static Rows rows;

    @BeforeAll
    static void open() throws SQLException {
        rows = Rows.open();
    }

    @AfterAll
    static void close() throws SQLException {
        rows.close();
    }

    private static String problem(Class<?> type, String sql) {
        var problem = catchThrowableOfType(MappingProblem.class, () -> rows.all(type, sql));
        assertThat(problem).as(sql).isNotNull();
        assertThat(problem).hasNoCause();
        assertThat(problem.getMessage()).startsWith("row cannot be mapped to ");
        return problem.getMessage().substring("row cannot be mapped to ".length());
    }

    private static String unmappable(Class<?> type) {
        var problem = catchThrowableOfType(MappingProblem.class, () -> Mapping.of(type));
        assertThat(problem).as(type.getName()).isNotNull();
        return problem.getMessage();
    }

    @Test
    void namesAllColumnsAndAllComponentsThatHaveNoPartner() {
        assertThat(problem(Item.class, "SELECT 1 AS number, 'x' AS name, 2"))
                .isEqualTo("record dev.wellhead.database.internal.MappingProblemTest$Item:"
                        + " columns without a component: number, name, ?column?;"
                        + " components without a column: id, itemName (column item_name);"
                        + " name columns in the query (AS first_name for firstName), select exactly the components,"
                        + " change the record, or use a RowMapper");
    }

    @Test
    void namesColumnWithoutComponent() {
        assertThat(problem(Item.class, "SELECT 1 AS id, 'x' AS item_name, 2 AS extra"))
                .contains("columns without a component: extra;")
                .doesNotContain("components without");
    }

    @Test
    void namesComponentWithoutColumn() {
        assertThat(problem(Item.class, "SELECT 1 AS id"))
                .contains("components without a column: itemName (column item_name);")
                .doesNotContain("columns without");
        assertThat(problem(Maybe.class, "SELECT 1 AS item_id"))
                .contains("components without a column: item.itemName (column item_item_name);");
    }

    @Test
    void namesComponentWithTwoColumns() {
        assertThat(problem(Item.class, "SELECT 1 AS id, 2 AS \"ID\", 'x' AS item_name"))
                .contains("components with more than one column: id (id, ID);")
                .contains("name columns in the query");
    }

    @Test
    void namesColumnAndComponentOfNull() {
        assertThat(problem(Wide.class, "SELECT 1 AS id, NULL::int AS quantity, true AS open, now()::date AS day"))
                .endsWith("Wide: column quantity for component quantity (int) is NULL, and a primitive cannot be null;"
                        + " declare the component Integer or Optional<Integer>, or use COALESCE in the query");
        assertThat(problem(Wide.class, "SELECT NULL::bigint AS id, 1 AS quantity, true AS open, now()::date AS day"))
                .contains("column id for component id (long) is NULL");
        assertThat(problem(Wide.class, "SELECT 1 AS id, 1 AS quantity, NULL::bool AS open, now()::date AS day"))
                .contains("column open for component open (boolean) is NULL")
                .contains("declare the component Boolean");
        assertThat(problem(Maybe.class, "SELECT NULL::int AS item_id, 'x' AS item_item_name"))
                .contains("column item_id for component item.id (int) is NULL");
    }

    @Test
    void nullOfSimpleTypeSaysWhatToDo() {
        var expected = "column n is NULL, and a row of a simple type has a value; use COALESCE in the query, or a"
                + " RowMapper";
        assertThat(problem(int.class, "SELECT NULL::int AS n")).isEqualTo("int: " + expected);
        assertThat(problem(String.class, "SELECT NULL::text AS n")).isEqualTo("String: " + expected);
        assertThat(problem(int[].class, "SELECT NULL::int[] AS n")).isEqualTo("int[]: " + expected);
    }

    @Test
    void simpleTypeTakesOneColumn() {
        assertThat(problem(String.class, "SELECT 1 AS a, 2 AS b"))
                .isEqualTo("String: the query gives 2 columns (a, b) and a simple type takes one; select one column, or"
                        + " use a record with a component for each");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12345678901::bigint",
                "-2147483649::bigint",
                "12345678901::numeric",
                "98765432109876543210::numeric",
                "5.25::numeric"
            })
    void numberThatDoesNotFitIsRefused(String value) {
        assertThat(problem(int.class, "SELECT " + value + " AS n"))
                .isEqualTo("int: column n has a value that does not fit: it is out of range or has a fraction; use a"
                        + " wider type or BigDecimal, or round in the query");
    }

    @Test
    void otherNumbersThatDoNotFitAreRefused() {
        assertThat(problem(long.class, "SELECT 9223372036854775808::numeric AS n"))
                .contains("does not fit");
        assertThat(problem(short.class, "SELECT 40000 AS n")).contains("does not fit");
        assertThat(problem(byte.class, "SELECT 200 AS n")).contains("does not fit");
        assertThat(problem(double.class, "SELECT 9007199254740993 AS n")).contains("does not fit");
        assertThat(problem(float.class, "SELECT 16777217 AS n")).contains("does not fit");
        assertThat(problem(java.math.BigInteger.class, "SELECT 1.5 AS n")).contains("does not fit");
        assertThat(problem(boolean.class, "SELECT 2 AS n"))
                .contains("column n has a value that is neither 0 nor 1; compare it in the query");
        assertThat(problem(BigDecimal.class, "SELECT 'NaN'::numeric AS n"))
                .contains("column n cannot be read as BigDecimal, says the driver (SQLSTATE 22003)")
                .contains("cast the column in the query");
    }

    @Test
    void columnsOfOtherTypesAreRefusedAllAtOnce() {
        assertThat(problem(Wide.class, "SELECT 1.5::float8 AS id, 'x' AS quantity, 'y' AS open, now() AS day"))
                .contains("column id for component id (long) is of type float8, which is not read as Long; cast")
                .contains("column quantity for component quantity (int) is of type text, which is not read as Integer")
                .contains("column open for component open (boolean) is of type text, which is not read as Boolean")
                .contains("column day for component day (LocalDate) is of type timestamptz");
    }

    @Test
    void typesThatWouldLoseOrGuessAreRefused() {
        assertThat(problem(Instant.class, "SELECT now()::timestamp AS t"))
                .isEqualTo("Instant: column t is of type timestamp, which is not read as Instant; it has no time zone;"
                        + " read it as LocalDateTime, or say the zone in the query (AT TIME ZONE 'UTC')");
        assertThat(problem(LocalDateTime.class, "SELECT now() AS t"))
                .contains("column t is of type timestamptz")
                .contains("it has a time zone; read it as Instant or OffsetDateTime");
        assertThat(problem(LocalDate.class, "SELECT now()::timestamp AS t")).contains("not read as LocalDate; cast");
        assertThat(problem(LocalTime.class, "SELECT now()::timetz AS t")).contains("read it as OffsetTime");
        assertThat(problem(OffsetTime.class, "SELECT now()::time AS t")).contains("read it as LocalTime");
        assertThat(problem(float.class, "SELECT 1::float8 AS n")).contains("declare it double");
        assertThat(problem(String.class, "SELECT '\\x01'::bytea AS b")).contains("read it as byte[]");
        assertThat(problem(String.class, "SELECT ARRAY[1] AS a")).contains("read it as String[] or List<String>");
        assertThat(problem(byte[].class, "SELECT 'x' AS b")).contains("not read as byte[]");
        assertThat(problem(int[].class, "SELECT 1 AS a")).contains("not read as int[]; it is no array");
        assertThat(problem(UUID.class, "SELECT 1 AS u")).contains("not read as UUID");
        assertThat(problem(Mood.class, "SELECT 1 AS m")).contains("not read as Mood, an enum by name");
        assertThat(problem(Duration.class, "SELECT interval '1 mon' AS i"))
                .contains("column i has months or years, and a Duration has none; read it as String");
        assertThat(problem(Duration.class, "SELECT 'secret'::text AS i")).contains("not read as Duration");
    }

    @Test
    void unknownConstantNamesTheConstantsAndNotTheValue() {
        assertThat(problem(Feeling.class, "SELECT 'secret' AS mood"))
                .endsWith("Feeling: column mood for component mood (Mood) has a value that is no constant of enum Mood"
                        + " (HAPPY, SAD); add the constant, correct the value, or use a RowMapper");
        assertThat(problem(Mood[].class, "SELECT ARRAY['SAD', 'secret'] AS moods"))
                .startsWith("Mood[]: column moods in element 1 has a value that is no constant of enum Mood");
    }

    @Test
    void valuesAreNotInTexts() {
        assertThat(problem(UUID.class, "SELECT 'secret' AS u"))
                .isEqualTo("UUID: column u has a text that is no UUID; correct it, or read it as String");
        assertThat(problem(char.class, "SELECT 'secret' AS c"))
                .isEqualTo("char: column c has a text of 6 characters, and a Character is one; read it as String");
        assertThat(problem(boolean.class, "SELECT B'1100' AS b"))
                .contains("column b cannot be read as boolean, says the driver")
                .doesNotContain("1100");
    }

    @Test
    void elementsAreNamedByNumber() {
        assertThat(problem(int[].class, "SELECT ARRAY[1, NULL] AS a"))
                .isEqualTo("int[]: column a is NULL in element 1, and int[] has no place for it; use Integer[] or"
                        + " List<Integer>, or leave NULLs out in the query (array_remove)");
        assertThat(problem(int[].class, "SELECT ARRAY[1, 12345678901] AS a"))
                .startsWith("int[]: column a in element 1 has a value that does not fit");
        assertThat(problem(int[].class, "SELECT ARRAY[[1, 2], [3, 4]] AS a"))
                .contains("column a is an array of arrays, and int[] has one dimension; use a RowMapper");
    }

    @Test
    void typesThatNoRowIsMappedToAreRefused() {
        assertThat(unmappable(Object.class))
                .contains("it is of type java.lang.Object")
                .contains("RowMapper");
        assertThat(unmappable(java.util.Date.class)).contains("use Instant, LocalDateTime or LocalDate");
        assertThat(unmappable(List.class)).contains("without the type of its elements; write it, such as List<String>");
        assertThat(unmappable(StringBuilder.class)).contains("use a record, a simple type");
        assertThat(unmappable(Nothing.class)).contains("it has no components; give it one for each column");
        assertThat(unmappable(Generic.class))
                .contains("component value has the type variable T, whose type is not known at run time");
        assertThat(unmappable(Endless.class))
                .contains("component next is of record Endless, which is around it already");
    }

    @Test
    void allComponentsInTheWayAreNamedAtOnce() {
        assertThat(unmappable(Strange.class))
                .contains("component any is of type java.lang.Object")
                .contains("component date is of type java.util.Date")
                .contains("component items is a list or array of record Item")
                .contains("component grid is of type int[][], and an array has one dimension")
                .contains("component rows is of type List<int[]>");
        assertThat(unmappable(Raw.class))
                .contains("component plain is a List without the type of its elements")
                .contains("component bare is an Optional without a type; write it, such as Optional<String>")
                .contains("component twice is of type java.util.Optional");
        assertThat(unmappable(Clash.class))
                .contains("component first_name has the same name as another")
                .contains("component innerName has the same name as another")
                .contains("rename one");
    }

    @Test
    void otherErrorsOfTheDriverComeThrough() throws SQLException {
        try (var statement = rows.connection.createStatement()) {
            var result = statement.executeQuery("SELECT 1 AS id");
            var plan = Mapping.of(int.class).plan(result.getMetaData(), Dialect.POSTGRESQL);
            result.next();
            result.close();
            var thrown = catchThrowableOfType(SQLException.class, () -> plan.read(result));
            assertThat(thrown.getSQLState()).isEqualTo("55000");
        }
    }
}
