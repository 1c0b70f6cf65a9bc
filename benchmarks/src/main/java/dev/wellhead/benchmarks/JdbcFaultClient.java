// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;

/** Plain JDBC over connections of whatever source. What has failed is safe to run again until something was sent. */
final class JdbcFaultClient implements FaultClient {
    private final OpenPool source;

    JdbcFaultClient(OpenPool source) {
        this.source = source;
    }

    private Connection connect() throws CallFailedException {
        try {
            return source.getConnection();
        } catch (SQLException e) {
            throw new CallFailedException(true, e);
        }
    }

    @Override
    public void read() throws CallFailedException {
        try (var connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(READ)) {
            row.next();
        } catch (SQLException e) {
            throw new CallFailedException(true, e);
        }
    }

    @Override
    public void write(String id) throws CallFailedException {
        try (var connection = connect()) {
            insert(connection, id);
        } catch (SQLException e) {
            throw new CallFailedException(false, e);
        }
    }

    @Override
    public void transaction(String id) throws CallFailedException {
        boolean isCommitting = false;
        try (var connection = connect()) {
            connection.setAutoCommit(false);
            insert(connection, id);
            isCommitting = true;
            connection.commit();
        } catch (SQLException e) {
            throw new CallFailedException(!isCommitting, e);
        }
    }

    private static void insert(Connection connection, String id) throws SQLException {
        try (var statement = connection.prepareStatement(WRITE)) {
            statement.setString(1, id);
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
