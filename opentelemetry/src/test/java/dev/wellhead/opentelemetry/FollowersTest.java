// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.OwnThread;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FollowersTest {

    @Test
    void databasesThatAreOpenedAtOnceAreAllFollowedUntilTheyClose() throws Exception {
        Set<String> attached = ConcurrentHashMap.newKeySet();
        Set<String> detached = ConcurrentHashMap.newKeySet();
        try (var manager = DatabaseManager.builder().open();
                var followers = new Followers<String>(
                        database -> {
                            attached.add(database.name());
                            return database.name();
                        },
                        (database, name) -> detached.add(name))) {
            followers.follow(manager);
            var opening = new ArrayList<CompletableFuture<Database>>();
            for (int i = 0; i < 60; i++) {
                var config = config("d" + i);
                opening.add(CompletableFuture.supplyAsync(() -> manager.open(config), OwnThread.EACH));
            }
            for (var each : opening) {
                each.get(30, TimeUnit.SECONDS);
            }
            assertThat(attached).hasSize(60);
            assertThat(detached).isEmpty();
            assertThat(followers.databases()).hasSize(60);

            manager.database("d7").close();
            assertThat(followers.databases()).hasSize(59);
            assertThat(detached).containsExactly("d7");
        }
        assertThat(detached).hasSize(60);
    }

    private static DatabaseConfig config(String name) {
        return DatabaseConfig.of(PoolConfig.builder()
                .name(name)
                .jdbcUrl("jdbc:postgresql://127.0.0.1:1/" + name)
                .minIdle(0)
                .startMode(StartMode.LAZY)
                .build());
    }
}
