// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.DriverSupport;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.mariadb.jdbc.Connection;

/** MariaDB's server, by its own driver. */
class MariaDbContractTest extends MariaDbContract {

    private static final String DATABASE = "contract_mariadb";

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
        return Shared.SERVER.jdbcUrl(DATABASE);
    }

    @Override
    Class<? extends DriverSupport> support() {
        return MariaDbSupport.class;
    }

    @Override
    Class<?> physicalType() {
        return Connection.class;
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
