// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package com.example.shop;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;

/** A program that uses a pool, outside of Wellhead's packages as programs are: what call sites in reports point at. */
public final class Orders {

    private Orders() {}

    /** Takes a connection and hands it on. */
    public static Connection take(DataSource pool) throws SQLException {
        return pool.getConnection();
    }

    /** Takes one, runs a statement and holds it until told. */
    public static void hold(DataSource pool, String sql, boolean inTransaction, CountDownLatch until) {
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(!inTransaction);
            run(connection, sql);
            until.await();
            if (inTransaction) {
                connection.commit();
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes a connection, uses it and forgets it with everything that came from it. */
    public static void forget(DataSource pool) throws SQLException {
        var connection = pool.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT forgotten");
        rows.next();
    }

    /** Takes a connection and forgets it unused. */
    public static void forgetUnused(DataSource pool) throws SQLException {
        pool.getConnection();
    }

    /** Leaves a transaction open. */
    public static void leaveOpen(DataSource pool) throws SQLException {
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            run(connection, "UPDATE orders SET open = true");
        }
    }

    /** Asks for a second connection while it holds one. */
    public static void nest(DataSource pool) throws SQLException {
        try (var outer = pool.getConnection()) {
            run(outer, "SELECT outer");
            inner(pool);
        }
    }

    private static void inner(DataSource pool) throws SQLException {
        try (var inner = pool.getConnection()) {
            run(inner, "SELECT inner");
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
