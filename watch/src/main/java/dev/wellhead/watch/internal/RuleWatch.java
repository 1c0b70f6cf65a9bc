// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.watch.Alert;
import dev.wellhead.watch.AlertRule;
import dev.wellhead.watch.AlertState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The alerts of one database or part: looks at each rule, and tells once when it fires and once when it is over. Called by
 * one thread; {@link #now} by any.
 *
 * <p>Readings are kept for ten minutes, one in five seconds.
 *
 * @param <R> what is looked at
 */
public final class RuleWatch<R> {

    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * A rule and its value.
     *
     * @param window how far back the second reading is
     * @param value of a reading and the one from before; not a number where it is not known: then all stays as it is
     */
    public record Row<R>(AlertRule rule, Duration window, ToDoubleBiFunction<R, R> value) {}

    private record Kept<R>(long nanos, R reading) {}

    /** One rule in its life. */
    private static final class Watched<R> {
        private final Row<R> row;
        private AlertRule rule;
        private @Nullable Alert alert;
        private long sinceNanos;
        /** Since when it has been low enough to be over; null while it is not. */
        private @Nullable Long lowNanos;

        private Watched(Row<R> row, AlertRule rule) {
            this.row = row;
            this.rule = rule;
        }
    }

    private final String subject;
    private final List<Row<R>> rows;
    private List<Watched<R>> all;
    private final Consumer<Alert> told;
    private final Deque<Kept<R>> kept = new ArrayDeque<>();
    private volatile List<Alert> now = List.of();

    /**
     * Has looked at nothing yet.
     *
     * @param subject name of the database or part
     * @param rows all that there may be
     * @param rules those that count, in place of the rows' of the same name; other rows do not count
     * @param told of each alert that fires or is resolved
     */
    public RuleWatch(String subject, List<Row<R>> rows, List<AlertRule> rules, Consumer<Alert> told) {
        this.subject = subject;
        this.rows = List.copyOf(rows);
        this.told = told;
        this.all = List.of();
        rules(rules, Instant.EPOCH);
    }

    /** Other rules from now on. One that is switched off while its alert fires is over. */
    public void rules(List<AlertRule> rules, Instant wall) {
        Map<String, AlertRule> byName = rules.stream().collect(Collectors.toMap(AlertRule::name, rule -> rule));
        Map<String, Watched<R>> before =
                all.stream().collect(Collectors.toMap(watched -> watched.rule.name(), watched -> watched));
        List<Watched<R>> after = new ArrayList<>();
        for (var row : rows) {
            var name = row.rule().name();
            var rule = byName.get(name);
            var known = before.get(name);
            if (rule == null) {
                end(known, wall);
            } else {
                var watched = known == null ? new Watched<>(row, rule) : known;
                watched.rule = rule;
                after.add(watched);
            }
        }
        all = after;
    }

    private void end(@Nullable Watched<R> off, Instant wall) {
        var alert = off == null ? null : off.alert;
        if (off != null && alert != null && alert.state() == AlertState.FIRING) {
            told.accept(
                    with(off.rule, alert, alert.current(), AlertState.RESOLVED, alert.firedAt(), Optional.of(wall)));
        }
    }

    /** Looks at all rules. */
    public void look(R reading, long nanos, Instant wall) {
        var last = kept.peekLast();
        if (last == null || nanos - last.nanos >= EVERY_NANOS) {
            kept.addLast(new Kept<>(nanos, reading));
        }
        while (nanos - kept.getFirst().nanos > KEPT_NANOS + EVERY_NANOS) {
            kept.removeFirst();
        }
        List<Alert> open = new ArrayList<>();
        for (var watched : all) {
            double value = watched.row
                    .value()
                    .applyAsDouble(reading, before(nanos - watched.row.window().toNanos()));
            if (!Double.isNaN(value)) {
                look(watched, value, nanos, wall);
            }
            var alert = watched.alert;
            if (alert != null) {
                open.add(alert);
            }
        }
        now = List.copyOf(open);
    }

    /** The oldest reading that is not older than that. */
    private R before(long nanos) {
        for (var each : kept) {
            if (each.nanos - nanos >= 0) {
                return each.reading;
            }
        }
        return kept.getLast().reading;
    }

    private void look(Watched<R> watched, double value, long nanos, Instant wall) {
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

    private Alert pending(Watched<R> watched, Alert alert, double value, long nanos, Instant wall) {
        if (nanos - watched.sinceNanos < watched.rule.hold().toNanos()) {
            return with(watched.rule, alert, value, AlertState.PENDING, Optional.empty(), Optional.empty());
        }
        var fired = with(watched.rule, alert, value, AlertState.FIRING, Optional.of(wall), Optional.empty());
        told.accept(fired);
        return fired;
    }

    /** Null when it is over. */
    private @Nullable Alert firing(Watched<R> watched, Alert alert, double value, long nanos, Instant wall) {
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
                subject,
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
