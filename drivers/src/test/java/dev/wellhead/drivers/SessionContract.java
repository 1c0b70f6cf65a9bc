// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.WellheadDataSource;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a pool promises besides where the database has sessions that can be limited and asked. */
abstract class SessionContract extends DriverContract {

    @Test
    void rollsBackWhatWasBegunBySql() throws SQLException {
        try (var pool = new WellheadDataSource(config().build())) {
            table(pool, "begun");
            try (var connection = pool.getConnection()) {
                run(connection, "BEGIN");
                run(connection, "INSERT INTO begun VALUES (1)");
            }
            try (var connection = pool.getConnection()) {
                assertThat(connection.getAutoCommit()).isTrue();
            }
            assertThat(rows(pool, "begun")).isEmpty();
            assertThat(pool.snapshot().counters().rolledBack()).isOne();
        }
    }

    @Test
    void statementLimitEndsTheWork() throws SQLException {
        try (var pool = new WellheadDataSource(
                        config().statementTimeout(Duration.ofSeconds(1)).build());
                var connection = pool.getConnection()) {
            long began = System.nanoTime();
            assertThatThrownBy(() -> column(connection, longQuery())).isInstanceOf(SQLException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
            assertThat(column(connection, "SELECT 1")).containsExactly("1");
            assertNothingRuns();
        }
    }
}
