// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MappingTest {

    private record Item(
            long id,
            String itemName,
            int quantity,
            Optional<String> note,
            @Nullable Double price) {}

    private record Odd(int iD, String URL, int x1, String line1, boolean isOpen) {}

    private record Address(String street, int number) {}

    private record Person(
            long id,
            Address home,
            Optional<Address> work,
            @Nullable Address summer) {}

    private record Deep(int id, Optional<Person> person) {}

    private record Pair<A, B>(A first, B second) {}

    private record Pairs(Pair<Integer, String> one, Optional<Pair<String, List<String>>> other) {}

    private record Checked(int id) {
        @SuppressWarnings("UnusedMethod") // The mapping calls it.
        Checked {
            if (id < 0) {
                throw new IllegalStateException("id must not be negative");
            }
        }
    }

    private Rows rows;

    @BeforeEach
    void open() throws SQLException {
        rows = Rows.open();
    }

    @AfterEach
    void close() throws SQLException {
        rows.close();
    }

    @Test
    void columnsGoToComponentsByNameInAnyOrder() throws SQLException {
        var sql = "SELECT NULL::float8 AS price, 'n' AS note, 3 AS quantity, 7::bigint AS id, 'chair' AS item_name";
        assertThat(rows.one(Item.class, sql)).isEqualTo(new Item(7, "chair", 3, Optional.of("n"), null));
    }

    @Test
    void nullBecomesEmptyOrNull() throws SQLException {
        var sql = "SELECT 1.5 AS price, NULL::text AS note, 0 AS quantity, 0 AS id, NULL::text AS item_name";
        assertThat(rows.one(Item.class, sql)).isEqualTo(new Item(0, null, 0, Optional.empty(), 1.5));
    }

    @Test
    void oddNamesAreFound() throws SQLException {
        var expected = new Odd(1, "u", 2, "l", true);
        assertThat(rows.one(Odd.class, "SELECT 1 AS id, 'u' AS url, 2 AS x1, 'l' AS line_1, true AS is_open"))
                .isEqualTo(expected);
        assertThat(rows.one(
                        Odd.class,
                        "SELECT 1 AS \"ID\", 'u' AS \"URL\", 2 AS \"X_1\", 'l' AS \"LINE1\", true AS \"isOpen\""))
                .isEqualTo(expected);
    }

    @Test
    void nestedRecordsAreFoundByPrefixOrPath() throws SQLException {
        var sql = "SELECT 1 AS id, 'a' AS home_street, 1 AS home_number, 'b' AS \"work.street\", 2 AS \"work.number\","
                + " 'c' AS \"summerStreet\", 3 AS summernumber";
        assertThat(rows.one(Person.class, sql))
                .isEqualTo(new Person(1, new Address("a", 1), Optional.of(new Address("b", 2)), new Address("c", 3)));
    }

    @Test
    void nestedRecordWhoseColumnsAreAllNullIsNullOrEmpty() throws SQLException {
        var sql = "SELECT 1 AS id, 'a' AS home_street, 1 AS home_number, NULL::text AS work_street,"
                + " NULL::int AS work_number, NULL::text AS summer_street, NULL::int AS summer_number";
        var person = new Person(1, new Address("a", 1), Optional.empty(), null);
        assertThat(rows.one(Person.class, sql)).isEqualTo(person);
        assertThat(rows.one(
                        Deep.class,
                        "SELECT 5 AS id, " + sql.substring("SELECT ".length()).replace("AS ", "AS person_")))
                .isEqualTo(new Deep(5, Optional.of(person)));
        assertThat(rows.one(
                        Deep.class,
                        "SELECT 5 AS id, NULL::int AS person_id, NULL::text AS person_home_street,"
                                + " NULL::int AS person_home_number, NULL::text AS person_work_street,"
                                + " NULL::int AS person_work_number, NULL::text AS person_summer_street,"
                                + " NULL::int AS person_summer_number"))
                .isEqualTo(new Deep(5, Optional.empty()));
    }

    @Test
    void typeVariablesOfNestedRecordsAreKnown() throws SQLException {
        var sql = "SELECT 1 AS one_first, 'x' AS one_second, 'y' AS other_first, ARRAY['z'] AS other_second";
        assertThat(rows.one(Pairs.class, sql))
                .isEqualTo(new Pairs(new Pair<>(1, "x"), Optional.of(new Pair<>("y", List.of("z")))));
    }

    @Test
    void recordOfAMethodIsRead() throws SQLException {
        record Local(String name) {}
        assertThat(rows.one(Local.class, "SELECT 'x' AS name")).isEqualTo(new Local("x"));
    }

    @Test
    void exceptionOfTheConstructorComesThroughAsItIs() {
        assertThatThrownBy(() -> rows.one(Checked.class, "SELECT -1 AS id"))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("id must not be negative");
        record Holder(Optional<Checked> held) {}
        assertThatThrownBy(() -> rows.one(Holder.class, "SELECT -1 AS held_id"))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("id must not be negative");
    }

    @Test
    void componentsMayBeInColumnsOfOtherNames() throws SQLException {
        var mapping = Mapping.of(Address.class, Map.of("street", "strasse"));
        assertThat(rows.all(mapping, "SELECT 'a' AS strasse, 1 AS number")).containsExactly(new Address("a", 1));
        assertThatThrownBy(() -> rows.all(mapping, "SELECT 'a' AS street, 1 AS number"))
                .isInstanceOf(MappingProblem.class)
                .hasMessageContaining("components without a column: street (column strasse)");
    }

    @Test
    void planIsKeptForTheSameColumnsAndMadeAnewForOthers() throws SQLException {
        var mapping = Mapping.of(Address.class);
        Plan<Address> first;
        try (var statement = rows.connection.createStatement()) {
            var result = statement.executeQuery("SELECT 'a' AS street, 1 AS number");
            first = mapping.plan(result.getMetaData(), Dialect.POSTGRESQL);
            assertThat(mapping.plan(result.getMetaData(), Dialect.POSTGRESQL)).isSameAs(first);
            assertThat(mapping.plan(result.getMetaData(), Dialect.OTHER)).isNotSameAs(first);
        }
        try (var statement = rows.connection.createStatement()) {
            var result = statement.executeQuery("SELECT 'a' AS street, 1::bigint AS number");
            assertThat(mapping.plan(result.getMetaData(), Dialect.POSTGRESQL)).isNotSameAs(first);
        }
        for (var alias : List.of("street", "STREET", "\"STREET\"", "\"Street\"", "s_t_r_e_e_t")) {
            assertThat(rows.one(Address.class, "SELECT 1 AS number, 'a' AS " + alias))
                    .isEqualTo(new Address("a", 1));
        }
    }

    @Test
    void moreDifferentColumnsThanPlansAreKeptAreStillRead() throws SQLException {
        record Wide(int abcdefgh) {}
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 40; i++) {
                var alias = new StringBuilder("abcdefgh");
                for (int letter = 0; letter < 6; letter++) {
                    if ((i >> letter & 1) == 1) {
                        alias.setCharAt(letter, Character.toUpperCase(alias.charAt(letter)));
                    }
                }
                assertThat(rows.one(Wide.class, "SELECT " + i + " AS \"" + alias + "\""))
                        .isEqualTo(new Wide(i));
            }
        }
    }

    /** The display size tells the two apart where PostgreSQL's driver gives one JDBC type for both. */
    @Test
    void planForTimestampWithZoneIsNotUsedForOneWithout() throws SQLException {
        record Seen(java.time.Instant at) {}
        assertThat(rows.one(Seen.class, "SELECT '2026-01-01 00:00+00'::timestamptz AS at")
                        .at())
                .isEqualTo("2026-01-01T00:00:00Z");
        assertThatThrownBy(() -> rows.one(Seen.class, "SELECT '2026-01-01 00:00'::timestamp AS at"))
                .isInstanceOf(MappingProblem.class)
                .hasMessageContaining("column at for component at (Instant) is of type timestamp");
    }

    @Test
    void onePlanIsUsedByManyThreads() throws Exception {
        var executor = Executors.newFixedThreadPool(4);
        try {
            List<Callable<List<Item>>> calls = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int offset = thread * 1_000;
                calls.add(() -> {
                    try (var own = Rows.open()) {
                        return own.all(
                                Item.class,
                                "SELECT n AS id, 'i' || n AS item_name, n::int AS quantity, n::text AS note,"
                                        + " n::float8 AS price FROM generate_series(" + offset + "::bigint, "
                                        + (offset + 499) + ") n");
                    }
                });
            }
            int thread = 0;
            for (var result : executor.invokeAll(calls)) {
                var expected = IntStream.range(thread * 1_000, thread * 1_000 + 500)
                        .mapToObj(n -> new Item(n, "i" + n, n, Optional.of("" + n), (double) n))
                        .toList();
                assertThat(result.get()).isEqualTo(expected);
                thread++;
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void manyComponentsAreRead() throws SQLException {
        var type = Widest.class;
        var names = Arrays.stream(type.getRecordComponents())
                .map(component -> component.getName())
                .toList();
        var sql = names.stream()
                .map(name -> name.substring(1) + "::bigint AS " + name)
                .collect(Collectors.joining(", ", "SELECT ", ""));
        var read = rows.one(type, sql);
        assertThat(read.c0()).isZero();
        assertThat(read.c119()).isEqualTo(119L);
    }
}
