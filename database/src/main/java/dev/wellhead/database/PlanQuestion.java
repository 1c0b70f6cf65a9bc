// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks PostgreSQL (12 and later) for the plan of a statement whose parameters are left open. Nothing is run that was not
 * asked for: it is EXPLAIN without ANALYZE, in a transaction that reads only, waits for no lock longer than 100 ms, ends
 * after a second and is rolled back.
 */
final class PlanQuestion {

    private static final Logger LOG = LoggerFactory.getLogger(PlanQuestion.class);
    private static final String LIMITS =
            "SET LOCAL statement_timeout = 1000; SET LOCAL lock_timeout = 100; SET TRANSACTION READ ONLY";
    private static final AtomicLong PLANS = new AtomicLong();

    /** Asks something within the limits. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Statement statement) throws SQLException;
    }

    /**
     * Asks over one connection; the answer is empty when the server refuses.
     *
     * @param connection which nobody else uses meanwhile
     */
    record Asker(Connection connection) {

        /** @throws SQLException when the connection is of no use any more */
        <T> Optional<T> ask(Question<T> question) throws SQLException {
            try {
                return Optional.of(apart(connection, question));
            } catch (SQLException refused) {
                if (connection.isClosed()) {
                    throw refused;
                }
                LOG.debug("server not asked sqlState={}", refused.getSQLState(), Secret.mask(refused));
                return Optional.empty();
            }
        }
    }

    private PlanQuestion() {}

    /** In a transaction of its own, which is rolled back. */
    static <T> T apart(Connection connection, Question<T> question) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(LIMITS);
            return question.ask(statement);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /**
     * The lines of the plan.
     *
     * @param options of EXPLAIN
     * @param numbered one single statement, parameters as {@code $1}
     */
    static List<String> plan(Statement statement, String options, String numbered) throws SQLException {
        // Not EXPLAIN (GENERIC_PLAN): over the driver's protocol the server asks for values of the parameters there.
        var name = "wellhead_plan_" + PLANS.incrementAndGet();
        statement.execute("SET LOCAL plan_cache_mode = force_generic_plan");
        statement.execute("PREPARE " + name + " AS " + numbered);
        try {
            var values = String.join(", ", Collections.nCopies(parameters(statement, name), "NULL"));
            var execute = "EXECUTE " + name + (values.isEmpty() ? "" : "(" + values + ")");
            List<String> lines = new ArrayList<>();
            try (var plan = statement.executeQuery("EXPLAIN (" + options + ") " + execute)) {
                while (plan.next()) {
                    lines.add(plan.getString(1));
                }
            }
            return lines;
        } finally {
            deallocate(statement, name);
        }
    }

    /** The transaction may have failed: then the connection is closed, or asked under another name. */
    private static void deallocate(Statement statement, String name) {
        try {
            statement.execute("DEALLOCATE " + name);
        } catch (SQLException e) {
            // Ignored: what went wrong before is thrown.
        }
    }

    private static int parameters(Statement statement, String name) throws SQLException {
        try (var rows = statement.executeQuery("SELECT coalesce(cardinality(parameter_types), 0)"
                + " FROM pg_prepared_statements WHERE name = '" + name + "'")) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }
}
