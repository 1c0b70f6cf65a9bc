// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.watch.StatementWatch;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One statement by JDBC, whether somebody counts statements or not, over a driver that does nothing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StatementsBenchmark {

    /** Of their own managers: in one, the same settings are the same pool, by whatever name. */
    private final DatabaseManager withoutWatch =
            DatabaseManager.builder().database(config("unwatched")).open();

    private final DatabaseManager withWatch =
            DatabaseManager.builder().database(config("watched")).open();
    private final Database unwatched = withoutWatch.database();
    private final Database watched = withWatch.database();
    private final StatementWatch watch = StatementWatch.of(watched);
    private long id = Visitor.ANSWER.id();

    private static DatabaseConfig config(String name) {
        return DatabaseConfig.of(PoolConfig.builder()
                .name(name)
                .jdbcUrl(NoopDriver.URL)
                .minIdle(1)
                .maxSize(4)
                .build());
    }

    /** Ends the pools. */
    @TearDown
    public void close() {
        watch.close();
        withoutWatch.close();
        withWatch.close();
    }

    /** What the other is compared with. */
    @Benchmark
    public long unwatched() throws SQLException {
        return one(unwatched);
    }

    /** Counted by fingerprint. */
    @Benchmark
    public long watched() throws SQLException {
        return one(watched);
    }

    private long one(Database database) throws SQLException {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.prepareStatement(Visitor.SELECT)) {
            statement.setLong(1, id);
            try (var row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }
}
