// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.pool.PoolConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a pooler stands between us and the server, by what poolers cannot hide.
 *
 * <ul>
 *   <li>A pooler that starts sessions of its own announces a backend number of its own invention; the server's function
 *       tells the real one (PgBouncer, Odyssey, PgCat).
 *   <li>One that gives a server session out by the transaction gives two clients the same backend, or one client two:
 *       seen with a second connection that is in a transaction while the first asks again.
 *   <li>Pgpool-II hands the backend's number through, but answers a question that PostgreSQL does not know.
 *   <li>A server that listens at another port than the one connected to is behind something that forwards, which need
 *       not be a pooler.
 * </ul>
 *
 * Not found is: a proxy that hands one connection through to one session unchanged. It does no harm either.
 */
final class PoolerStep {
    private PoolerStep() {}

    /** What stands in between. */
    enum Between {
        /** Nothing that was noticed. */
        NOTHING,
        /** Something that hands connections through: a port mapping, a load balancer. */
        FORWARDER,
        /** A pooler that, as far as was seen, keeps one server session for each connection. */
        POOLER,
        /** A pooler that gives server sessions out by the transaction: session state is lost in between. */
        MULTIPLEXER
    }

    /**
     * What was seen.
     *
     * @param announced the backend as the driver was told at login
     * @param first backend of the first connection
     * @param second backend of the second while it is in a transaction; null when there was no second
     * @param again backend of the first meanwhile; null when there was no second, or no answer
     * @param serverPort where the server says it listens; 0 when it does not say
     * @param poolVersion what Pgpool-II says of itself; null when nothing answered
     * @param noSecond why there was no second connection; empty when there was one
     */
    record Seen(
            OptionalLong announced,
            long first,
            @Nullable Long second,
            @Nullable Long again,
            int serverPort,
            @Nullable String poolVersion,
            String noSecond) {}

    /** Opens another connection like the first. */
    interface Second {
        Connection open() throws SQLException;
    }

    /** Looks. A second connection that cannot be had is no failure. */
    static Seen look(Connection connection, OptionalLong announced, Second other) throws SQLException {
        long first = pid(connection);
        int port = ServerReading.one(connection, "SELECT coalesce(inet_server_port(), 0)", row -> row.getInt(1));
        var poolVersion = poolVersion(connection);
        try (var second = other.open()) {
            ServerReading.execute(second, "BEGIN");
            long secondPid = pid(second);
            long again = pid(connection);
            ServerReading.execute(second, "ROLLBACK");
            return new Seen(announced, first, secondPid, again, port, poolVersion, "");
        } catch (SQLException noSecond) {
            return new Seen(announced, first, null, null, port, poolVersion, Causes.text(noSecond));
        }
    }

    private static long pid(Connection connection) throws SQLException {
        return ServerReading.one(connection, "SELECT pg_backend_pid()", row -> row.getLong(1));
    }

    private static @Nullable String poolVersion(Connection connection) throws SQLException {
        try {
            return ServerReading.one(connection, "SHOW pool_version", row -> row.getString(1));
        } catch (SQLException notPgpool) {
            if (Causes.sqlState(notPgpool).startsWith("08")) {
                throw notPgpool;
            }
            return null;
        }
    }

    /** What that means. */
    static Between between(Seen seen, Set<Integer> ports) {
        var second = seen.second();
        var again = seen.again();
        if ((second != null && second == seen.first()) || (again != null && again != seen.first())) {
            return Between.MULTIPLEXER;
        }
        if (seen.poolVersion() != null
                || (seen.announced().isPresent() && seen.announced().getAsLong() != seen.first())) {
            return Between.POOLER;
        }
        return seen.serverPort() != 0 && !ports.contains(seen.serverPort()) ? Between.FORWARDER : Between.NOTHING;
    }

    static void judge(Seen seen, Between between, Set<Integer> ports, PoolConfig pool, Findings findings) {
        List<String> evidence = evidence(seen, ports);
        findings.fact("found", between.name().toLowerCase(Locale.ROOT));
        findings.fact("evidence", evidence);
        findings.fact("pooled", pool.pooled());
        findings.say(
                switch (between) {
                    case NOTHING -> "none found";
                    case FORWARDER -> "something forwards to the server (a port mapping or a load balancer)";
                    case POOLER -> "a pooler that keeps sessions apart, as far as was seen";
                    case MULTIPLEXER -> "a pooler that gives sessions out by the transaction";
                });
        findings.say("pool.pooled=" + pool.pooled());
        evidence.forEach(findings::detail);
        if (between == Between.MULTIPLEXER && !pool.pooled()) {
            findings.refused(
                    "pool.pooled",
                    "a pooler gives sessions out by the transaction: session settings and prepared statements get lost or mixed up",
                    "set pool.pooled=true; with the driver property prepareThreshold=0 if the pooler does not know prepared statements");
        }
    }

    private static List<String> evidence(Seen seen, Set<Integer> ports) {
        List<String> evidence = new ArrayList<>();
        seen.announced().ifPresent(announced -> {
            if (announced != seen.first()) {
                evidence.add("the login announced backend " + announced + ", but backend " + seen.first() + " answers");
            }
        });
        var second = seen.second();
        var again = seen.again();
        if (second != null && second == seen.first()) {
            evidence.add("a second connection got the same backend, " + second + ", while the first was open");
        } else if (again != null && again != seen.first()) {
            evidence.add("the same connection was answered by backend " + seen.first() + " and then by " + again);
        } else if (second == null) {
            evidence.add("sharing of sessions was not seen, for want of a second connection: " + seen.noSecond());
        }
        if (seen.poolVersion() != null) {
            evidence.add("it answers SHOW pool_version, as Pgpool-II does: " + seen.poolVersion());
        }
        if (seen.serverPort() != 0 && !ports.contains(seen.serverPort())) {
            evidence.add("the server itself listens at port " + seen.serverPort());
        }
        return evidence;
    }
}
