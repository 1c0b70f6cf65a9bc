// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.sql.NumberedSql;
import dev.wellhead.sql.SqlFingerprint;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the plans of statements that take much of the database's time: one with each health check, each once an hour.
 * The statements are named by whoever watches them, and by {@code pg_stat_statements} where that is installed and may be
 * read, which is asked every ten minutes.
 *
 * <p>Any thread may call; {@link #ask} is called by one at a time.
 */
final class TableScans {

    private static final long LIST_EVERY_NANOS = Duration.ofMinutes(10).toNanos();
    private static final long KEPT_NANOS = Duration.ofHours(1).toNanos();
    private static final int MOST_WAITING = 20;
    private static final int MOST_KEPT = 100;
    private static final int SHOWN = 100;
    private static final int SHOWN_FILTER = 200;
    private static final int LONGEST = 16_384;
    private static final long MANY_ROWS = 100_000;
    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[^\\s.\"]+)";
    private static final Pattern SCAN = Pattern.compile("Seq Scan on (" + NAME + "(?:\\." + NAME + ")?)");
    private static final String FILTER = "Filter: ";

    private static final String IS_LISTED = "SELECT to_regclass('pg_stat_statements') IS NOT NULL";
    private static final String LIST = "SELECT query, calls, mean_exec_time FROM pg_stat_statements"
            + " WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
            + " AND calls >= 100 AND mean_exec_time >= 5 ORDER BY total_exec_time DESC LIMIT 5";

    private record Seen(List<TableScan> scans, long nanos) {}

    /** Guarded by this. */
    private final Deque<Suspect> waiting = new ArrayDeque<>();
    /** By the text as shown; guarded by this. */
    private final Map<String, Seen> seen = new LinkedHashMap<>();
    /** Null while nobody wants to know. */
    private volatile @Nullable Long listDueNanos;

    /** These are looked at when there is time. */
    synchronized void examine(Collection<Suspect> suspects, long nowNanos) {
        if (listDueNanos == null) {
            listDueNanos = nowNanos;
        }
        suspects.forEach(suspect -> add(suspect, nowNanos));
    }

    private synchronized void add(Suspect suspect, long nowNanos) {
        var known = seen.get(shown(suspect.sql()));
        boolean isKnown = known != null && nowNanos - known.nanos < KEPT_NANOS;
        if (!isKnown
                && suspect.sql().length() <= LONGEST
                && waiting.size() < MOST_WAITING
                && waiting.stream().noneMatch(each -> each.sql().equals(suspect.sql()))) {
            waiting.add(suspect);
        }
    }

    synchronized boolean isDue(long nowNanos) {
        var due = listDueNanos;
        return !waiting.isEmpty() || (due != null && nowNanos - due >= 0);
    }

    private synchronized @Nullable Suspect next() {
        return waiting.poll();
    }

    /** Asks for one plan, and for the list where that is due; as {@link PlanQuestion} bounds it. */
    void ask(PlanQuestion.Asker asker, long nowNanos) throws SQLException {
        var due = listDueNanos;
        if (due != null && nowNanos - due >= 0) {
            listDueNanos = nowNanos + LIST_EVERY_NANOS;
            asker.ask(TableScans::listed).ifPresent(suspects -> suspects.forEach(suspect -> add(suspect, nowNanos)));
        }
        var suspect = next();
        if (suspect == null) {
            return;
        }
        var numbered = NumberedSql.of(suspect.sql());
        List<TableScan> scans = numbered.isEmpty()
                ? List.of()
                : asker.ask(statement -> scans(statement, numbered.get(), suspect))
                        .orElse(List.of());
        synchronized (this) {
            seen.values().removeIf(old -> nowNanos - old.nanos >= KEPT_NANOS);
            if (seen.size() >= MOST_KEPT) {
                seen.remove(seen.keySet().iterator().next());
            }
            seen.put(shown(suspect.sql()), new Seen(scans, nowNanos));
        }
    }

    private static List<Suspect> listed(Statement statement) throws SQLException {
        List<Suspect> listed = new ArrayList<>();
        try (var known = statement.executeQuery(IS_LISTED)) {
            if (!known.next() || !known.getBoolean(1)) {
                return listed;
            }
        }
        try (var rows = statement.executeQuery(LIST)) {
            while (rows.next()) {
                listed.add(new Suspect(
                        rows.getString(1), rows.getLong(2), Duration.ofNanos((long) (rows.getDouble(3) * 1e6))));
            }
        }
        return listed;
    }

    private static List<TableScan> scans(Statement statement, String numbered, Suspect suspect) throws SQLException {
        var filters = filteredScans(PlanQuestion.plan(statement, "VERBOSE, COSTS OFF", numbered));
        List<TableScan> scans = new ArrayList<>();
        for (var each : filters.entrySet()) {
            long rows = rows(statement, each.getKey());
            if (rows > MANY_ROWS) {
                var filter = each.getValue();
                scans.add(new TableScan(
                        shown(suspect.sql()),
                        each.getKey(),
                        rows,
                        filter.substring(0, Math.min(SHOWN_FILTER, filter.length())),
                        suspect.calls(),
                        suspect.mean()));
            }
        }
        return scans;
    }

    /** The tables that a plan reads whole and drops rows of, with what it looks for. */
    static Map<String, String> filteredScans(List<String> plan) {
        Map<String, String> found = new LinkedHashMap<>();
        String table = "";
        for (var line : plan) {
            var scan = SCAN.matcher(line);
            if (scan.find()) {
                table = scan.group(1);
            } else if (line.contains("->")) {
                table = "";
            } else if (!table.isEmpty() && line.strip().startsWith(FILTER)) {
                found.put(table, line.strip().substring(FILTER.length()));
            }
        }
        return found;
    }

    /** How many rows the server believes the table to have; 0 where it does not know it. */
    static long rows(Statement statement, String table) throws SQLException {
        try (var size = statement
                .getConnection()
                .prepareStatement("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(?)")) {
            size.setString(1, table);
            try (var found = size.executeQuery()) {
                return found.next() ? found.getLong(1) : 0;
            }
        }
    }

    /** What was found in the last hour. */
    synchronized List<TableScan> found(long nowNanos) {
        return seen.values().stream()
                .filter(each -> nowNanos - each.nanos < KEPT_NANOS)
                .flatMap(each -> each.scans.stream())
                .toList();
    }

    /** Without values, and alike whoever has named it: the server's {@code $1} is a placeholder as well. */
    private static String shown(String sql) {
        var text = SqlFingerprint.of(sql).text();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN);
    }
}
