// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One seeded script of faults over the same work: two restarts, a failover, ten times all sessions ended by an
 * administrator (57P01), five black holes, a burst of "too many connections" (53300) and three slow spells. All have the
 * same limits of connect, acquire and answer, and the same two hosts in their URL.
 */
final class FaultsPart implements PoolPart {
    private static final long SEED = 7;
    private static final int POOL_SIZE = 10;
    /** Longer than an answer may take, so that who waits for a connection outlives who holds it. */
    private static final Duration ACQUIRE = Duration.ofSeconds(5);

    private static final Duration CONNECT = Duration.ofSeconds(1);
    /** By the driver, of any answer: in seconds. */
    private static final String LIMITS = "&socketTimeout=2&connectTimeout=1";

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public String what() {
        return "a script of faults on a real PostgreSQL: what fails, and what is done twice or lost";
    }

    @Override
    public Effort full() {
        return of(2, 90);
    }

    @Override
    public Effort quick() {
        return of(1, 30);
    }

    private static Effort of(int rounds, int seconds) {
        return new Effort(rounds, 0, seconds, List.of(PoolKind.DIRECT, PoolKind.HIKARI, PoolKind.WELLHEAD));
    }

    @Override
    public List<String> cases() {
        return List.of("22 faults, PostgreSQL 18 with a synchronous standby, 160 calls a second");
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.alone("calls", "calls", "%,.0f"),
                Column.alone("failed", "failed", "%,.0f"),
                Column.alone("safe", "of these safe to run again", "%,.0f"),
                Column.alone("timedOut", "timed out", "%.2f %%"),
                Column.alone("yetDone", "failed, yet done", "%.0f"),
                Column.alone("twice", "done twice", "%.0f"),
                Column.alone("lost", "lost", "%.0f"),
                Column.alone("longest", "the longest, ms", "%,.0f"));
    }

    @Override
    public Map<String, Double> measure(PoolKind kind, String caseName, Effort effort) throws Exception {
        try (var primary = PostgresServer.start();
                var standby = primary.startStandby();
                var first = FaultProxy.to(primary);
                var second = FaultProxy.to(standby)) {
            primary.execute("CREATE ROLE " + FaultScript.USER + " LOGIN");
            primary.execute("GRANT ALL ON SCHEMA public TO " + FaultScript.USER);
            primary.execute("CREATE TABLE account AS SELECT generate_series(1, 100) AS id");
            primary.execute("CREATE TABLE done (id text)");
            primary.execute("GRANT ALL ON account, done TO " + FaultScript.USER);
            // Else a primary that dies takes with it what the standby has not got yet.
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
            primary.execute("SELECT pg_reload_conf()");
            var script = new FaultScript(primary, standby, List.of(first, second), SEED, effort.seconds());
            try (var client = open(kind, first, second)) {
                var load = new FaultLoad(client, SEED);
                load.start();
                script.play();
                load.end();
                return load.results(script.primary().execute("SELECT id FROM done"));
            }
        }
    }

    private static FaultClient open(PoolKind kind, FaultProxy first, FaultProxy second) {
        var url = "jdbc:postgresql://127.0.0.1:" + first.port() + ",127.0.0.1:" + second.port() + "/postgres?user="
                + FaultScript.USER + "&targetServerType=primary" + LIMITS;
        if (kind == PoolKind.WELLHEAD) {
            return new WellheadFaultClient(PoolConfig.builder()
                    .name("faults")
                    .jdbcUrl(url)
                    .minIdle(POOL_SIZE)
                    .maxSize(POOL_SIZE)
                    .acquireTimeout(ACQUIRE)
                    .connectTimeout(CONNECT)
                    .build());
        }
        return new JdbcFaultClient(kind.open(new PoolSetup(url, "", "", POOL_SIZE, POOL_SIZE, ACQUIRE)));
    }
}
