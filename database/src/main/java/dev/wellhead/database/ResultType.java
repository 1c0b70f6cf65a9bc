// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.internal.Dialect;
import dev.wellhead.database.internal.Mapping;
import dev.wellhead.database.internal.MappingProblem;
import dev.wellhead.database.internal.Plan;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of a result become. It is asked once for each result, so that columns are compared once and not for
 * each row.
 */
@FunctionalInterface
interface ResultType<T extends @Nullable Object> {

    /**
     * How the rows of that result are read.
     *
     * @throws SQLException also when columns and type do not agree ({@link OwnFault#MAPPING})
     */
    RowMapper<T> of(ResultSet rows) throws SQLException;

    /** A type by its class. */
    static <T> ResultType<T> of(Mapping<T> mapping, Dialect dialect) {
        return rows -> {
            try {
                return new Planned<>(mapping.plan(rows.getMetaData(), dialect));
            } catch (MappingProblem problem) {
                throw fault(problem);
            }
        };
    }

    private static OwnFault fault(MappingProblem problem) {
        return new OwnFault(OwnFault.MAPPING, String.valueOf(problem.getMessage()));
    }

    /** Rows by a plan, whose refusals become errors of the database. */
    record Planned<T>(Plan<T> plan) implements RowMapper<T> {

        @Override
        public T map(ResultSet row) throws SQLException {
            try {
                return plan.read(row);
            } catch (MappingProblem problem) {
                throw fault(problem);
            }
        }
    }
}
