// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.sql.NumberedSql;
import dev.wellhead.sql.SqlLiterals;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a PostgreSQL server knows, asked over the control connection: every ten minutes whether it has room for
 * connections, and once an hour for the plan of a statement that time limits ended twice in ten minutes; and what {@link TableScans} wants.
 *
 * <p>What is asked is bounded as {@link PlanQuestion} says; what the server refuses is left out.
 *
 * <p>{@link #ask} is called by one thread at a time; {@link #advice} by any.
 */
final class ServerAdvice {

    private static final long ROOM_EVERY_NANOS = Duration.ofMinutes(10).toNanos();
    private static final long PLAN_KEPT_NANOS = Duration.ofHours(1).toNanos();
    private static final int MOST_PLANS = 20;
    private static final int SHOWN = 100;
    private static final long MANY_ROWS = 100_000;
    private static final double NEAR_PERCENT = 80;

    // pg_stat_database, for pg_stat_activity hides the sessions of others.
    private static final String ROOM = "SELECT current_setting('max_connections')::int"
            + " - current_setting('superuser_reserved_connections')::int"
            + " - coalesce(current_setting('reserved_connections', true)::int, 0),"
            + " (SELECT sum(numbackends)::int FROM pg_stat_database)";
    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[^\\s.\"]+)";
    private static final Pattern SCAN = Pattern.compile("Seq Scan on (" + NAME + "(?:\\." + NAME + ")?)");

    private record Room(int limit, int used) {}

    private record Scan(Map<String, Long> rowsByTable, long seenNanos) {}

    private final Timeouts timeouts;
    private final TableScans tableScans = new TableScans();
    private volatile @Nullable Room room;
    private volatile Map<String, Scan> scans = Map.of();
    private volatile long roomDueNanos = System.nanoTime();

    ServerAdvice(Timeouts timeouts) {
        this.timeouts = timeouts;
    }

    TableScans tableScans() {
        return tableScans;
    }

    /** Whether there is anything to ask. */
    boolean isDue(long nowNanos) {
        return nowNanos - roomDueNanos >= 0 || timeouts.hasTwice() || tableScans.isDue(nowNanos);
    }

    /**
     * Asks.
     *
     * @throws SQLException when the connection is of no use any more
     */
    void ask(Connection connection, long nowNanos) throws SQLException {
        var asker = new PlanQuestion.Asker(connection);
        if (nowNanos - roomDueNanos >= 0) {
            roomDueNanos = nowNanos + ROOM_EVERY_NANOS;
            room = asker.ask(ServerAdvice::room).orElse(room);
        }
        for (var sql = timeouts.takeTwice(); sql.isPresent(); sql = timeouts.takeTwice()) {
            explain(asker, sql.get(), nowNanos);
        }
        tableScans.ask(asker, nowNanos);
    }

    private void explain(PlanQuestion.Asker asker, String sql, long nowNanos) throws SQLException {
        var shown = shown(sql);
        var known = scans.get(shown);
        var numbered = NumberedSql.of(sql);
        if ((known != null && nowNanos - known.seenNanos() < PLAN_KEPT_NANOS) || numbered.isEmpty()) {
            return;
        }
        var found = asker.ask(statement -> scanned(statement, numbered.get()));
        Map<String, Scan> next = new LinkedHashMap<>();
        scans.forEach((text, scan) -> {
            if (nowNanos - scan.seenNanos() < PLAN_KEPT_NANOS && next.size() < MOST_PLANS - 1) {
                next.put(text, scan);
            }
        });
        next.put(shown, new Scan(found.orElse(Map.of()), nowNanos));
        scans = next;
    }

    private static Room room(Statement statement) throws SQLException {
        try (var rows = statement.executeQuery(ROOM)) {
            rows.next();
            return new Room(rows.getInt(1), rows.getInt(2));
        }
    }

    /** The tables that it reads from their first row to their last, with the rows that the server believes to be there. */
    private static Map<String, Long> scanned(Statement statement, String sql) throws SQLException {
        List<String> tables = new ArrayList<>();
        for (var line : PlanQuestion.plan(statement, "VERBOSE, COSTS OFF", sql)) {
            var found = SCAN.matcher(line);
            if (found.find()) {
                tables.add(found.group(1));
            }
        }
        Map<String, Long> rows = new TreeMap<>();
        for (var table : tables) {
            long known = TableScans.rows(statement, table);
            if (known > MANY_ROWS) {
                rows.put(table, known);
            }
        }
        return rows;
    }

    /** What there is to say. */
    List<String> advice(PoolSnapshot pool, long nowNanos) {
        List<String> advice = new ArrayList<>();
        var server = room;
        if (server != null && server.limit() > 0 && 100.0 * server.used() / server.limit() >= NEAR_PERCENT) {
            advice.add(String.format(
                    Locale.ROOT,
                    "The server's max_connections is near: %d of %d connections are in use (%.0f %%), this pool has %d and"
                            + " may have %d: lower max-size of the server's clients, use a pooler, or raise"
                            + " max_connections.",
                    server.used(),
                    server.limit(),
                    100.0 * server.used() / server.limit(),
                    pool.total(),
                    pool.maxSize()));
        }
        scans.forEach((sql, scan) -> {
            if (nowNanos - scan.seenNanos() < PLAN_KEPT_NANOS) {
                scan.rowsByTable()
                        .forEach((table, rows) -> advice.add(
                                "A statement was ended twice in ten minutes by its time limit, and its plan reads all of "
                                        + LogText.value(table) + ", about " + rows
                                        + " rows, one after the other: add an index for"
                                        + " its conditions, or ask for less: " + sql));
            }
        });
        return advice;
    }

    private static String shown(String sql) {
        var text = SqlLiterals.hide(sql);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN);
    }
}
