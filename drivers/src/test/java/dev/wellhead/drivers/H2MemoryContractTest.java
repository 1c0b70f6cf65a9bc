// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.WellheadDataSource;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** H2 with its data in memory. */
class H2MemoryContractTest extends H2Contract {

    @Override
    String url() {
        return "jdbc:h2:mem:contract";
    }

    @Test
    void dataOutlivesThePoolsLastConnection() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            table(pool, "kept");
            try (var connection = pool.getConnection()) {
                run(connection, "INSERT INTO kept VALUES (1)");
            }
            pool.evictAll();
            assertThat(rows(pool, "kept")).containsExactly("1");
        }
    }

    @Test
    void usersOwnDelayStandsInTheUrlAndAmongTheProperties() throws SQLException {
        for (var config : List.of(
                config().jdbcUrl("jdbc:h2:mem:own;DB_CLOSE_DELAY=3"),
                config().jdbcUrl("jdbc:h2:mem:own").driverProperty("db_close_delay", "3"))) {
            try (var pool = new WellheadDataSource(config.build());
                    var connection = pool.getConnection()) {
                assertThat(column(
                                connection,
                                "SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS"
                                        + " WHERE SETTING_NAME = 'DB_CLOSE_DELAY'"))
                        .containsExactly("3");
            }
        }
    }
}
