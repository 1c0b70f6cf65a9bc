// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A real connection, for mapping and parameters as the database's calls use them. */
final class Rows implements AutoCloseable {

    private final TestDatabase database;
    final Connection connection;

    private Rows(TestDatabase database, Connection connection) {
        this.database = database;
        this.connection = connection;
    }

    /** Values come as text. */
    static Rows open() throws SQLException {
        return open(new Properties());
    }

    /** Values of most types come in binary, as they do for everybody after some executions. */
    static Rows binary() throws SQLException {
        var properties = new Properties();
        properties.setProperty("prepareThreshold", "-1");
        return open(properties);
    }

    private static Rows open(Properties properties) throws SQLException {
        var database = PostgresServer.shared().createDatabase();
        return new Rows(database, DriverManager.getConnection(database.jdbcUrl(), properties));
    }

    void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows of a query, with these parameters bound. */
    <T> List<T> all(Mapping<T> mapping, String sql, Object... parameters) throws SQLException {
        var binding = new Parameters(Dialect.POSTGRESQL);
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                binding.bind(statement, i + 1, parameters[i]);
            }
            try (var rows = statement.executeQuery()) {
                var plan = mapping.plan(rows.getMetaData(), Dialect.POSTGRESQL);
                List<T> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(plan.read(rows));
                }
                return all;
            }
        }
    }

    <T> List<T> all(Class<T> type, String sql, Object... parameters) throws SQLException {
        return all(Mapping.of(type), sql, parameters);
    }

    <T> T one(Class<T> type, String sql, Object... parameters) throws SQLException {
        return all(type, sql, parameters).get(0);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        database.close();
    }
}
