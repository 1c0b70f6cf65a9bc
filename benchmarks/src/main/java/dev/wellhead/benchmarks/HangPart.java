// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One connect that is accepted and never answered, while all others would succeed at once: with its caller, and four
 * callers that come right after it. What the pool has opened by then is held all the while: one connection, or three of a
 * pool that opens three at once.
 */
final class HangPart implements PoolPart {
    private static final int POOL_SIZE = 10;
    private static final int CALLERS_AFTER = 4;
    /** A pool that has begun no connect for that long opens no more by itself. */
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How long a caller may take to make its pool begin a connect. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Duration ACQUIRE = Duration.ofSeconds(30);
    private static final String WITHOUT = "the driver has no limit";
    private static final String WITH = "socketTimeout=10";

    @Override
    public String name() {
        return "hang";
    }

    @Override
    public String what() {
        return "one connect hangs for ever in authentication, others work: when callers are answered";
    }

    @Override
    public Effort full() {
        return new Effort(1, 0, 65, StalePart.POOLS);
    }

    @Override
    public Effort quick() {
        return new Effort(1, 0, 12, List.of(PoolKind.WELLHEAD, PoolKind.HIKARI));
    }

    @Override
    public List<String> cases() {
        return List.of(WITHOUT, WITH);
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.alone("soon", "of 5, answered within 1 s", "%.0f"),
                Column.alone("longest", "the last answered after, ms", "%,.0f"),
                Column.alone("never", "not answered", "%.0f"));
    }

    @Override
    public Map<String, Double> measure(PoolKind kind, String caseName, Effort effort) throws Exception {
        try (var server = PostgresServer.start();
                var proxy = FaultProxy.to(server)) {
            // Else it hangs where TLS is asked for, and there pgjdbc has a limit of 5 s.
            var url =
                    proxy.jdbcUrl("postgres") + "&sslmode=disable" + (caseName.equals(WITH) ? "&socketTimeout=10" : "");
            // Not closed: some wait for the connect that hangs, and the JVM ends after this.
            var pool = kind.open(new PoolSetup(url, server.user(), "", 0, POOL_SIZE, ACQUIRE));
            var held = holdAll(pool, server, proxy);
            long accepted = proxy.accepted();
            proxy.future().blackHole();
            var callers = new Callers(pool);
            callers.send(1);
            if (!connects(proxy, accepted, LONGEST_NANOS)) {
                throw new IllegalStateException(
                        "no connect began within 10 s though " + held.size() + " connections are held");
            }
            proxy.future().clear();
            callers.send(CALLERS_AFTER);
            var results = callers.await(effort.seconds());
            for (var connection : held) {
                connection.close();
            }
            return results;
        }
    }

    /** Takes all that the pool opens by itself, until it opens no more; some open one for a look, and close it again. */
    private static List<Connection> holdAll(OpenPool pool, PostgresServer server, FaultProxy proxy)
            throws SQLException {
        var held = new ArrayList<Connection>();
        do {
            var connection = pool.getConnection();
            Callers.selectOne(connection);
            held.add(connection);
            while (connects(proxy, proxy.accepted(), SETTLED_NANOS)) {
                Thread.onSpinWait();
            }
        } while (held.size() < Math.min(open(server), POOL_SIZE - 1));
        return held;
    }

    private static int open(PostgresServer server) throws SQLException {
        var rows = server.execute("SELECT count(*) FROM pg_stat_activity"
                + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
        return Integer.parseInt(rows.get(0));
    }

    /** Whether more than so many connects have begun, or begin within that time. */
    private static boolean connects(FaultProxy proxy, long before, long nanos) {
        long began = System.nanoTime();
        while (proxy.accepted() <= before && System.nanoTime() - began < nanos) {
            Thread.onSpinWait();
        }
        return proxy.accepted() > before;
    }
}
