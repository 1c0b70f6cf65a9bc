// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One connect that is accepted and never answered, while all others would succeed at once: with its caller, and four
 * callers that come right after it. One connection of the pool is held all the while, the others are yet to be opened.
 */
final class HangPart implements PoolPart {
    private static final int POOL_SIZE = 10;
    private static final int CALLERS_AFTER = 4;
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
            var held = pool.getConnection();
            Callers.selectOne(held);
            long accepted = proxy.accepted();
            proxy.future().blackHole();
            var callers = new Callers(pool);
            callers.send(1);
            while (proxy.accepted() == accepted) {
                Thread.onSpinWait();
            }
            proxy.future().clear();
            callers.send(CALLERS_AFTER);
            var results = callers.await(effort.seconds());
            held.close();
            return results;
        }
    }
}
