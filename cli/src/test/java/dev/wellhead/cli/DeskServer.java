// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.Secret;
import dev.wellhead.server.WellheadServer;
import dev.wellhead.testkit.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server with a real database behind it, and commands that ask it. */
final class DeskServer implements AutoCloseable {
    private final DatabaseManager manager;
    private final WellheadServer server;

    private DeskServer(DatabaseManager manager, WellheadServer server) {
        this.manager = manager;
        this.server = server;
    }

    /** Of one database, called {@code shop}. */
    static DeskServer start(String jdbcUrl, @Nullable String readToken) {
        var pool = PoolConfig.builder()
                .name("shop")
                .jdbcUrl(jdbcUrl)
                .maxSize(4)
                .minIdle(1)
                .connectTimeout(Duration.ofSeconds(2))
                .closeTimeout(Duration.ofMillis(500))
                .build();
        var health = new HealthPolicy(true, Duration.ofSeconds(1), Duration.ofSeconds(1), 1);
        var manager = DatabaseManager.builder()
                .database(new DatabaseConfig(pool, RetryPolicy.NONE, health, Duration.ofSeconds(5)))
                .open();
        var config = new ServerConfig(
                "127.0.0.1", 0, Duration.ofSeconds(5), false, readToken == null ? null : Secret.of(readToken));
        return new DeskServer(manager, WellheadServer.start(manager, config, "local"));
    }

    static DeskServer start(TestDatabase database) {
        return start(database.jdbcUrl(), null);
    }

    Database database() {
        return manager.database("shop");
    }

    String url() {
        return server.uri().toString();
    }

    /** Runs a command that asks this server, as if on a terminal of that width; 0: not on one. */
    CliRun run(int columns, String... arguments) {
        return run(columns, Map.of(), arguments);
    }

    CliRun run(int columns, Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server=" + url());
        return CliRun.wide(columns, Path.of("target"), new HashMap<>(environment), all.toArray(String[]::new));
    }

    @Override
    public void close() {
        server.close();
        manager.close();
    }
}
