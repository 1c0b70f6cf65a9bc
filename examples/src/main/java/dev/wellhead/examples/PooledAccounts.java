// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.NoSuchElementException;

/** The same over a pool, which is made once and closed when the program ends. */
public final class PooledAccounts implements AutoCloseable {
    private final WellheadDataSource pool;

    /** Over the database of that JDBC URL. */
    public PooledAccounts(String url) {
        this.pool = new WellheadDataSource(
                PoolConfig.builder().name("accounts").jdbcUrl(url).maxSize(10).build());
    }

    /** What the owner has. */
    public long balance(String owner) throws SQLException {
        try (var connection = pool.getConnection("balance");
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
        try (var connection = pool.getConnection("transfer")) {
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

    @Override
    public void close() {
        pool.close();
    }

    private static void add(Connection connection, String owner, long amount) throws SQLException {
        try (var statement = connection.prepareStatement("UPDATE account SET balance = balance + ? WHERE owner = ?")) {
            statement.setLong(1, amount);
            statement.setString(2, owner);
            statement.executeUpdate();
        }
    }
}
