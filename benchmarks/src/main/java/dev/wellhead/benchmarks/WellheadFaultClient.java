// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.ErrorKind;
import dev.wellhead.pool.PoolConfig;

/** Wellhead's {@link Database} at its defaults, but for the limits that all have. */
final class WellheadFaultClient implements FaultClient {
    private final DatabaseManager manager;
    private final Database database;

    WellheadFaultClient(PoolConfig pool) {
        manager = DatabaseManager.builder().database(DatabaseConfig.of(pool)).open();
        database = manager.database(pool.name());
    }

    @Override
    public void read() throws CallFailedException {
        try {
            database.query("read", READ).one(Long.class);
        } catch (DatabaseException e) {
            throw new CallFailedException(true, e);
        }
    }

    @Override
    public void write(String id) throws CallFailedException {
        try {
            database.update("write", WRITE, id);
        } catch (DatabaseException e) {
            throw new CallFailedException(e.kind() != ErrorKind.AMBIGUOUS, e);
        }
    }

    @Override
    public void transaction(String id) throws CallFailedException {
        try {
            database.transaction("transaction", tx -> tx.update("write", WRITE, id));
        } catch (DatabaseException e) {
            throw new CallFailedException(e.kind() != ErrorKind.AMBIGUOUS, e);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
