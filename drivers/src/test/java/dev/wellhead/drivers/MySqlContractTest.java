// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import com.mysql.cj.jdbc.JdbcConnection;
import dev.wellhead.pool.spi.DriverSupport;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;

/** MariaDB's server, by MySQL's driver. */
class MySqlContractTest extends MariaDbContract {

    private static final String DATABASE = "contract_mysql";

    @BeforeAll
    static void create() throws SQLException {
        Shared.SERVER.execute("CREATE DATABASE IF NOT EXISTS " + DATABASE);
    }

    @Override
    String database() {
        return DATABASE;
    }

    @Override
    String url() {
        return Shared.SERVER.mysqlUrl(DATABASE);
    }

    @Override
    Class<? extends DriverSupport> support() {
        return MySqlSupport.class;
    }

    @Override
    Class<?> physicalType() {
        return JdbcConnection.class;
    }

    @Override
    Map<String, Change> settings() {
        return Map.of(
                "isolation", ISOLATION,
                "read-only", READ_ONLY,
                "network timeout", NETWORK_TIMEOUT,
                "auto-commit", AUTO_COMMIT,
                "catalog", new Change(c -> c.setCatalog("test"), c -> c.getCatalog()));
    }
}
