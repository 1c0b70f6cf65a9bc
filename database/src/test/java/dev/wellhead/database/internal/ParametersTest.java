// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ParametersTest {

    enum Mood {
        HAPPY,
        SAD {
            @Override
            public String toString() {
                return "not the name";
            }
        }
    }

    private record Item(int id) {}

    private static final UUID ID = UUID.fromString("0b0e0c6e-3b0a-4b53-9d6e-3f0f6f3f0f6f");
    private static final Instant POINT = Instant.parse("2026-03-29T02:30:00.123456Z");

    private static Rows rows;

    @BeforeAll
    static void open() throws SQLException {
        rows = Rows.open();
        rows.execute("CREATE TYPE mood AS ENUM ('HAPPY', 'SAD')");
    }

    @AfterAll
    static void close() throws SQLException {
        rows.close();
    }

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of("text", "x'\\\"", "x'\\\""),
                Arguments.of("int2", (short) 5, "5"),
                Arguments.of("int2", (byte) -5, "-5"),
                Arguments.of("int4", 5, "5"),
                Arguments.of("int8", 5L, "5"),
                Arguments.of("float8", 1.5, "1.5"),
                Arguments.of("float4", 1.5f, "1.5"),
                Arguments.of("numeric", new BigDecimal("1.50"), "1.50"),
                Arguments.of("numeric", new BigInteger("98765432109876543210"), "98765432109876543210"),
                Arguments.of("bool", true, "true"),
                Arguments.of("text", 'x', "x"),
                Arguments.of("bytea", new byte[] {1, 2}, "\\x0102"),
                Arguments.of("uuid", ID, ID.toString()),
                Arguments.of("mood", Mood.SAD, "SAD"),
                Arguments.of("timestamptz", POINT, "2026-03-29 02:30:00.123456+00"),
                Arguments.of("timestamptz", OffsetDateTime.parse("2026-03-29T02:30+02:00"), "2026-03-29 00:30:00+00"),
                Arguments.of(
                        "timestamptz",
                        ZonedDateTime.of(LocalDateTime.parse("2026-07-01T02:30"), ZoneId.of("Europe/Berlin")),
                        "2026-07-01 00:30:00+00"),
                Arguments.of("timestamp", LocalDateTime.parse("2026-03-29T02:30"), "2026-03-29 02:30:00"),
                Arguments.of("date", LocalDate.parse("2026-03-29"), "2026-03-29"),
                Arguments.of("time", LocalTime.parse("12:34:56.5"), "12:34:56.5"),
                Arguments.of("timetz", OffsetTime.parse("12:34+02:00"), "12:34:00+02"),
                Arguments.of("interval", Duration.parse("PT-26H-0.5S"), "-26:00:00.5"),
                Arguments.of("int4", Optional.of(5), "5"),
                Arguments.of("mood", Optional.of(Mood.SAD), "SAD"),
                Arguments.of("text[]", new String[] {"a", "b,\"{}\\", null}, "{a,\"b,\\\"{}\\\\\",NULL}"),
                Arguments.of("int4[]", new int[] {1, 2}, "{1,2}"),
                Arguments.of("int8[]", new long[] {1, 2}, "{1,2}"),
                Arguments.of("int2[]", new short[] {1}, "{1}"),
                Arguments.of("float8[]", new double[] {1.5}, "{1.5}"),
                Arguments.of("bool[]", new boolean[] {true, false}, "{t,f}"),
                Arguments.of("int4[]", new int[0], "{}"),
                Arguments.of("uuid[]", new UUID[] {ID}, "{" + ID + "}"),
                Arguments.of(
                        "numeric[]", new BigDecimal[] {new BigDecimal("1.50"), new BigDecimal("1E+3")}, "{1.50,1000}"),
                Arguments.of("bytea[]", new byte[][] {{1}, {2}}, "{\"\\\\x01\",\"\\\\x02\"}"),
                Arguments.of("mood[]", new Mood[] {Mood.SAD, null}, "{SAD,NULL}"),
                Arguments.of("mood[]", List.of(Mood.HAPPY), "{HAPPY}"),
                Arguments.of("timestamptz[]", List.of(POINT), "{\"2026-03-29 02:30:00.123456+00\"}"),
                Arguments.of(
                        "timestamp[]", List.of(LocalDateTime.parse("2026-03-29T02:30")), "{\"2026-03-29 02:30:00\"}"),
                Arguments.of("date[]", Set.of(LocalDate.parse("2026-03-29")), "{2026-03-29}"),
                Arguments.of("interval[]", List.of(Duration.ofSeconds(90)), "{00:01:30}"),
                Arguments.of("text[]", List.of(Optional.of("a")), "{a}"),
                Arguments.of("text[]", List.of('a', 'b'), "{a,b}"),
                Arguments.of("int4[]", List.of(), "{}"),
                Arguments.of("uuid[]", new UUID[0], "{}"),
                Arguments.of("mood[]", Collections.singletonList(null), "{NULL}"));
    }

    /** Into a column of the type, without a cast that would hide a wrong type of the parameter. */
    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("values")
    void valueGoesIntoColumnOfItsType(String type, Object value, String text) throws SQLException {
        rows.execute("SET timezone = 'UTC'; DROP TABLE IF EXISTS one; CREATE TABLE one (value " + type + ")");
        insert(value);
        assertThat(rows.one(String.class, "SELECT value::text FROM one")).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("types")
    void nullGoesIntoColumnOfAnyType(String type) throws SQLException {
        rows.execute("DROP TABLE IF EXISTS one; CREATE TABLE one (value " + type + ")");
        insert(null);
        insert(Optional.empty());
        assertThat(rows.one(long.class, "SELECT count(*) FROM one WHERE value IS NULL"))
                .isEqualTo(2);
    }

    static Stream<String> types() {
        return Stream.of("text", "int4", "timestamptz", "uuid", "mood", "jsonb", "int4[]", "bytea", "interval");
    }

    private static void insert(Object value) throws SQLException {
        try (var statement = rows.connection.prepareStatement("INSERT INTO one VALUES (?)")) {
            new Parameters(Dialect.POSTGRESQL).bind(statement, 1, value);
            statement.executeUpdate();
        }
    }

    @Test
    void arraysAreComparedWithAny() throws SQLException {
        var sql = "SELECT n FROM generate_series(1, 5) n WHERE n = ANY (?) ORDER BY n";
        assertThat(rows.all(int.class, sql, List.of(2, 4))).containsExactly(2, 4);
        assertThat(rows.all(int.class, sql, new int[] {3})).containsExactly(3);
        assertThat(rows.all(int.class, sql, List.of())).isEmpty();
        assertThat(rows.all(
                        Mood.class,
                        "SELECT m FROM unnest(enum_range(NULL::mood)) m WHERE m = ANY (?)",
                        List.of(Mood.SAD)))
                .containsExactly(Mood.SAD);
    }

    @Test
    void arrayGivenIsNotChanged() throws SQLException {
        var moods = new Object[] {Mood.SAD, Optional.of(Mood.HAPPY)};
        var given = Arrays.copyOf(moods, 2);
        rows.execute("DROP TABLE IF EXISTS one; CREATE TABLE one (value mood[])");
        insert(given);
        assertThat(given).containsExactly(moods);
    }

    /** A string is varchar to PostgreSQL, which json, uuid and enum columns refuse. */
    @ParameterizedTest
    @MethodSource("stringsOfColumns")
    void stringGoesIntoColumnOfOtherType(String type, String value) throws SQLException {
        rows.execute("DROP TABLE IF EXISTS one; CREATE TABLE one (value " + type + ")");
        assertThatThrownBy(() -> insert(value)).isInstanceOf(SQLException.class);
        var parameters = new Parameters(Dialect.POSTGRESQL);
        try (var statement = rows.connection.prepareStatement("INSERT INTO one VALUES (?), (?)")) {
            parameters.bindAsColumn(statement, 1, value);
            parameters.bindAsColumn(statement, 2, Optional.of(value));
            statement.executeUpdate();
        }
        assertThat(rows.all(String.class, "SELECT value::text FROM one")).containsExactly(value, value);
    }

    static Stream<Arguments> stringsOfColumns() {
        return Stream.of(
                Arguments.of("jsonb", "{\"a\": 1}"),
                Arguments.of("json", "{\"a\": 1}"),
                Arguments.of("uuid", ID.toString()),
                Arguments.of("mood", "SAD"),
                Arguments.of("inet", "10.0.0.1/32"));
    }

    @Test
    void refusalsNameRuleAndMend() {
        var parameters = new Parameters(Dialect.POSTGRESQL);
        assertThat(parameters.refusal(new Item(1)))
                .isEqualTo("is a record (dev.wellhead.database.internal.ParametersTest$Item) among positional"
                        + " parameters, or within another value; give its components one by one, or give it alone and"
                        + " name them in the text (:component)");
        assertThat(parameters.refusal(Optional.of(new Item(1)))).startsWith("is a record");
        assertThat(parameters.refusal(new char[] {'x'})).isEqualTo("is a char[]; give a String");
        assertThat(parameters.refusal(List.of(1, "secret")))
                .isEqualTo("has elements of type Integer and, at 1, String; an SQL array has one type, so give all"
                        + " elements the same");
        assertThat(parameters.refusal(new Object[] {null, new Item(1)}))
                .startsWith("has an element of type dev.wellhead.database.internal.ParametersTest$Item at 1, which")
                .contains("give simple values");
        assertThat(parameters.refusal(new int[][] {{1}})).contains("has an element of type [I at 0");
        assertThat(new Parameters(Dialect.MYSQL).refusal(List.of(1)))
                .isEqualTo("is a collection, and MySQL has no arrays; use it in IN (...), or give its elements one by"
                        + " one");
        assertThat(new Parameters(Dialect.SQLITE).refusal(new int[0])).startsWith("is an array, and SQLite has no");
        assertThat(new Parameters(Dialect.OTHER).refusal(Map.of())).startsWith("is a Map; give its values one by one");
    }

    @Test
    void bindRefusesWhatRefusalTells() {
        assertThatThrownBy(() -> rows.all(int.class, "SELECT ?", new Item(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("parameter 1 is a record");
        assertThatThrownBy(() -> rows.all(int.class, "SELECT ?", List.of(1, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("parameter 1 has elements of type Integer and, at 1, String");
    }

    @ParameterizedTest
    @MethodSource("values")
    void valuesThatAreBoundAreNotRefused(String type, Object value, String text) {
        assertThat(new Parameters(Dialect.POSTGRESQL).refusal(value)).isNull();
    }

    @Test
    void dialectIsKnownByTheUrl() {
        assertThat(Dialect.of("jdbc:postgresql://host/db")).isEqualTo(Dialect.POSTGRESQL);
        assertThat(Dialect.of("jdbc:mysql://host/db")).isEqualTo(Dialect.MYSQL);
        assertThat(Dialect.of("jdbc:mariadb://host/db")).isEqualTo(Dialect.MYSQL);
        assertThat(Dialect.of("jdbc:sqlite:file")).isEqualTo(Dialect.SQLITE);
        assertThat(Dialect.of("jdbc:h2:mem:x")).isEqualTo(Dialect.OTHER);
    }
}
