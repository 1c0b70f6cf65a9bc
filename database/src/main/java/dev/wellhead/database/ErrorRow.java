// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table of errors.
 *
 * @param dialect whose errors; {@link Dialect#ANY} for all
 * @param key a SQLSTATE, the first two characters of one for its whole class, or {@code #} and a vendor code
 * @param phases when it holds
 * @param textContains what the text must contain for the row to hold; null: anything
 * @param judgement what the error is then
 */
record ErrorRow(
        Dialect dialect,
        String key,
        Set<Phase> phases,
        @Nullable String textContains,
        Judgement judgement) {

    /** Whose vendor codes and states they are. */
    enum Dialect {
        ANY,
        POSTGRESQL,
        MYSQL;

        static Dialect of(String jdbcUrl) {
            if (jdbcUrl.startsWith("jdbc:postgresql:")) {
                return POSTGRESQL;
            }
            return jdbcUrl.startsWith("jdbc:mysql:") || jdbcUrl.startsWith("jdbc:mariadb:") ? MYSQL : ANY;
        }
    }

    boolean holds(Dialect asked, Phase phase, String text) {
        return (dialect == Dialect.ANY || dialect == asked)
                && phases.contains(phase)
                && (textContains == null || text.contains(textContains));
    }
}
