// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.pool.Lease;
import dev.wellhead.watch.HeldStats;
import dev.wellhead.watch.SlowStatement;
import dev.wellhead.watch.StatementReport;
import dev.wellhead.watch.StatementStats;
import dev.wellhead.watch.StatementWatch;
import dev.wellhead.watch.Times;
import dev.wellhead.watch.Watch;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Bodies of {@code /api/statements}, {@code /api/statements/plan} and {@code /api/leases}. */
final class StatementBodies {

    private static final int USUAL_LIMIT = 100;

    private static final Map<String, Comparator<StatementStats>> ORDERS = new TreeMap<>(Map.of(
            "run", Comparator.comparing(stats -> stats.run().total()),
            "waited", Comparator.comparing(stats -> stats.waited().total()),
            "held", Comparator.comparing(stats -> stats.held().total()),
            "mean", Comparator.comparing(stats -> stats.run().mean()),
            "p99", Comparator.comparing(stats -> stats.run().p99()),
            "calls", Comparator.comparingLong(StatementStats::calls),
            "rows", Comparator.comparingLong(StatementStats::rows),
            "errors", Comparator.comparingLong(StatementStats::failed)));

    record Spread(BigDecimal totalMs, BigDecimal meanMs, BigDecimal p50Ms, BigDecimal p95Ms, BigDecimal p99Ms) {

        static Spread of(Times times) {
            return new Spread(ms(times.total()), ms(times.mean()), ms(times.p50()), ms(times.p95()), ms(times.p99()));
        }
    }

    record Statement(
            String fingerprint,
            String text,
            long calls,
            Map<String, Long> errors,
            long rows,
            BigDecimal sharePercent,
            Spread waited,
            Spread run,
            Spread held,
            String firstSeen,
            String lastSeen) {

        static Statement of(StatementStats stats, Duration all) {
            double share = all.isZero() ? 0 : 100.0 * stats.run().total().toNanos() / all.toNanos();
            return new Statement(
                    stats.fingerprint(),
                    stats.text(),
                    stats.calls(),
                    stats.errors().entrySet().stream()
                            .collect(Collectors.toMap(
                                    entry -> word(entry.getKey()), Map.Entry::getValue, Long::sum, TreeMap::new)),
                    stats.rows(),
                    Numbers.twoDecimals(share),
                    Spread.of(stats.waited()),
                    Spread.of(stats.run()),
                    Spread.of(stats.held()),
                    Numbers.iso(stats.firstSeen()),
                    Numbers.iso(stats.lastSeen()));
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Slow(
            String endedAt,
            String operation,
            String fingerprint,
            String text,
            BigDecimal waitedMs,
            BigDecimal runMs,
            @Nullable String error,
            @Nullable String traceId) {

        static Slow of(SlowStatement slow) {
            return new Slow(
                    Numbers.iso(slow.endedAt()),
                    slow.operation(),
                    slow.fingerprint(),
                    slow.text(),
                    ms(slow.waited()),
                    ms(slow.run()),
                    slow.error().map(StatementBodies::word).orElse(null),
                    slow.traceId().isEmpty() ? null : slow.traceId());
        }
    }

    record Held(
            String work,
            long leases,
            BigDecimal waitedMs,
            BigDecimal heldMs,
            BigDecimal sqlMs,
            BigDecimal idlePercent) {

        static Held of(HeldStats held) {
            return new Held(
                    held.work(),
                    held.leases(),
                    ms(held.waited()),
                    ms(held.held()),
                    ms(held.sql()),
                    Numbers.twoDecimals(100 * held.idleShare()));
        }
    }

    record Statements(
            String timestamp,
            String database,
            List<Statement> statements,
            long dropped,
            long droppedCalls,
            List<Slow> slow,
            List<Held> held) {}

    record Plan(String database, String fingerprint, List<String> plan) {}

    record OneLease(
            String database,
            long connectionId,
            int lease,
            @Nullable Long backendId,
            String thread,
            String operation,
            String callSite,
            String lane,
            String sql,
            String transaction,
            boolean running,
            BigDecimal runningMs,
            BigDecimal idleMs,
            BigDecimal heldMs,
            String since) {

        static OneLease of(String database, Lease lease) {
            return new OneLease(
                    database,
                    lease.connectionId(),
                    lease.number(),
                    lease.backendId().isPresent() ? lease.backendId().getAsLong() : null,
                    lease.thread(),
                    lease.operation(),
                    lease.callSite(),
                    lease.lane(),
                    lease.sql(),
                    lease.transaction().name().toLowerCase(Locale.ROOT),
                    lease.running(),
                    ms(lease.runningFor()),
                    ms(lease.idleFor()),
                    ms(lease.held()),
                    Numbers.iso(lease.since()));
        }
    }

    record Leases(String timestamp, List<OneLease> leases) {}

    private final DatabaseManager manager;
    private final Watch watch;

    StatementBodies(DatabaseManager manager, Watch watch) {
        this.manager = manager;
        this.watch = watch;
    }

    /** Parameters: {@code database}, {@code sort}, {@code limit}. */
    Reply statements(Request request) {
        var database = request.database(manager);
        var order = order(request);
        int limit = limit(request);
        StatementReport report = watchOf(database).report();
        var all = report.statements().stream().map(stats -> stats.run().total()).reduce(Duration.ZERO, Duration::plus);
        return Reply.json(
                200,
                new Statements(
                        Numbers.iso(Instant.now()),
                        database.name(),
                        report.statements().stream()
                                .sorted(order.reversed())
                                .limit(limit)
                                .map(stats -> Statement.of(stats, all))
                                .toList(),
                        report.dropped(),
                        report.droppedCalls(),
                        report.slow().stream().limit(limit).map(Slow::of).toList(),
                        report.held().stream().limit(limit).map(Held::of).toList()));
    }

    /** Parameters: {@code database}, {@code fingerprint}. */
    Reply plan(Request request) {
        var database = request.database(manager);
        var fingerprint = request.parameter("fingerprint")
                .orElseThrow(() -> new BadRequestException(
                        400, "fingerprint is missing: give that of a statement of /api/statements"));
        try {
            return Reply.json(
                    200,
                    new Plan(database.name(), fingerprint, watchOf(database).plan(fingerprint)));
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new BadRequestException(404, String.valueOf(e.getMessage()));
        } catch (DatabaseException e) {
            if (e.code() == ErrorCode.E2007) {
                throw new BadRequestException(
                        422,
                        "the database makes no plan of this statement with its values left open (SQLSTATE "
                                + e.sqlState() + "): EXPLAIN it by hand with values");
            }
            throw e;
        }
    }

    /** Parameter: {@code database}; without it those of all. */
    Reply leases(Request request) {
        var databases = databases(request);
        return Reply.json(
                200,
                new Leases(
                        Numbers.iso(Instant.now()),
                        databases.stream()
                                .flatMap(database ->
                                        database.leases().stream().map(lease -> OneLease.of(database.name(), lease)))
                                .toList()));
    }

    /** That of parameter {@code database}; without it all. */
    List<MonitoredDatabase> databases(Request request) {
        return request.parameter("database").isPresent()
                ? List.of(request.database(manager))
                : List.copyOf(manager.monitored());
    }

    private StatementWatch watchOf(MonitoredDatabase database) {
        return watch.statements(database)
                .orElseThrow(() -> new BadRequestException(
                        404, "the statements of this database are not counted: set statements.enabled=true"));
    }

    private static Comparator<StatementStats> order(Request request) {
        var wanted = request.parameter("sort").orElse("run");
        var order = ORDERS.get(wanted);
        if (order == null) {
            throw new BadRequestException(400, "sort must be one of " + ORDERS.keySet());
        }
        return order;
    }

    private static int limit(Request request) {
        return (int) Math.min(Integer.MAX_VALUE, request.number("limit", USUAL_LIMIT, 1));
    }

    private static String word(Meaning meaning) {
        return meaning.name().toLowerCase(Locale.ROOT);
    }

    private static BigDecimal ms(Duration time) {
        return Numbers.millisTwoDecimals(time);
    }
}
