// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.pool.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks one part again and again. The timer only starts checks and tells those that take too long; a check that does
 * not even heed its interrupt holds one worker, and no other is begun until it ends.
 */
final class PartWatch {

    static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Logger LOG = LoggerFactory.getLogger(PartWatch.class);

    private final HealthPart part;
    private final String name;
    private final Duration limit;
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
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException(
                    "name of a health part: must be 1 to 64 letters, digits, '.', '_' or '-'; use a name such as cache");
        }
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException(
                    "limit of health part " + name + ": must be longer than zero; use a limit such as 5 s");
        }
        this.report = new PartReport(name, false, Instant.now(), Duration.ZERO, Optional.of("not checked yet"));
        this.ticks = HealthThreads.every(pauseNanos, this::begin);
    }

    PartReport report() {
        return report;
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
        try {
            part.check();
            error = Optional.empty();
        } catch (Throwable wrong) {
            // Whatever a part throws says how it is, an Error of its own libraries too.
            error = Optional.of(text(wrong));
        }
        late.cancel(false);
        ended(run, error);
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
            found(run, Optional.of("no answer within " + limit.toMillis() + " ms"));
            thread.interrupt();
        }
    }

    private synchronized void ended(Run run, Optional<String> error) {
        running = null;
        if (!run.late) {
            found(run, error);
        }
        // One of ours may have come as the check ended: it is not for what this thread does next.
        var unused = Thread.interrupted();
    }

    private void found(Run run, Optional<String> error) {
        if (closed) {
            return;
        }
        var latency = Duration.ofNanos(System.nanoTime() - run.startNanos);
        report = new PartReport(name, error.isEmpty(), Instant.now(), latency, error);
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
