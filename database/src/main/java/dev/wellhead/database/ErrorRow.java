// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table of errors; {@link ErrorJudge#rows} has all of them.
 *
 * @param dialect whose errors; {@link Dialect#ANY} for all
 * @param key a SQLSTATE, the first two characters of one for its whole class, or {@code #} and a vendor code
 * @param phases when it holds
 * @param textContains what the text must contain for the row to hold; null: anything
 * @param judgement what the error is then
 * @param source where the database documents it
 */
public record ErrorRow(
        Dialect dialect,
        String key,
        Set<Phase> phases,
        @Nullable String textContains,
        Judgement judgement,
        String source) {

    /** Whose vendor codes and states they are. */
    public enum Dialect {
        /** Those of all, as the SQL standard has them, and our own. */
        ANY("any database"),
        /** PostgreSQL and what speaks its protocol. */
        POSTGRESQL("PostgreSQL"),
        /** MySQL and MariaDB. */
        MYSQL("MySQL and MariaDB"),
        /** H2. */
        H2("H2"),
        /** SQLite. */
        SQLITE("SQLite"),
        /** SQL Server and Azure SQL. */
        SQLSERVER("SQL Server"),
        /** Oracle. */
        ORACLE("Oracle");

        private final String title;

        Dialect(String title) {
            this.title = title;
        }

        /** The name as people write it. */
        public String title() {
            return title;
        }

        static Dialect of(String jdbcUrl) {
            var end = jdbcUrl.indexOf(':', "jdbc:".length());
            return switch (end < 0 ? "" : jdbcUrl.substring("jdbc:".length(), end)) {
                case "postgresql" -> POSTGRESQL;
                case "mysql", "mariadb" -> MYSQL;
                case "h2" -> H2;
                case "sqlite" -> SQLITE;
                case "sqlserver" -> SQLSERVER;
                case "oracle" -> ORACLE;
                default -> ANY;
            };
        }
    }

    /** Copies the phases. */
    public ErrorRow {
        phases = Set.copyOf(phases);
    }

    boolean holds(Dialect asked, Phase phase, String text) {
        return (dialect == Dialect.ANY || dialect == asked)
                && phases.contains(phase)
                && (textContains == null || text.contains(textContains));
    }
}
