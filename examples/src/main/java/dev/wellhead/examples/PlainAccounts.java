// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.NoSuchElementException;

/** Accounts over the driver alone: a new session for each call. */
public final class PlainAccounts {
    private final String url;

    /** Over the database of that JDBC URL. */
    public PlainAccounts(String url) {
        this.url = url;
    }

    /** What the owner has. */
    public long balance(String owner) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.prepareStatement("SELECT balance FROM account WHERE owner = ?")) {
            statement.setString(1, owner);
            try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new NoSuchElementException(owner);
                }
                return rows.getLong(1);
            }
        }
    }

    /** Both changes or none. */
    public void transfer(String from, String to, long amount) throws SQLException {
        try (var connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(false);
            try {
                add(connection, to, amount);
                add(connection, from, -amount);
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    private static void add(Connection connection, String owner, long amount) throws SQLException {
        try (var statement = connection.prepareStatement("UPDATE account SET balance = balance + ? WHERE owner = ?")) {
            statement.setLong(1, amount);
            statement.setString(2, owner);
            statement.executeUpdate();
        }
    }
}
