// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.database.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Writing {@link #rows} rows into a real PostgreSQL, one by one and together. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
public class BatchBenchmark {
    private static final String INSERT = "insert into visit (visitor, page, took_millis) values (?, ?, ?)";

    private final RealDatabase real = new RealDatabase();
    private List<List<Object>> data = List.of();

    /** How many at once. */
    @Param({"1", "10", "100", "1000"})
    public int rows = 1;

    /** Makes the rows. */
    @Setup
    public void make() {
        var made = new ArrayList<List<Object>>();
        for (int i = 0; i < rows; i++) {
            made.add(List.of((long) i, "/page/" + i, i % 1_000));
        }
        data = made;
    }

    /** So that the table is always small. */
    @Setup(Level.Iteration)
    public void empty() {
        real.database()
                .update(
                        "create",
                        "create table if not exists visit (id bigint generated always as identity primary key,"
                                + " visitor bigint not null, page text not null, took_millis int not null)");
        real.database().update("empty", "truncate visit");
    }

    /** Ends the pools and drops the database. */
    @TearDown
    public void close() throws SQLException {
        real.close();
    }

    /** Each row committed by itself. */
    @Benchmark
    public void single() {
        for (var row : data) {
            real.database().update("insert", INSERT, row.toArray());
        }
    }

    /** One by one, committed together. */
    @Benchmark
    public int singleInOneTransaction() {
        return real.database().transaction("insert", transaction -> {
            int written = 0;
            for (var row : data) {
                written += transaction.update("insert", INSERT, row.toArray());
            }
            return written;
        });
    }

    /** {@link Database#batch}. */
    @Benchmark
    public int[] batch() {
        return real.database().batch("insert", INSERT, data);
    }

    /** By hand, with {@code reWriteBatchedInserts=false}, the driver's default. */
    @Benchmark
    public int[] jdbcBatch() throws SQLException {
        return byHand(real.plain());
    }

    /** By hand, with {@code reWriteBatchedInserts=true}. */
    @Benchmark
    public int[] jdbcBatchRewritten() throws SQLException {
        return byHand(real.rewriting());
    }

    private int[] byHand(Database database) throws SQLException {
        try (var connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (var statement = connection.prepareStatement(INSERT)) {
                for (var row : data) {
                    statement.setLong(1, (Long) row.get(0));
                    statement.setString(2, (String) row.get(1));
                    statement.setInt(3, (Integer) row.get(2));
                    statement.addBatch();
                }
                var counts = statement.executeBatch();
                connection.commit();
                return counts;
            }
        }
    }
}
