// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.Cut;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * What becomes of payments when the network breaks around every tenth COMMIT, now before it and now after it: by a plain
 * retry, which pays some of them twice, and by {@code Database.transaction}, which finds out what became of each.
 */
public final class DoubleWrites {
    private static final int PAYMENTS = 200;
    private static final String PAY = "INSERT INTO payment VALUES (?)";

    private DoubleWrites() {}

    /** Starts a server of its own, pays both ways, and prints what is in the table. */
    public static void main(String[] args) throws SQLException {
        try (var server = PostgresServer.start();
                var proxy = FaultProxy.to(server)) {
            server.execute("CREATE TABLE payment (id int)");
            // Without prepared names, so that the proxy can find COMMIT.
            var url = proxy.jdbcUrl("postgres") + "&prepareThreshold=0";
            payPlainly(url, proxy);
            System.out.println("plain retry: " + told(server));
            server.execute("TRUNCATE payment");
            payByWellhead(url, proxy);
            System.out.println("Wellhead:    " + told(server));
        }
    }

    private static void payPlainly(String url, FaultProxy proxy) throws SQLException {
        for (int id = 0; id < PAYMENTS; id++) {
            var paid = false;
            for (int attempt = 1; !paid; attempt++) {
                try (var connection = DriverManager.getConnection(url)) {
                    connection.setAutoCommit(false);
                    try (var statement = connection.prepareStatement(PAY)) {
                        statement.setInt(1, id);
                        statement.execute();
                    }
                    if (attempt == 1) {
                        breakNow(id, proxy);
                    }
                    connection.commit();
                    paid = true;
                } catch (SQLException lost) {
                    if (!String.valueOf(lost.getSQLState()).startsWith("08")) {
                        throw lost;
                    }
                    // "The connection was lost, so try again": here it happens.
                    proxy.all().clear();
                }
            }
        }
    }

    private static void payByWellhead(String url, FaultProxy proxy) {
        var pool = PoolConfig.builder().name("payments").jdbcUrl(url).maxSize(2).build();
        try (var manager =
                DatabaseManager.builder().database(DatabaseConfig.of(pool)).open()) {
            var database = manager.database("payments");
            for (int i = 0; i < PAYMENTS; i++) {
                int id = i;
                var attempts = new int[1];
                database.runInTransaction("pay", tx -> {
                    tx.update("pay", PAY, id);
                    if (attempts[0]++ == 0) {
                        breakNow(id, proxy);
                    }
                });
                proxy.all().clear();
            }
        }
    }

    /** Cuts what is open now when the next COMMIT is sent, or when it is answered. */
    private static void breakNow(int id, FaultProxy proxy) {
        if (id % 10 == 0) {
            var way = id % 20 == 0 ? Direction.TO_CLIENT : Direction.TO_SERVER;
            proxy.existing().cutBefore(way, "COMMIT\0", Cut.RESET);
        }
    }

    private static String told(PostgresServer server) throws SQLException {
        List<String> counts = server.execute("SELECT 'payments asked for=" + PAYMENTS + " made=' || count(*)"
                + " || ' made twice=' || count(*) - count(DISTINCT id) FROM payment");
        return counts.get(0);
    }
}
