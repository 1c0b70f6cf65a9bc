// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import java.time.Duration;

/** Settings that the tests share. */
final class Databases {

    static final ServerConfig ANY_PORT = new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5));

    /** Longest that one check may take; the background check never runs during a test. */
    static final Duration HEALTH_LIMIT = Duration.ofSeconds(2);

    private Databases() {}

    static DatabaseConfig config(String name, String jdbcUrl) {
        return config(pool(name, jdbcUrl).build());
    }

    static DatabaseConfig config(PoolConfig pool) {
        return new DatabaseConfig(
                pool,
                RetryPolicy.NONE,
                new HealthPolicy(true, Duration.ofHours(1), HEALTH_LIMIT, 3),
                Duration.ofSeconds(5));
    }

    static PoolConfig.Builder pool(String name, String jdbcUrl) {
        return PoolConfig.builder()
                .name(name)
                .jdbcUrl(jdbcUrl)
                .maxSize(4)
                .minIdle(1)
                .acquireTimeout(Duration.ofMillis(300))
                .connectTimeout(Duration.ofSeconds(2))
                .closeTimeout(Duration.ofMillis(500));
    }

    /** Starts even when nothing listens there. */
    static DatabaseConfig lazy(String name, String jdbcUrl) {
        return config(pool(name, jdbcUrl).startMode(StartMode.LAZY).build());
    }

    static DatabaseManager open(DatabaseConfig... configs) {
        var builder = DatabaseManager.builder();
        for (var config : configs) {
            builder.database(config);
        }
        return builder.open();
    }

    static WellheadServer serve(DatabaseManager manager) {
        return WellheadServer.start(manager, ANY_PORT, "local");
    }
}
