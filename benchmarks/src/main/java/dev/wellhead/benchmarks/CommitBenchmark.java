// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.database.CommitOutcomeMode;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.OutcomePolicy;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A transaction of {@link #rows} updates, by how its outcome could be found out. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
public class CommitBenchmark {
    private final TestDatabase empty = RealDatabase.create();
    private final DatabaseManager manager = DatabaseManager.builder()
            .database(config("off", CommitOutcomeMode.OFF))
            .database(config("table", CommitOutcomeMode.TABLE))
            .database(config("xid", CommitOutcomeMode.XID))
            .open();
    private final Database off = manager.database("off");
    private final Database table = manager.database("table");
    private final Database xid = manager.database("xid");

    /** Updates in a transaction. */
    @Param({"1", "5"})
    public int rows = 1;

    /** Makes the accounts. */
    @Setup
    public void make() throws SQLException {
        empty.execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL) WITH (fillfactor = 50);"
                + " INSERT INTO account SELECT id, 0 FROM generate_series(1, 100) id");
    }

    private DatabaseConfig config(String name, CommitOutcomeMode mode) {
        var plain = DatabaseConfig.of(PoolConfig.builder()
                .name(name)
                .jdbcUrl(empty.jdbcUrl())
                .minIdle(1)
                .maxSize(1)
                .build());
        return plain.withOutcome(new OutcomePolicy(mode, OutcomePolicy.DEFAULT.timeout()));
    }

    /** Ends the pools and drops the database. */
    @TearDown
    public void close() throws SQLException {
        manager.close();
        empty.close();
    }

    /** Nothing is known of a commit whose answer is lost. */
    @Benchmark
    public int off() {
        return update(off);
    }

    /** By the table. */
    @Benchmark
    public int table() {
        return update(table);
    }

    /** By the transaction's number. */
    @Benchmark
    public int xid() {
        return update(xid);
    }

    private int update(Database database) {
        return database.transaction("update", transaction -> {
            int written = 0;
            for (int i = 1; i <= rows; i++) {
                written += transaction.update("update", "UPDATE account SET balance = balance + 1 WHERE id = ?", i);
            }
            return written;
        });
    }
}
