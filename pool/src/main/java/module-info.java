// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** The JDBC connection pool. {@code java.management} is needed only where {@code PoolConfig.jmx} is on. */
module dev.wellhead.pool {
    requires transitive java.sql;
    requires org.slf4j;
    requires static java.management;
    requires static org.jspecify;

    exports dev.wellhead.pool;
    exports dev.wellhead.pool.spi;

    uses dev.wellhead.pool.spi.DriverSupport;
}
