// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.watch.internal.UseWindow.Minute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is held and not used, by whom, and what that and the database's work cost. */
final class UseAdvice {

    private static final double HOUR_SECONDS = 3_600;
    private static final double DAY_HOURS = 24;
    private static final double MUCH_IDLE_SECONDS = 30;
    private static final double LONG_HELD_SECONDS = 60;
    private static final double MOSTLY = 0.5;
    private static final double FEW_UNUSED = 2;
    private static final double MUCH_SQL_SECONDS = 10;
    private static final int SHOWN = 3;

    private UseAdvice() {}

    /** Transactions that stayed open while nothing ran. */
    static List<Advice> idleInTransaction(String database, List<Minute> minutes) {
        Map<String, Double> seconds = new HashMap<>();
        minutes.forEach(
                minute -> minute.idleInTransaction().forEach((place, time) -> seconds.merge(place, time, Double::sum)));
        return seconds.entrySet().stream()
                .filter(entry -> entry.getValue() >= MUCH_IDLE_SECONDS)
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(SHOWN)
                .map(entry -> new Advice(
                        AdviceKind.IDLE_IN_TRANSACTION,
                        database,
                        String.format(
                                Locale.ROOT,
                                "%s left transactions open for %.0f s of the last %d minutes with nothing running, a second"
                                        + " or more each: locks are held and dead rows kept meanwhile. Commit before the"
                                        + " remote call or computation, or set idle-in-transaction-timeout.",
                                entry.getKey(),
                                entry.getValue(),
                                minutes.size()),
                        Map.of("idleSeconds", entry.getValue(), "minutes", (double) minutes.size()),
                        SizeAdvice.measured(minutes.size(), 0)))
                .toList();
    }

    /** Work that holds connections mostly without a statement. */
    static List<Advice> heldWithoutSql(String database, List<HeldStats> held, int minutes) {
        return held.stream()
                .filter(stats -> stats.idleShare() >= MOSTLY && unused(stats) >= LONG_HELD_SECONDS)
                .limit(SHOWN)
                .map(stats -> {
                    Map<String, Double> numbers = new LinkedHashMap<>();
                    numbers.put("idleSharePercent", 100 * stats.idleShare());
                    numbers.put("heldSeconds", seconds(stats.held()));
                    numbers.put("unusedSeconds", unused(stats));
                    numbers.put("leases", (double) stats.leases());
                    return new Advice(
                            AdviceKind.HELD_WITHOUT_SQL,
                            database,
                            String.format(
                                    Locale.ROOT,
                                    "%s held connections for %.0f s in %d leases, and %.0f %% of that ran no statement: take"
                                            + " the connection later, give it back earlier, or do the rest outside.",
                                    stats.work(),
                                    seconds(stats.held()),
                                    stats.leases(),
                                    100 * stats.idleShare()),
                            numbers,
                            SizeAdvice.measured(minutes, stats.leases()));
                })
                .toList();
    }

    private static double unused(HeldStats stats) {
        return seconds(stats.held().minus(stats.sql()));
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    /** Connections that were open and in nobody's hands. */
    static Optional<Advice> unusedConnections(String database, List<Minute> minutes, Prices prices) {
        double time = minutes.stream().mapToDouble(Minute::seconds).sum();
        double open = minutes.stream().mapToDouble(Minute::openSeconds).sum();
        double unused =
                open - minutes.stream().mapToDouble(Minute::activeSeconds).sum();
        if (minutes.size() < SizeAdvice.FEW_MINUTES || unused < MOSTLY * open || unused < FEW_UNUSED * time) {
            return Optional.empty();
        }
        double aDay = unused / time * DAY_HOURS;
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("openConnectionHours", open / HOUR_SECONDS);
        numbers.put("unusedConnectionHours", unused / HOUR_SECONDS);
        numbers.put("unusedConnectionHoursADay", aDay);
        var money = "";
        if (prices.connectionHour() > 0) {
            numbers.put("costADay", aDay * prices.connectionHour());
            money = ", " + prices.text(aDay * prices.connectionHour()) + " a day";
        }
        return Optional.of(new Advice(
                AdviceKind.UNUSED_CONNECTIONS,
                database,
                String.format(
                        Locale.ROOT,
                        "In the last %d minutes connections were open for %.2f hours together and unused for %.2f of these"
                                + " (%.0f %%): %.0f connection-hours a day%s. Lower min-idle, or idle-timeout.",
                        minutes.size(),
                        open / HOUR_SECONDS,
                        unused / HOUR_SECONDS,
                        100 * unused / open,
                        aDay,
                        money),
                numbers,
                SizeAdvice.measured(minutes.size(), Long.MAX_VALUE)));
    }

    /**
     * Who takes the database's time.
     *
     * @param application as the server is told; empty where it is not
     */
    static Optional<Advice> databaseTime(
            String database, String application, List<HeldStats> held, Prices prices, int minutes) {
        double all = held.stream().mapToDouble(stats -> seconds(stats.sql())).sum();
        if (all < MUCH_SQL_SECONDS) {
            return Optional.empty();
        }
        var most = held.stream()
                .sorted(Comparator.comparing(HeldStats::sql).reversed())
                .limit(SHOWN)
                .toList();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("databaseSeconds", all);
        var money = "";
        if (prices.databaseHour() > 0) {
            numbers.put("cost", all / HOUR_SECONDS * prices.databaseHour());
            money = ", " + prices.text(all / HOUR_SECONDS * prices.databaseHour());
        }
        List<String> parts = new ArrayList<>();
        for (var stats : most) {
            numbers.put("seconds." + stats.work(), seconds(stats.sql()));
            parts.add(String.format(Locale.ROOT, "%s %.0f %%", stats.work(), 100 * seconds(stats.sql()) / all));
        }
        long leases = held.stream().mapToLong(HeldStats::leases).sum();
        return Optional.of(new Advice(
                AdviceKind.DATABASE_TIME,
                database,
                String.format(
                        Locale.ROOT,
                        "The database worked %.0f s for %s in %d leases%s; of that: %s.",
                        all,
                        application.isEmpty() ? "this process" : application,
                        leases,
                        money,
                        parts.stream().collect(Collectors.joining(", "))),
                numbers,
                SizeAdvice.measured(minutes, leases)));
    }
}
