// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/**
 * Databases by name: queries, transactions, retry, errors, health. Records that are public in an exported package are read
 * and made as they are; a module with others has {@code opens their.package to dev.wellhead.database;}.
 */
module dev.wellhead.database {
    requires transitive dev.wellhead.pool;
    requires dev.wellhead.sql;
    requires io.github.resilience4j.circuitbreaker;
    requires io.github.resilience4j.core;
    requires org.slf4j;
    requires static java.management;
    requires static org.jspecify;

    exports dev.wellhead.database;
    exports dev.wellhead.database.spi;

    uses dev.wellhead.database.spi.ManagerSource;
    uses dev.wellhead.database.spi.TraceSource;
}
