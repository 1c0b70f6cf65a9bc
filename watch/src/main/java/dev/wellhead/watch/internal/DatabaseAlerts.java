// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.watch.Alert;
import dev.wellhead.watch.AlertRule;
import dev.wellhead.watch.AlertState;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The alerts of one database: looks at each rule, and tells once when it fires and once when it is over. Called by one
 * thread; {@link #now} by any.
 *
 * <p>Readings are kept for ten minutes, one in five seconds.
 */
public final class DatabaseAlerts {

    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private record Kept(long nanos, AlertReading reading) {}

    /** One rule in its life. */
    private static final class Watched {
        private final AlertTable.Row row;
        private AlertRule rule;
        private @Nullable Alert alert;
        private long sinceNanos;
        /** Since when it has been low enough to be over; null while it is not. */
        private @Nullable Long lowNanos;

        private Watched(AlertTable.Row row, AlertRule rule) {
            this.row = row;
            this.rule = rule;
        }
    }

    private final String database;
    private List<Watched> all;
    private final Consumer<Alert> told;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private volatile List<Alert> now = List.of();

    /**
     * Has looked at nothing yet.
     *
     * @param rules those that count, in place of the table's of the same name; others of the table do not count
     * @param told of each alert that fires or is resolved
     */
    public DatabaseAlerts(String database, List<AlertRule> rules, Consumer<Alert> told) {
        this.database = database;
        this.told = told;
        this.all = List.of();
        rules(rules, Instant.EPOCH);
    }

    /** Other rules from now on. One that is switched off while its alert fires is over. */
    public void rules(List<AlertRule> rules, Instant wall) {
        Map<String, AlertRule> byName = rules.stream().collect(Collectors.toMap(AlertRule::name, rule -> rule));
        Map<String, Watched> before =
                all.stream().collect(Collectors.toMap(watched -> watched.rule.name(), watched -> watched));
        List<Watched> after = new ArrayList<>();
        for (var row : AlertTable.ROWS) {
            var name = row.rule().name();
            var rule = byName.get(name);
            var known = before.get(name);
            if (rule == null) {
                end(known, wall);
            } else {
                var watched = known == null ? new Watched(row, rule) : known;
                watched.rule = rule;
                after.add(watched);
            }
        }
        all = after;
    }

    private void end(@Nullable Watched off, Instant wall) {
        var alert = off == null ? null : off.alert;
        if (off != null && alert != null && alert.state() == AlertState.FIRING) {
            told.accept(
                    with(off.rule, alert, alert.current(), AlertState.RESOLVED, alert.firedAt(), Optional.of(wall)));
        }
    }

    /** Looks at all rules. */
    public void look(AlertReading reading, long nanos, Instant wall) {
        var last = kept.peekLast();
        if (last == null || nanos - last.nanos >= EVERY_NANOS) {
            kept.addLast(new Kept(nanos, reading));
        }
        while (nanos - kept.getFirst().nanos > KEPT_NANOS + EVERY_NANOS) {
            kept.removeFirst();
        }
        List<Alert> open = new ArrayList<>();
        for (var watched : all) {
            double value = watched.row
                    .value()
                    .applyAsDouble(reading, before(nanos - watched.row.window().toNanos()));
            look(watched, value, nanos, wall);
            var alert = watched.alert;
            if (alert != null) {
                open.add(alert);
            }
        }
        now = List.copyOf(open);
    }

    /** The oldest reading that is not older than that. */
    private AlertReading before(long nanos) {
        for (var each : kept) {
            if (each.nanos - nanos >= 0) {
                return each.reading;
            }
        }
        return kept.getLast().reading;
    }

    private void look(Watched watched, double value, long nanos, Instant wall) {
        var rule = watched.rule;
        var alert = watched.alert;
        if (alert == null) {
            if (value <= rule.threshold()) {
                return;
            }
            watched.sinceNanos = nanos;
            watched.lowNanos = null;
            alert = fresh(rule, value, wall);
        }
        if (alert.state() == AlertState.PENDING) {
            watched.alert = value <= rule.threshold() ? null : pending(watched, alert, value, nanos, wall);
        } else {
            watched.alert = firing(watched, alert, value, nanos, wall);
        }
    }

    private Alert pending(Watched watched, Alert alert, double value, long nanos, Instant wall) {
        if (nanos - watched.sinceNanos < watched.rule.hold().toNanos()) {
            return with(watched.rule, alert, value, AlertState.PENDING, Optional.empty(), Optional.empty());
        }
        var fired = with(watched.rule, alert, value, AlertState.FIRING, Optional.of(wall), Optional.empty());
        told.accept(fired);
        return fired;
    }

    /** Null when it is over. */
    private @Nullable Alert firing(Watched watched, Alert alert, double value, long nanos, Instant wall) {
        var low = watched.lowNanos;
        if (value > watched.rule.clearAt()) {
            watched.lowNanos = null;
        } else if (low == null) {
            low = nanos;
            watched.lowNanos = low;
        }
        if (watched.lowNanos != null
                && low != null
                && nanos - low >= watched.rule.clearHold().toNanos()) {
            told.accept(with(watched.rule, alert, value, AlertState.RESOLVED, alert.firedAt(), Optional.of(wall)));
            return null;
        }
        return with(watched.rule, alert, value, AlertState.FIRING, alert.firedAt(), Optional.empty());
    }

    private Alert fresh(AlertRule rule, double value, Instant wall) {
        return new Alert(
                rule.name(),
                database,
                rule.severity(),
                AlertState.PENDING,
                value,
                rule.threshold(),
                rule.unit(),
                rule.summary(),
                wall,
                Optional.empty(),
                Optional.empty());
    }

    private static Alert with(
            AlertRule rule,
            Alert alert,
            double value,
            AlertState state,
            Optional<Instant> fired,
            Optional<Instant> resolved) {
        return new Alert(
                alert.name(),
                alert.database(),
                alert.severity(),
                state,
                value,
                rule.threshold(),
                alert.unit(),
                alert.summary(),
                alert.since(),
                fired,
                resolved);
    }

    /** Those that are pending or firing, as last looked at. */
    public List<Alert> now() {
        return now;
    }
}
