// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.cli.internal.PoolerStep.Between;
import dev.wellhead.cli.internal.ServerReading.Capacity;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.PoolConfig;
import java.util.List;
import java.util.stream.Collectors;

/** Judges whether a server admits as many connections as all pools on it may open. Asks nobody. */
final class CapacityJudge {
    private static final double NEARLY_FULL = 0.9;

    private final Capacity capacity;
    private final List<DatabaseConfig> pools;
    private final int maxTotal;
    private final boolean expectsPooler;

    /**
     * For one server.
     *
     * @param pools all that are configured on it, the one that is judged among them
     * @param maxTotal the most connections of all pools together, on other servers too; 0: no such limit
     * @param expectsPooler whether the profile is made for a pooler in front
     */
    CapacityJudge(Capacity capacity, List<DatabaseConfig> pools, int maxTotal, boolean expectsPooler) {
        this.capacity = capacity;
        this.pools = pools;
        this.maxTotal = maxTotal;
        this.expectsPooler = expectsPooler;
    }

    void judge(PoolConfig pool, Between between, int ownConnections, Findings findings) {
        int sizes = pools.stream().mapToInt(config -> config.pool().maxSize()).sum();
        int sum = maxTotal == 0 ? sizes : Math.min(sizes, maxTotal);
        int checks =
                (int) pools.stream().filter(config -> config.health().enabled()).count();
        int available = capacity.available();
        int inUse = Math.max(0, capacity.inUse() - ownConnections);
        findings.fact("maxConnections", capacity.maxConnections());
        findings.fact("reserved", capacity.reserved());
        findings.fact("available", available);
        findings.fact("inUse", inUse);
        findings.fact("pools", pools.stream().map(DatabaseConfig::name).toList());
        findings.fact("poolSizes", sizes);
        findings.fact("maxTotal", maxTotal);
        findings.fact("healthConnections", checks);
        findings.fact("roleLimit", capacity.roleLimit());
        findings.fact("databaseLimit", capacity.databaseLimit());
        findings.say("the server admits " + available + " (max_connections " + capacity.maxConnections()
                + (capacity.reserved() == 0 ? "" : " less " + capacity.reserved() + " reserved") + ")");
        findings.say(inUse + " in use now");
        findings.say(named() + " may open " + sum + (sum < sizes ? " by max-total" : "")
                + (checks == 0 ? "" : " and " + checks + " for health"));
        if (between == Between.MULTIPLEXER || between == Between.POOLER) {
            findings.detail(
                    "the pooler in between opens the server's connections: its own limits count, not max_connections");
            return;
        }
        if (sum + checks > available) {
            tooMany(sum, sum < sizes, checks, available, findings);
        }
        limit(pool, capacity.roleLimit(), "the role", "ALTER ROLE ... CONNECTION LIMIT", findings);
        limit(pool, capacity.databaseLimit(), "the database", "ALTER DATABASE ... CONNECTION LIMIT", findings);
        if (inUse >= NEARLY_FULL * available) {
            findings.warn(
                    "pool.max-size",
                    inUse + " of the " + available + " connections that the server admits are in use",
                    "see in pg_stat_activity whose they are, and close or limit those; raise max_connections if all are needed");
        }
    }

    private String named() {
        if (pools.size() == 1) {
            return "pool " + pools.get(0).name();
        }
        return "the pools "
                + pools.stream()
                        .map(config -> config.name() + " (" + config.pool().maxSize() + ")")
                        .collect(Collectors.joining(", "));
    }

    private void tooMany(int sum, boolean byTotal, int checks, int available, Findings findings) {
        int most = Math.max(1, byTotal ? available - checks : (available - checks) / pools.size());
        var key = byTotal ? "max-total" : "pool.max-size";
        findings.warn(
                key,
                named() + " may open " + sum + (checks == 0 ? "" : " connections and " + checks + " for health")
                        + (byTotal ? " by max-total" : "") + ", and the server admits " + available
                        + " (max_connections " + capacity.maxConnections()
                        + (capacity.reserved() == 0 ? "" : " less " + capacity.reserved() + " reserved") + ")"
                        + (expectsPooler ? "; profile edge expects a pooler in between, and there is none" : ""),
                (expectsPooler ? "put a pooler in between, " : "")
                        + "set " + key + " to at most " + most + (byTotal || pools.size() == 1 ? "" : " each")
                        + ", or raise max_connections to at least " + (sum + checks + capacity.reserved())
                        + "; each further process needs as many again");
    }

    private static void limit(PoolConfig pool, int limit, String whose, String change, Findings findings) {
        if (limit >= 0 && pool.maxSize() > limit) {
            findings.warn(
                    "pool.max-size",
                    "the pool may open " + pool.maxSize() + " connections, and " + whose + " is limited to " + limit,
                    "set pool.max-size to at most " + limit + ", or raise the limit: " + change);
        }
    }
}
