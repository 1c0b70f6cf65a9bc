// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A pool whose idle connections all lead into a black hole, as after a failover of a virtual address or the loss of a
 * firewall's state, while new connections work. Every place of the pool is taken by one of them.
 */
final class StalePart implements PoolPart {
    private static final int POOL_SIZE = 20;
    /** Longer than all pools' own idea of what needs no test, shorter than their keepalives. */
    private static final long IDLE_MILLIS = 2_000;

    private static final Duration ACQUIRE = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "stale";
    }

    @Override
    public String what() {
        return "all idle connections lead into a black hole, new ones work: when callers are answered";
    }

    @Override
    public Effort full() {
        return new Effort(1, 0, 65, POOLS);
    }

    @Override
    public Effort quick() {
        return new Effort(1, 0, 12, List.of(PoolKind.WELLHEAD, PoolKind.HIKARI));
    }

    /** All, each once. */
    static final List<PoolKind> POOLS = List.of(
            PoolKind.WELLHEAD,
            PoolKind.HIKARI,
            PoolKind.AGROAL,
            PoolKind.DBCP2,
            PoolKind.C3P0,
            PoolKind.TOMCAT,
            PoolKind.VIBUR);

    @Override
    public List<String> cases() {
        return List.of("1 caller", "5 callers", "20 callers");
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.alone("soon", "answered within 1 s", "%.0f"),
                Column.alone("longest", "the last answered after, ms", "%,.0f"),
                Column.alone("never", "not answered", "%.0f"));
    }

    @Override
    public Map<String, Double> measure(PoolKind kind, String caseName, Effort effort) throws Exception {
        int count = Integer.parseInt(caseName.substring(0, caseName.indexOf(' ')));
        try (var server = PostgresServer.start();
                var proxy = FaultProxy.to(server)) {
            var setup = new PoolSetup(proxy.jdbcUrl("postgres"), server.user(), "", POOL_SIZE, POOL_SIZE, ACQUIRE);
            // Not closed: some wait for their dead connections at the end, and the JVM ends after this.
            var pool = kind.open(setup.withValidation());
            useAll(pool);
            Thread.sleep(IDLE_MILLIS);
            proxy.existing().blackHole();
            var callers = new Callers(pool);
            callers.send(count);
            return callers.await(effort.seconds());
        }
    }

    private static void useAll(OpenPool pool) throws Exception {
        var held = new ArrayList<Connection>();
        for (int i = 0; i < POOL_SIZE; i++) {
            held.add(pool.getConnection());
        }
        for (var connection : held) {
            Callers.selectOne(connection);
        }
        for (var connection : held) {
            connection.close();
        }
    }
}
