// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.ConnectSettings;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What a pool promises besides where the database is another process. */
abstract class ServerContract extends SessionContract {

    /** Ends a session from outside, as an administrator does, and waits until it is gone. */
    abstract void end(long backendId) throws SQLException;

    abstract void restart() throws SQLException;

    abstract void freeze();

    abstract void thaw();

    @Test
    void sessionEndedWhileIdleIsNotHandedOut() throws Exception {
        // Only what can be seen without a round trip protects the callers here.
        try (var pool = new WellheadDataSource(
                config().validateAfterIdle(Duration.ofMinutes(10)).build())) {
            for (int round = 0; round < 3; round++) {
                long ended;
                try (var connection = pool.getConnection()) {
                    ended = pool.leases().get(0).backendId().getAsLong();
                    assertThat(column(connection, "SELECT 1")).containsExactly("1");
                }
                end(ended);
                // Longer than a tick, and time for the server's good-bye to arrive.
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
                try (var connection = pool.getConnection()) {
                    assertThat(pool.leases().get(0).backendId().getAsLong()).isNotEqualTo(ended);
                    assertThat(column(connection, "SELECT 1")).containsExactly("1");
                }
            }
            assertThat(pool.snapshot().counters().errors()).isZero();
        }
    }

    @Test
    void sessionEndedWhileHeldFailsItsHolderAlone() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            try (var connection = pool.getConnection()) {
                column(connection, "SELECT 1");
                end(pool.leases().get(0).backendId().getAsLong());
                assertThatThrownBy(() -> column(connection, "SELECT 1")).isInstanceOf(SQLException.class);
            }
            try (var connection = pool.getConnection()) {
                assertThat(column(connection, "SELECT 1")).containsExactly("1");
            }
            assertThat(pool.snapshot().counters().opened()).isEqualTo(2);
        }
    }

    @Test
    void poolRecoversAfterARestartOfTheServer() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(3).build())) {
            try (var one = pool.getConnection();
                    var other = pool.getConnection()) {
                column(one, "SELECT 1");
                column(other, "SELECT 1");
            }
            restart();
            for (int i = 0; i < 5; i++) {
                try (var connection = pool.getConnection()) {
                    assertThat(column(connection, "SELECT 1")).containsExactly("1");
                }
            }
            assertThat(pool.snapshot().counters().errors()).isZero();
        }
    }

    @Test
    void loginOnAFrozenServerEndsInTheDriverToo() throws Exception {
        var support = DriverSupport.of(url()).orElseThrow();
        var settings = new ConnectSettings(1_000, 0, "", false);
        var properties = new Properties();
        properties.putAll(support.defaults(url(), settings, Map.of()));
        properties.putAll(support.connectProperties(settings, Map.of()));
        var driver = DriverManager.getDriver(url());
        freeze();
        try {
            long began = System.nanoTime();
            assertThatThrownBy(() -> support.connect(driver, url(), properties)).isInstanceOf(SQLException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        } finally {
            thaw();
        }
    }
}
