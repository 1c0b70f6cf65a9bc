// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

import dev.wellhead.drivers.H2Support;
import dev.wellhead.drivers.MariaDbSupport;
import dev.wellhead.drivers.MySqlSupport;
import dev.wellhead.drivers.PostgresSupport;
import dev.wellhead.drivers.SqliteSupport;
import dev.wellhead.pool.spi.DriverSupport;

/**
 * What each JDBC driver needs and lacks. Nobody requires this module: it is found by its service. Its package is exported
 * to all because drivers make classes of it by name, and not all of them have a module name of their own.
 */
module dev.wellhead.drivers {
    requires transitive dev.wellhead.pool;
    // The drivers: each is read where it is there.
    requires static com.h2database;
    requires static mysql.connector.j;
    requires static org.mariadb.jdbc;
    requires static org.postgresql.jdbc;
    requires static org.xerial.sqlitejdbc;
    requires static org.jspecify;

    exports dev.wellhead.drivers;

    provides DriverSupport with
            PostgresSupport,
            MariaDbSupport,
            MySqlSupport,
            H2Support,
            SqliteSupport;
}
