// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** SQLite with its data in a file. */
class SqliteContractTest extends DriverContract {

    @TempDir
    private static Path folder;

    @Override
    String url() {
        return "jdbc:sqlite:" + folder.resolve("contract.db");
    }

    @Override
    Class<? extends DriverSupport> support() {
        return SqliteSupport.class;
    }

    @Override
    Class<?> physicalType() {
        return SQLiteConnection.class;
    }

    @Override
    String longQuery() {
        return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000)"
                + " SELECT COUNT(*) FROM n";
    }

    @Override
    String selfNumbered() {
        return "integer PRIMARY KEY";
    }

    @Override
    String sessionId() {
        return "";
    }

    @Override
    boolean limitsWork() {
        return false;
    }

    @Override
    boolean seesTransactionBegunBySql() {
        return false;
    }

    @Override
    TransactionState writtenState() {
        return TransactionState.UNKNOWN;
    }

    @Override
    Map<String, Change> settings() {
        return Map.of("auto-commit", AUTO_COMMIT);
    }
}
