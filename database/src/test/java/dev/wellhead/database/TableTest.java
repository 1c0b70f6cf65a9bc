// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TableTest {

    enum Rank {
        PLAIN,
        CHIEF
    }

    record Address(String street, Optional<String> zipCode) {}

    record User(
            long id,
            String userName,
            Rank rank,
            List<String> tags,
            String settings,
            UUID token,
            Optional<Address> address,
            Instant createdAt) {}

    record Line(int orderId, int position, String text) {}

    record Pair(int a, int b) {}

    private static final Table<User> USERS =
            Table.of("user", User.class).id("id").generated("id", "createdAt");
    private static final Table<Line> LINES =
            Table.of("sales.order lines", Line.class).id("orderId", "position").column("text", "The \"Text\" ?");

    private static final User ADA = new User(
            0,
            "ada",
            Rank.CHIEF,
            List.of("a", "b"),
            "{\"dark\": true}",
            UUID.fromString("11111111-2222-3333-4444-555555555555"),
            Optional.of(new Address("Main", Optional.empty())),
            Instant.EPOCH);

    private TestDatabase real;
    private Database database;

    @BeforeEach
    void open() throws SQLException {
        real = PostgresServer.shared().createDatabase();
        database = Opened.database(real.jdbcUrl(), UnaryOperator.identity());
        database.update("type", "CREATE TYPE rank AS ENUM ('PLAIN', 'CHIEF')");
        database.update(
                "create",
                "CREATE TABLE \"user\" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_name text, rank rank,"
                        + " tags text[], settings jsonb, token uuid, address_street text, address_zip_code text,"
                        + " created_at timestamptz NOT NULL DEFAULT now())");
        database.update("schema", "CREATE SCHEMA sales");
        database.update(
                "create",
                "CREATE TABLE sales.\"order lines\" (order_id int, position int, \"The \"\"Text\"\" ?\" text,"
                        + " PRIMARY KEY (order_id, position))");
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
        real.close();
    }

    @Test
    void rowGoesInIsFoundChangedAndDeleted() {
        var stored = database.insert(USERS, ADA);
        assertThat(stored.id()).isEqualTo(1);
        assertThat(stored.createdAt()).isAfter(Instant.EPOCH);
        assertThat(stored)
                .usingRecursiveComparison()
                .ignoringFields("id", "createdAt")
                .isEqualTo(ADA);
        assertThat(database.find(USERS, 1L)).contains(stored);
        assertThat(database.find(USERS, 2L)).isEmpty();

        var changed = new User(
                1,
                "lovelace",
                Rank.PLAIN,
                List.of(),
                "{}",
                stored.token(),
                Optional.empty(),
                Instant.parse("2000-01-01T00:00:00Z"));
        assertThat(database.update(USERS, changed)).isTrue();
        var found = database.find(USERS, 1L).orElseThrow();
        assertThat(found.createdAt()).as("generated").isEqualTo(stored.createdAt());
        assertThat(found).usingRecursiveComparison().ignoringFields("createdAt").isEqualTo(changed);
        assertThat(database.update(USERS, ADA)).as("id 0 is not there").isFalse();

        assertThat(database.delete(USERS, 1L)).isTrue();
        assertThat(database.delete(USERS, 1L)).isFalse();
    }

    @Test
    void idOfTwoComponentsAndNamesThatNeedQuotes() {
        database.insert(LINES, new Line(1, 1, "one"));
        database.insert(LINES, new Line(1, 2, "two"));
        assertThat(database.find(LINES, 1, 2)).contains(new Line(1, 2, "two"));
        assertThat(database.update(LINES, new Line(1, 2, "changed"))).isTrue();
        assertThat(database.find(LINES, 1, 1)).contains(new Line(1, 1, "one"));
        assertThat(database.find(LINES, 1, 2)).contains(new Line(1, 2, "changed"));
        assertThat(database.delete(LINES, 1, 2)).isTrue();
        assertThat(database.find(LINES, 1, 2)).isEmpty();
    }

    @Test
    void worksInsideOfTransaction() {
        database.transaction("move", tx -> {
            tx.insert(LINES, new Line(2, 1, "x"));
            assertThat(tx.find(LINES, 2, 1)).isPresent();
            assertThat(tx.update(LINES, new Line(2, 1, "y"))).isTrue();
            return tx.delete(LINES, 2, 1);
        });
        assertThat(database.find(LINES, 2, 1)).isEmpty();
    }

    @Test
    void operationIsTheVerbAndTheTable() {
        database.update("drop", "DROP TABLE \"user\"");
        assertThatThrownBy(() -> database.find(USERS, 1L)).hasMessageContaining("operation=\"find user\"");
        assertThatThrownBy(() -> database.insert(USERS, ADA)).hasMessageContaining("operation=\"insert user\"");
        assertThatThrownBy(() -> database.update(USERS, ADA)).hasMessageContaining("operation=\"update user\"");
        assertThatThrownBy(() -> database.delete(USERS, 1L)).hasMessageContaining("operation=\"delete user\"");
    }

    @Test
    void rowOfGeneratedColumnsAloneIsInserted() {
        database.update("create", "CREATE TABLE pair (a int DEFAULT 7, b int DEFAULT 8)");
        var pairs = Table.of("pair", Pair.class).generated("a", "b");
        assertThat(database.insert(pairs, new Pair(0, 0))).isEqualTo(new Pair(7, 8));
    }

    @Test
    void wrongIdIsRefusedBeforeConnectionIsTaken() {
        long acquired = acquired();
        assertThatThrownBy(() -> database.find(LINES, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 id value for Table[sales.order lines, Line], whose id is orderId, position");
        assertThatThrownBy(() -> database.delete(LINES, 1, 2, 3)).hasMessageContaining("3 id values");
        assertThatThrownBy(() -> database.find(LINES, 1, null)).hasMessageContaining("id component position");
        assertThatThrownBy(() -> database.find(USERS, (Object[]) null)).hasMessageContaining("id component id");
        var noId = Table.of("pair", Pair.class);
        for (Runnable call : List.<Runnable>of(
                () -> database.find(noId, 1),
                () -> database.delete(noId, 1),
                () -> database.update(noId, new Pair(1, 2)))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Table[pair, Pair] has no id")
                    .hasMessageContaining("Table.of(\"pair\", Pair.class).id(\"a\")");
        }
        assertThatThrownBy(() -> database.update(noId.id("a", "b"), new Pair(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing to write");
        assertThat(acquired()).isEqualTo(acquired);
    }

    @Test
    void tableThatCannotBeIsRefusedAtOnce() {
        assertThatThrownBy(() -> Table.of("pair", Pair.class).id("c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Table[pair, Pair]: Pair has no component \"c\"; it has a, b");
        assertThatThrownBy(() -> Table.of("pair", Pair.class).id("a", "a")).hasMessageContaining("\"a\" twice");
        assertThatThrownBy(() -> Table.of("pair", Pair.class).id()).hasMessageContaining("at least one");
        assertThatThrownBy(() -> Table.of("pair", Pair.class).column("a", "b"))
                .hasMessageContaining("column b is named by two components");
        assertThatThrownBy(() -> Table.of("pair", Pair.class).column("a", " "))
                .hasMessageContaining("cannot be a name");
        assertThatThrownBy(() -> Table.of("sales.", Pair.class)).hasMessageContaining("cannot be a name");
        assertThatThrownBy(() -> Table.of("a\nb", Pair.class)).hasMessageContaining("\"a?b\"");
        assertThat(Table.of("sales.pair", Pair.class).id("b", "a").idComponents())
                .containsExactly("b", "a");
    }

    private long acquired() {
        var counters = database.snapshot().counters();
        return counters.direct() + counters.waited();
    }
}
