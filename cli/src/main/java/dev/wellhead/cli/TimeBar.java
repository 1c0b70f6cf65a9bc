// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows on a terminal how much of a time limit a wait has used, until it is closed; elsewhere nothing. */
final class TimeBar implements AutoCloseable {
    private static final long EVERY_MILLIS = 200;

    private final ProgressBar bar;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        var made = new Thread(work, "wellhead-time-bar");
        made.setDaemon(true);
        return made;
    });

    private TimeBar(ProgressBar bar) {
        this.bar = bar;
    }

    /** Runs work that may take that long, with a bar beside it where there is a terminal. */
    static <T> T during(Terminal terminal, Duration limit, String text, Work<T> work) throws InterruptedException {
        if (!terminal.interactive()) {
            return work.run();
        }
        try (var shown = new TimeBar(new ProgressBar(terminal.err()))) {
            shown.start(limit, text);
            return work.run();
        }
    }

    /** What is waited for. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws InterruptedException;
    }

    private void start(Duration limit, String text) {
        long begin = System.nanoTime();
        double nanos = Math.max(1, limit.toNanos());
        var unused = thread.scheduleAtFixedRate(
                () -> bar.draw((System.nanoTime() - begin) / nanos, text), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The bar is gone, and is not drawn again. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            var unused = thread.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        bar.clear();
    }
}
