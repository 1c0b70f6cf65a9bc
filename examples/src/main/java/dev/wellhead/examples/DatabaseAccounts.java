// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolConfig;

/** The same over a {@link Database}, which maps rows, runs transactions, and tries again what may be. */
public final class DatabaseAccounts implements AutoCloseable {
    private static final String ADD = "UPDATE account SET balance = balance + ? WHERE owner = ?";

    private final DatabaseManager manager;
    private final Database database;

    /** Over the database of that JDBC URL. */
    public DatabaseAccounts(String url) {
        var pool = PoolConfig.builder().name("accounts").jdbcUrl(url).maxSize(10);
        this.manager = DatabaseManager.builder()
                .database(DatabaseConfig.of(pool.build()))
                .open();
        this.database = manager.database();
    }

    /** What the owner has. */
    public long balance(String owner) {
        return database.query("balance", "SELECT balance FROM account WHERE owner = ?", owner)
                .one(Long.class);
    }

    /** Both changes or none. */
    public void transfer(String from, String to, long amount) {
        database.runInTransaction("transfer", tx -> {
            tx.update("add", ADD, amount, to);
            tx.update("take", ADD, -amount, from);
        });
    }

    @Override
    public void close() {
        manager.close();
    }
}
