// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.database.spi.PartAlert;
import dev.wellhead.pool.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks one part again and again. The timer only starts checks and tells those that take too long; a check that does
 * not even heed its interrupt holds one worker, and no other is begun until it ends.
 */
final class PartWatch {

    static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final SortedMap<String, Double> NO_READINGS = Collections.emptySortedMap();
    private static final int MOST_ALERTS = 32;

    private static final Logger LOG = LoggerFactory.getLogger(PartWatch.class);

    private final HealthPart part;
    private final String name;
    private final Duration limit;
    private final List<PartAlert> alerts;
    private final Future<?> ticks;

    /** Guarded by this, as the next two: which check runs; null: none. */
    private @Nullable Run running;

    private boolean told;
    private boolean closed;
    private volatile PartReport report;

    /** One check, on the thread that makes it. */
    private static final class Run {
        private final long startNanos = System.nanoTime();
        private @Nullable Thread thread;
        private boolean late;
    }

    PartWatch(HealthPart part, long pauseNanos) {
        this.part = part;
        this.name = part.name();
        this.limit = part.limit();
        this.alerts = List.copyOf(part.alerts());
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name of a health part: must be 1 to 64 letters, digits, '.', '_' or '-'; use a name such as cache");
        }
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException(
                    "limit of health part " + name + ": must be longer than zero; use a limit such as 5 s");
        }
        if (alerts.size() > MOST_ALERTS
                || alerts.stream().map(PartAlert::name).distinct().count() < alerts.size()) {
            throw new IllegalArgumentException("alerts of health part " + name + ": must be at most " + MOST_ALERTS
                    + ", each with a name of its own");
        }
        this.report =
                new PartReport(name, false, Instant.now(), Duration.ZERO, Optional.of("not checked yet"), NO_READINGS);
        this.ticks = HealthThreads.every(pauseNanos, this::begin);
    }

    PartReport report() {
        return report;
    }

    String name() {
        return name;
    }

    List<PartAlert> alerts() {
        return alerts;
    }

    private synchronized void begin() {
        if (running != null || closed) {
            return;
        }
        var run = new Run();
        running = run;
        HealthThreads.work(() -> check(run));
    }

    private void check(Run run) {
        if (!entered(run)) {
            return;
        }
        var late = HealthThreads.after(limit.toNanos(), () -> late(run));
        Optional<String> error;
        var readings = NO_READINGS;
        try {
            part.check();
            readings = shown(part.readings());
            error = Optional.empty();
        } catch (Throwable wrong) {
            // Whatever a part throws says how it is, an Error of its own libraries too.
            error = Optional.of(text(wrong));
        }
        late.cancel(false);
        ended(run, error, readings);
    }

    private static SortedMap<String, Double> shown(Map<String, Double> readings) {
        var shown = new TreeMap<String, Double>();
        readings.forEach((key, value) -> {
            if (NAME.matcher(key).matches() && Double.isFinite(value)) {
                shown.put(key, value);
            }
        });
        while (shown.size() > HealthPart.MOST_READINGS) {
            shown.pollLastEntry();
        }
        return shown;
    }

    private synchronized boolean entered(Run run) {
        run.thread = Thread.currentThread();
        if (closed) {
            running = null;
        }
        return !closed;
    }

    private static String text(Throwable wrong) {
        var message = wrong.getMessage();
        var kind = wrong.getClass().getSimpleName();
        return Secret.mask(message == null || message.isBlank() ? kind : kind + ": " + message);
    }

    private synchronized void late(Run run) {
        var thread = run.thread;
        if (running == run && thread != null) {
            run.late = true;
            found(run, Optional.of("no answer within " + limit.toMillis() + " ms"), NO_READINGS);
            thread.interrupt();
        }
    }

    private synchronized void ended(Run run, Optional<String> error, SortedMap<String, Double> readings) {
        running = null;
        if (!run.late) {
            found(run, error, readings);
        }
        // One of ours may have come as the check ended: it is not for what this thread does next.
        var unused = Thread.interrupted();
    }

    private void found(Run run, Optional<String> error, SortedMap<String, Double> readings) {
        if (closed) {
            return;
        }
        var latency = Duration.ofNanos(System.nanoTime() - run.startNanos);
        report = new PartReport(name, error.isEmpty(), Instant.now(), latency, error, readings);
        boolean out = error.isPresent();
        if (out != told) {
            told = out;
            // On a worker of its own, for nothing is logged under a lock.
            HealthThreads.work(() -> log(error));
        }
    }

    private void log(Optional<String> error) {
        if (error.isPresent()) {
            LOG.warn("health part out part={} error={}", name, error.get());
        } else {
            LOG.info("health part recovered part={}", name);
        }
    }

    /** Checks no more, and interrupts a check under way. */
    synchronized void close() {
        closed = true;
        ticks.cancel(false);
        var run = running;
        var thread = run == null ? null : run.thread;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
