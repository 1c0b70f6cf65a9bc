// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.PartReport;
import dev.wellhead.database.Severity;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.database.spi.PartAlert;
import dev.wellhead.pool.Secret;
import dev.wellhead.watch.internal.AlertJson;
import dev.wellhead.watch.internal.AlertReading;
import dev.wellhead.watch.internal.AlertTable;
import dev.wellhead.watch.internal.RuleWatch;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches all databases of a manager, also those that are added while it runs. Once a second it looks which there are,
 * whether their statements are to be counted ({@code statements.enabled}), and at the rules of alerts. One daemon thread,
 * which never waits for a database. Any thread may call; nothing blocks.
 */
public final class Watch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final int MOST_PAST = 200;

    /** What is watched of one database; statements are null where they are not counted. */
    private record Watched(
            @Nullable StatementWatch statements, RuleWatch<AlertReading> alerts, DatabaseDesk desk, Advisor advisor) {}

    private final DatabaseManager manager;
    private volatile AlertSettings settings;
    /** What the last look went by; the thread's own. */
    private AlertSettings applied;

    /** Those of the parts besides the databases. */
    private final List<PartRules> parts;

    private final ScheduledExecutorService thread;
    /** Alerts that fired and are over, the newest first; guarded by itself. */
    private final Deque<Alert> past = new ArrayDeque<>();

    private final EventLog events = new EventLog();
    /** Changes on the thread alone, and is replaced whole. */
    private volatile Map<MonitoredDatabase, Watched> watched = Map.of();

    /** The alerts of one part. */
    private record PartRules(String name, List<RuleWatch.Row<PartReport>> rows, RuleWatch<PartReport> alerts) {

        /** Those of the settings that parts have, and its own, which no setting changes. */
        static List<AlertRule> rules(List<RuleWatch.Row<PartReport>> rows, AlertSettings settings) {
            return Stream.concat(
                            settings.rules().stream().filter(rule -> rule.name().equals(PartAlert.UNHEALTHY)),
                            rows.stream()
                                    .map(RuleWatch.Row::rule)
                                    .filter(rule -> !rule.name().equals(PartAlert.UNHEALTHY)))
                    .toList();
        }
    }

    private Watch(DatabaseManager manager, AlertSettings settings) {
        this.manager = manager;
        this.settings = settings;
        this.applied = settings;
        this.parts = manager.partAlerts().entrySet().stream()
                .map(part -> partRules(part.getKey(), part.getValue(), settings))
                .toList();
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            var made = new Thread(work, "wellhead-watch");
            made.setDaemon(true);
            return made;
        });
    }

    private PartRules partRules(String name, List<PartAlert> own, AlertSettings first) {
        var rows = AlertTable.part(own);
        return new PartRules(name, rows, new RuleWatch<>(name, rows, PartRules.rules(rows, first), this::tell));
    }

    /** Begins to watch; what there is already is watched when this returns. The sinks stay their owner's to close. */
    public static Watch start(DatabaseManager manager, AlertSettings settings) {
        var watch = new Watch(manager, settings);
        watch.look();
        var unused = watch.thread.scheduleAtFixedRate(watch::look, 1, 1, TimeUnit.SECONDS);
        return watch;
    }

    /**
     * Goes by other settings from the next look on. An alert that fires stays what it is unless its rule is switched off:
     * then it is over. Sinks that were not there before are told of what fires.
     */
    public void reconfigure(AlertSettings others) {
        settings = others;
    }

    private void apply(AlertSettings wanted) {
        if (wanted.equals(applied)) {
            return;
        }
        watched.values().forEach(each -> each.alerts.rules(wanted.rules(), Instant.now()));
        parts.forEach(part -> part.alerts.rules(PartRules.rules(part.rows, wanted), Instant.now()));
        var firing = alerts().stream()
                .filter(alert -> alert.state() == AlertState.FIRING)
                .toList();
        for (var sink : wanted.sinks()) {
            if (!applied.sinks().contains(sink)) {
                firing.forEach(alert -> tell(sink, alert));
            }
        }
        applied = wanted;
    }

    private void look() {
        try {
            apply(settings);
            Map<MonitoredDatabase, Watched> now = new HashMap<>();
            var before = watched;
            for (var database : manager.monitored()) {
                now.put(database, looked(database, before.get(database)));
            }
            before.forEach((database, known) -> {
                if (!now.containsKey(database)) {
                    end(database, known);
                }
            });
            watched = now;
            lookAtParts();
        } catch (RuntimeException e) {
            // The next look is a second away; without this the executor would make none.
            LOG.warn("watch failed cause={}", e.getClass().getSimpleName(), Secret.mask(e));
        }
    }

    private void lookAtParts() {
        for (var report : manager.parts()) {
            parts.stream()
                    .filter(part -> part.name.equals(report.name()))
                    .forEach(part -> part.alerts.look(report, System.nanoTime(), Instant.now()));
        }
    }

    private Watched looked(MonitoredDatabase database, @Nullable Watched before) {
        var statements = before == null ? null : before.statements;
        if (!database.config().statements().enabled()) {
            if (statements != null) {
                statements.close();
            }
            statements = null;
        } else if (statements == null) {
            statements = StatementWatch.of(database);
        }
        var alerts = before == null
                ? new RuleWatch<>(database.name(), AlertTable.DATABASE, applied.rules(), this::tell)
                : before.alerts;
        var totals = statements == null ? null : statements.totals();
        var reading = AlertReading.of(
                database, totals == null ? 0 : totals.runNanos(), totals == null ? 0 : totals.statements());
        var desk = before == null ? DatabaseDesk.of(database, events) : before.desk;
        desk.look(reading, totals, System.nanoTime(), Instant.now());
        alerts.look(reading, System.nanoTime(), Instant.now());
        var advisor = before == null ? new Advisor(database) : before.advisor;
        advisor.look(statements, System.nanoTime());
        return new Watched(statements, alerts, desk, advisor);
    }

    private static void end(MonitoredDatabase database, Watched known) {
        var counted = known.statements;
        if (counted != null) {
            counted.close();
        }
        known.desk.end(database);
    }

    private void tell(Alert alert) {
        if (alert.state() == AlertState.RESOLVED) {
            LOG.info(
                    "alert resolved pool={} alert={} current={}",
                    alert.database(),
                    alert.name(),
                    AlertJson.value(alert));
            synchronized (past) {
                past.addFirst(alert);
                if (past.size() > MOST_PAST) {
                    past.removeLast();
                }
            }
        } else if (alert.severity() == Severity.CRITICAL) {
            LOG.error(
                    "alert fired pool={} alert={} current={}", alert.database(), alert.name(), AlertJson.value(alert));
        } else {
            LOG.warn("alert fired pool={} alert={} current={}", alert.database(), alert.name(), AlertJson.value(alert));
        }
        boolean isOver = alert.state() == AlertState.RESOLVED;
        events.add(
                alert.database(),
                isOver ? "alert-resolved" : "alert-fired",
                isOver ? EventLevel.INFO : EventLevel.of(alert.severity()),
                alert.name() + " is " + AlertJson.value(alert) + (isOver ? ", it is over" : ": " + alert.summary()));
        settings.sinks().forEach(sink -> tell(sink, alert));
    }

    private static void tell(AlertSink sink, Alert alert) {
        try {
            sink.tell(alert);
        } catch (RuntimeException e) {
            LOG.warn("alert sink failed sink={}", sink.getClass().getSimpleName(), Secret.mask(e));
        }
    }

    /** The statements of that database; empty where they are not counted. */
    public Optional<StatementWatch> statements(MonitoredDatabase database) {
        return Optional.ofNullable(watched.get(database)).map(Watched::statements);
    }

    /** The last events of all databases. */
    public EventLog events() {
        return events;
    }

    /** The numbers of that database over time; empty where it is not watched. */
    public Optional<History> history(MonitoredDatabase database) {
        return Optional.ofNullable(watched.get(database)).map(known -> known.desk.history());
    }

    /** What to change for that database, from what was measured; empty where that is too little. */
    public List<Advice> advice(MonitoredDatabase database, Prices prices) {
        var known = watched.get(database);
        return known == null ? List.of() : known.advisor.advice(known.statements, prices);
    }

    /** Alerts that are pending or firing, the worst first. */
    public List<Alert> alerts() {
        return Stream.concat(
                        watched.values().stream().map(Watched::alerts),
                        parts.stream().map(PartRules::alerts))
                .flatMap(each -> each.now().stream())
                .sorted(Comparator.comparing(Alert::severity).reversed().thenComparing(Alert::since))
                .toList();
    }

    /** Alerts that have fired and are over, the newest first; the last 200. */
    public List<Alert> pastAlerts() {
        synchronized (past) {
            return List.copyOf(past);
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        thread.shutdownNow();
        watched.forEach(Watch::end);
    }
}
