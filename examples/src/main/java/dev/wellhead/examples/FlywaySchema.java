// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.database.Database;
import org.flywaydb.core.Flyway;

/** The library's schema, kept by Flyway in {@code db/migration}. */
public final class FlywaySchema {

    private FlywaySchema() {}

    /**
     * Brings the schema up to date. Flyway holds two connections meanwhile, so the pool needs a {@code max-size} of 2.
     *
     * @return how many migrations were run
     */
    public static int migrate(Database database) {
        return Flyway.configure().dataSource(database.dataSource()).load().migrate().migrationsExecuted;
    }
}
