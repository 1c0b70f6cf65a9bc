// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Databases for tests: small, with short limits. */
final class Opened {

    static final HealthPolicy NO_BACKGROUND =
            new HealthPolicy(false, Duration.ofSeconds(30), Duration.ofMillis(1_500), 3);
    static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(20), Duration.ofMillis(100), 2.0, true);

    private Opened() {}

    static PoolConfig.Builder pool(String name, String url) {
        return PoolConfig.builder()
                .name(name)
                .jdbcUrl(url)
                .minIdle(1)
                .maxSize(4)
                .acquireTimeout(Duration.ofSeconds(1))
                .connectTimeout(Duration.ofSeconds(1))
                .closeTimeout(Duration.ofSeconds(1))
                .startMode(StartMode.LAZY);
    }

    static DatabaseConfig config(String name, String url) {
        return config(pool(name, url).build());
    }

    static DatabaseConfig config(PoolConfig pool) {
        return new DatabaseConfig(pool, QUICK, NO_BACKGROUND, Duration.ofSeconds(5));
    }

    static Database database(String url, UnaryOperator<PoolConfig.Builder> change) {
        return Database.open(config(change.apply(pool("test", url)).build()));
    }
}
