// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.ConfigException;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolState;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DatabaseManagerTest {

    private static final String URL = "jdbc:postgresql://127.0.0.1:1/shop";

    @Test
    void sameSettingsAskedForTwiceAreTheSamePool() {
        try (var manager = DatabaseManager.builder().open()) {
            var first = manager.open(config("default", URL, "pw"));
            assertThat(manager.open(config("default", URL, "pw"))).isSameAs(first);
            assertThat(manager.open(config("orders", URL, "pw"))).isSameAs(first);
            assertThat(manager.database("orders")).isSameAs(first);
            assertThat(manager.databases()).containsExactly(first);
            assertThat(manager.database()).isSameAs(first);
        }
    }

    @Test
    void openListenersAreToldOfEachDatabaseOnce() {
        var opened = new ArrayList<Database>();
        Consumer<Database> listener = opened::add;
        try (var manager = DatabaseManager.builder().open()) {
            manager.addOpenListener(listener);
            var first = manager.open(config("default", URL, "pw"));
            manager.open(config("default", URL, "pw"));
            manager.open(config("alias", URL, "pw"));
            assertThat(opened).containsExactly(first);
            manager.removeOpenListener(listener);
            manager.open(config("other", URL, "other"));
            assertThat(opened).containsExactly(first);
        }
    }

    @Test
    void otherSettingsNeedNameOfTheirOwn() {
        try (var manager = DatabaseManager.builder().open()) {
            var small = manager.open(config("default", URL, "hush-hush"));
            var larger =
                    Opened.config(pool("default", URL, "hush-hush").maxSize(9).build());
            assertThatThrownBy(() -> manager.open(larger))
                    .isInstanceOf(DuplicateDatabaseException.class)
                    .hasMessageStartingWith("Other settings for the same URL and user need a name of their own:")
                    .hasMessageContaining("open: name=default url=" + URL + " user=clerk max-size=4;")
                    .hasMessageContaining("asked for: name=default url=" + URL + " user=clerk max-size=9.")
                    .hasMessageNotContaining("hush");
            var named = manager.open(
                    Opened.config(pool("large", URL, "hush-hush").maxSize(9).build()));
            assertThat(named).isNotSameAs(small);
            assertThat(manager.databases()).containsExactly(small, named);
        }
    }

    @Test
    void otherPasswordIsAnotherSettingAndNeverShown() {
        try (var manager = DatabaseManager.builder().open()) {
            manager.open(config("default", URL, "hush-one"));
            assertThatThrownBy(() -> manager.open(config("default", URL, "hush-two")))
                    .isInstanceOf(DuplicateDatabaseException.class)
                    .hasMessageContaining("they differ in settings that are not shown")
                    .hasMessageNotContaining("hush");
        }
    }

    @Test
    void nameMeansOneDatabase() {
        try (var manager = DatabaseManager.builder().open()) {
            manager.open(config("default", URL, "pw"));
            assertThatThrownBy(() -> manager.open(config("default", URL + "2?sslpassword=hush", "pw")))
                    .isInstanceOf(DuplicateDatabaseException.class)
                    .hasMessageStartingWith("A name means one database:")
                    .hasMessageContaining(URL + "2?sslpassword=****")
                    .hasMessageNotContaining("hush");
        }
    }

    @Test
    void unknownNameIsAnsweredWithTheKnownOnes() {
        try (var manager = DatabaseManager.builder()
                .database(config("orders", URL, "pw"))
                .database(config("stock", URL + "2", "pw"))
                .open()) {
            assertThatThrownBy(() -> manager.database("order"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("No database is called order; open: orders, stock");
            assertThatThrownBy(manager::database)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("orders, stock");
        }
    }

    @Test
    void onlyDatabaseNeedsNoName() {
        try (var manager =
                DatabaseManager.builder().database(config("orders", URL, "pw")).open()) {
            assertThat(manager.database().name()).isEqualTo("orders");
        }
        try (var manager = DatabaseManager.builder().open()) {
            assertThatThrownBy(manager::database)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("DATABASE_URL");
        }
    }

    @Test
    void closedManagerOpensNothing() {
        var manager = DatabaseManager.builder().open();
        manager.close();
        manager.close();
        assertThatThrownBy(() -> manager.open(config("default", URL, "pw")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void interruptedCloseClosesAllPools() {
        for (int i = 0; i < 20; i++) {
            var manager = DatabaseManager.builder()
                    .database(config("one", URL, "pw"))
                    .database(config("two", URL + "2", "pw"))
                    .open();
            var databases = manager.databases();
            Thread.currentThread().interrupt();
            manager.close();
            assertThat(Thread.interrupted()).isTrue();
            await().untilAsserted(() -> assertThat(databases)
                    .allSatisfy(
                            database -> assertThat(database.snapshot().state()).isEqualTo(PoolState.CLOSED)));
        }
    }

    @Test
    void interruptedDrainDrainsAllPools() {
        for (int i = 0; i < 20; i++) {
            try (var manager = DatabaseManager.builder()
                    .database(config("one", URL, "pw"))
                    .database(config("two", URL + "2", "pw"))
                    .open()) {
                Thread.currentThread().interrupt();
                try {
                    manager.drain(Duration.ofSeconds(1));
                } catch (InterruptedException beforeTheirEnd) {
                    assertThat(beforeTheirEnd).isNotNull();
                }
                Thread.interrupted();
                await().untilAsserted(() -> assertThat(manager.databases())
                        .allSatisfy(database ->
                                assertThat(database.snapshot().state()).isEqualTo(PoolState.DRAINING)));
            }
        }
    }

    @Test
    void databaseClosedByItselfIsOpenedAnew() {
        try (var manager = DatabaseManager.builder().open()) {
            var first = manager.open(config("default", URL, "pw"));
            first.close();
            assertThat(manager.databases()).isEmpty();
            assertThatThrownBy(() -> manager.database("default")).isInstanceOf(IllegalArgumentException.class);
            var second = manager.open(config("default", URL, "other"));
            assertThat(second).isNotSameAs(first);
            assertThat(manager.database()).isSameAs(second);
        }
    }

    @Test
    void textOfSettingsHoldsNoSecret() {
        var config = Opened.config(pool("default", URL + "?sslpassword=hush-one", "hush-two")
                .driverProperty("sslpassword", "hush-three")
                .build());
        assertThat(config.toString()).contains("default").doesNotContain("hush");
    }

    @Test
    void callersAtTheSameTimeGetTheSamePool() {
        try (var manager = DatabaseManager.builder().open()) {
            var go = new CountDownLatch(1);
            List<CompletableFuture<Database>> opened = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> {
                                awaitUninterruptibly(go);
                                return manager.open(config("default", URL, "pw"));
                            },
                            OwnThread.EACH))
                    .toList();
            go.countDown();
            assertThat(opened.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        }
    }

    @Test
    void drainWaitsForLeasesAndSaysWhetherAllEnded() throws Exception {
        var url = PostgresServer.shared().createDatabase().jdbcUrl();
        try (var manager = DatabaseManager.builder()
                .database(Opened.config("one", url))
                .database(Opened.config("two", url + "&loggerLevel=OFF"))
                .open()) {
            manager.database("one").query("warm", connection -> 1);
            try (var held = manager.database("two").dataSource().getConnection("holder")) {
                assertThat(manager.drain(Duration.ofMillis(100))).isFalse();
                assertThat(held.isClosed()).isFalse();
                assertThatThrownBy(() -> manager.database("one").query("late", connection -> 1))
                        .isInstanceOfSatisfying(
                                PoolClosedException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.E2005));
            }
            assertThat(manager.drain(Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void allDatabasesOfAManagerShareItsCeiling() throws Exception {
        try (var manager = DatabaseManager.builder()
                .maxTotal(1)
                .database(Opened.config(Opened.pool(
                                "one", PostgresServer.shared().createDatabase().jdbcUrl())
                        .minIdle(0)
                        .build()))
                .open()) {
            var later = manager.open(Opened.config(
                    Opened.pool("two", PostgresServer.shared().createDatabase().jdbcUrl())
                            .minIdle(0)
                            .acquireTimeout(Duration.ofSeconds(20))
                            .build()));
            CompletableFuture<Integer> waiting;
            try (var held = manager.database("one").dataSource().getConnection("holder")) {
                waiting = CompletableFuture.supplyAsync(() -> later.query("waits", connection -> 1), OwnThread.EACH);
                await().until(() -> later.snapshot().ceiling().orElseThrow().waits());
                assertThat(held.isClosed()).isFalse();
                assertThat(waiting).isNotDone();
            }
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            await().until(() -> manager.database("one").snapshot().total() == 0);
            assertThat(later.snapshot().ceiling().orElseThrow().maxTotal()).isEqualTo(1);
        }
    }

    @Test
    void withoutACeilingThereIsNone() {
        try (var manager = DatabaseManager.builder()
                .maxTotal(3)
                .maxTotal(0)
                .database(config("default", URL, "pw"))
                .open()) {
            assertThat(manager.database().snapshot().ceiling()).isEmpty();
        }
    }

    @Test
    void aCeilingThatCannotBeIsRefused() {
        assertThatThrownBy(() -> DatabaseManager.builder().maxTotal(-1))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("max-total=-1: must be from 1 to 1000000");
    }

    private static DatabaseConfig config(String name, String url, String password) {
        return Opened.config(pool(name, url, password).build());
    }

    private static PoolConfig.Builder pool(String name, String url, String password) {
        return Opened.pool(name, url).username("clerk").password(password).minIdle(0);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
