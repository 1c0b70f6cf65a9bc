// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A connection per request against one from a pool, of a real PostgreSQL that is 20 ms away. A request connects or
 * acquires, selects 1 and closes.
 */
final class RealPart implements PoolPart {
    private static final Duration ROUND_TRIP = Duration.ofMillis(20);
    private static final int POOL_SIZE = 2;
    private static final long PAUSE_MILLIS = 1_000;

    @Override
    public String name() {
        return "real";
    }

    @Override
    public String what() {
        return "a real PostgreSQL with TLS and SCRAM, 20 ms away: connection per request against pools";
    }

    @Override
    public Effort full() {
        return of(3, 4, 8);
    }

    @Override
    public Effort quick() {
        return of(1, 2, 4).with(List.of(PoolKind.WELLHEAD, PoolKind.HIKARI));
    }

    private static Effort of(int rounds, int warmUpSeconds, int seconds) {
        return new Effort(
                rounds,
                warmUpSeconds,
                seconds,
                List.of(
                        PoolKind.WELLHEAD,
                        PoolKind.HIKARI,
                        PoolKind.AGROAL,
                        PoolKind.DBCP2,
                        PoolKind.C3P0,
                        PoolKind.TOMCAT,
                        PoolKind.VIBUR));
    }

    @Override
    public List<String> cases() {
        return List.of("PostgreSQL 18, TLS 1.3 verified, SCRAM-SHA-256, round trip of 20 ms");
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.alone("connect", "connect + close, ms", "%.1f"),
                Column.alone("direct", "request, ms", "%.1f"),
                Column.alone("acquire", "acquire + close, ms", "%.3f"),
                Column.alone("most", "the longest, ms", "%.2f"),
                Column.alone("rested", "after 1 s unused, ms", "%.2f"),
                Column.compared("pooled", "pooled request, ms", "%.1f"),
                Column.alone("less", "less for the connection", "%.2f %%"));
    }

    /** How a request gets its connection. */
    private interface Source {
        Connection get() throws SQLException;
    }

    /** What requests took: all of it, and without the select. */
    private record Requests(Times all, Times connection) {

        Requests() {
            this(new Times(), new Times());
        }

        void send(Source source) throws SQLException {
            long start = System.nanoTime();
            long acquired;
            long answered;
            try (var connection = source.get()) {
                acquired = System.nanoTime();
                selectOne(connection);
                answered = System.nanoTime();
            }
            long end = System.nanoTime();
            all.add(end - start);
            connection.add(end - start - (answered - acquired));
        }
    }

    @Override
    public Map<String, Double> measure(PoolKind kind, String caseName, Effort effort) throws Exception {
        try (var remote = RemoteDatabase.start();
                var pool = kind.open(remote.setup(POOL_SIZE))) {
            // Near by first: at 20 ms a request, most of the code would still be interpreted.
            requests(remote::connect, effort.warmUpSeconds());
            requests(pool::getConnection, effort.warmUpSeconds());
            remote.moveAway(ROUND_TRIP);
            var direct = requests(remote::connect, effort.seconds());
            // So that each starts with a connection that was used just now.
            requests(pool::getConnection, 0);
            var pooled = requests(pool::getConnection, effort.seconds());
            var rested = new Requests();
            for (int i = 0; i < Math.max(1, effort.seconds() / 4); i++) {
                Thread.sleep(PAUSE_MILLIS);
                rested.send(pool::getConnection);
            }
            double connect = direct.connection.medianMillis();
            double acquire = pooled.connection.medianMillis();
            return Map.of(
                    "connect", connect,
                    "direct", direct.all.medianMillis(),
                    "acquire", acquire,
                    "most", pooled.connection.millisAt(1),
                    "rested", rested.connection.medianMillis(),
                    "pooled", pooled.all.medianMillis(),
                    "less", 100 * (1 - acquire / connect));
        }
    }

    /** One after the other; at least one. */
    private static Requests requests(Source source, int seconds) throws SQLException {
        var requests = new Requests();
        long start = System.nanoTime();
        do {
            requests.send(source);
        } while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds));
        return requests;
    }

    private static void selectOne(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select 1")) {
            if (!row.next() || row.getInt(1) != 1) {
                throw new SQLException("select 1 did not answer 1");
            }
        }
    }
}
