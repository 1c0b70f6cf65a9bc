// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.Suspect;
import dev.wellhead.database.TableScan;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.watch.internal.Tallies;
import dev.wellhead.watch.internal.UseTally;
import dev.wellhead.watch.internal.UseWindow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What to change for one database. {@link #look} is called about once a second by one thread, {@link #advice} by any;
 * neither waits for the database.
 */
final class Advisor {

    private static final long EXAMINE_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int MOST_SUSPECTS = 5;
    private static final long MANY_CALLS = 100;
    private static final Duration LONG_RUN = Duration.ofMillis(5);

    private final MonitoredDatabase database;
    private final UseWindow window = new UseWindow();
    private @Nullable Long examineDueNanos;

    Advisor(MonitoredDatabase database) {
        this.database = database;
    }

    /** @param counted null where statements are not counted */
    void look(@Nullable StatementWatch counted, long nanos) {
        window.look(
                database.snapshot(),
                counted == null ? UseTally.Sums.NONE : counted.tallies().uses().sums(),
                database.leases(),
                nanos);
        var due = examineDueNanos;
        if (counted != null && (due == null || nanos - due >= 0)) {
            examineDueNanos = nanos + EXAMINE_NANOS;
            database.examine(suspects(counted.tallies()));
        }
    }

    private static List<Suspect> suspects(Tallies tallies) {
        List<Suspect> suspects = new ArrayList<>();
        for (var stats : tallies.report().statements()) {
            if (stats.calls() >= MANY_CALLS && stats.run().mean().compareTo(LONG_RUN) >= 0) {
                tallies.sample(Long.parseUnsignedLong(stats.fingerprint(), 16))
                        .ifPresent(sql -> suspects.add(
                                new Suspect(sql, stats.calls(), stats.run().mean())));
            }
            if (suspects.size() == MOST_SUSPECTS) {
                break;
            }
        }
        return suspects;
    }

    /** What there is to say now; empty where too little was measured. */
    List<Advice> advice(@Nullable StatementWatch counted, Prices prices) {
        var name = database.name();
        var minutes = window.minutes();
        var pool = database.config().pool();
        List<Advice> advice = new ArrayList<>();
        SizeAdvice.of(name, minutes, pool.maxSize(), pool.minIdle()).ifPresent(advice::add);
        if (counted != null) {
            advice.addAll(LimitAdvice.of(database, counted.tallies(), minutes.size()));
        }
        database.tableScans().forEach(scan -> advice.add(missingIndex(name, scan)));
        advice.addAll(UseAdvice.idleInTransaction(name, minutes));
        UseAdvice.unusedConnections(name, minutes, prices).ifPresent(advice::add);
        if (counted != null) {
            var held = counted.report().held();
            advice.addAll(UseAdvice.heldWithoutSql(name, held, minutes.size()));
            UseAdvice.databaseTime(name, pool.applicationName(), held, prices, minutes.size())
                    .ifPresent(advice::add);
        }
        return advice;
    }

    /** The plan is the server's own, yet for values that it does not know: it may choose another for some. */
    private static Advice missingIndex(String database, TableScan scan) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("rows", (double) scan.rows());
        numbers.put("calls", (double) scan.calls());
        numbers.put("meanMs", scan.mean().toNanos() / 1e6);
        return new Advice(
                AdviceKind.MISSING_INDEX,
                database,
                String.format(
                        Locale.ROOT,
                        "A statement reads all of %s, about %d rows, to find what it wants (%s); it ran %d times, %.1f ms on"
                                + " average: an index for its condition may be missing. %s",
                        scan.table(),
                        scan.rows(),
                        scan.filter(),
                        scan.calls(),
                        scan.mean().toNanos() / 1e6,
                        scan.sql()),
                numbers,
                Confidence.MEDIUM);
    }
}
