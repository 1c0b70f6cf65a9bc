// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** What a pool itself costs where nobody has to wait: 32 connections of a driver that does nothing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SpeedBenchmark {
    private static final int SIZE = 32;

    /** Which pool. */
    @Param({"WELLHEAD", "HIKARI"})
    public PoolKind pool = PoolKind.WELLHEAD;

    @SuppressWarnings("NullAway.Init") // JMH calls open() first.
    private OpenPool open;

    /** Opens all connections. */
    @Setup
    public void open() {
        open = pool.open(PoolSetup.noop(SIZE));
    }

    /** Ends the pool. */
    @TearDown
    public void close() {
        open.close();
    }

    /** Acquire and close. */
    @Benchmark
    public void acquire(Blackhole used) throws SQLException {
        try (var connection = open.getConnection()) {
            used.consume(connection);
        }
    }

    /** Acquire, prepare, execute, read one row, close all. */
    @Benchmark
    public long query() throws SQLException {
        try (var connection = open.getConnection();
                var statement = connection.prepareStatement(Visitor.SELECT);
                var row = statement.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
