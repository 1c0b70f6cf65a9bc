// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.pool.Secret;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the configuration is read anew: when asked, and when one of its files has changed.
 *
 * <h2>Noticing</h2>
 *
 * It looks at the files once a second instead of being told by the system: that also works for links that are swapped
 * far away from the file, as Kubernetes does with a ConfigMap, and for folders of another machine; a look is a few
 * microseconds. A file that is being written is left alone until it looks the same twice, {@value #SETTLE_MILLIS} ms
 * apart, for at most {@value #LONGEST_SETTLE_MILLIS} ms; then it is read as it is.
 *
 * <h2>Concurrency</h2>
 *
 * One thread does it all, so reloads come one after the other. Asking only leaves a permit: what is asked for during a
 * reload runs after it, and what is asked for twice meanwhile runs once.
 */
final class Reloading implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final long SETTLE_MILLIS = 250;
    private static final long LONGEST_SETTLE_MILLIS = 5_000;

    private final Semaphore asked = new Semaphore(0);
    private volatile boolean closed;
    // Null: not started yet.
    private volatile @Nullable Thread thread;

    /** Has the configuration read anew soon; before the start: soon after it. Never waits. */
    void request() {
        asked.release();
    }

    /** Begins. The first reload is at once, for what changed while the server started. */
    void start(ConfigReload reload) {
        var started = new Thread(() -> run(reload), "wellhead-reload");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    private void run(ConfigReload reload) {
        try {
            var seen = FileStamps.NONE;
            boolean wanted = false;
            while (!closed) {
                seen = looked(reload, seen, wanted);
                wanted = asked.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                asked.drainPermits();
            }
        } catch (InterruptedException ending) {
            // By close(): the process stops.
            Thread.currentThread().interrupt();
        }
    }

    /** One look at the files, and a reload where there is reason for one; whatever fails, the next look comes. */
    private FileStamps looked(ConfigReload reload, FileStamps seen, boolean wanted) throws InterruptedException {
        try {
            if (!wanted && FileStamps.of(reload.files()).equals(seen)) {
                return seen;
            }
            var settled = settled(reload);
            runOnce(reload, seen.equals(FileStamps.NONE) && !wanted);
            return settled.forFiles(reload.files());
        } catch (RuntimeException e) {
            kept(e);
            return seen;
        }
    }

    private void runOnce(ConfigReload reload, boolean first) {
        try {
            reload.run(first, () -> closed);
        } catch (RuntimeException | Error e) {
            kept(e);
        }
    }

    private void kept(Throwable cause) {
        if (!closed) {
            LOG.error(
                    "configuration kept cause={}",
                    LogText.value(String.valueOf(Secret.mask(cause))),
                    Secret.mask(cause));
        }
    }

    /** What the files look like when nobody is writing them. */
    private static FileStamps settled(ConfigReload reload) throws InterruptedException {
        var before = FileStamps.of(reload.files());
        for (long waited = 0; waited < LONGEST_SETTLE_MILLIS; waited += SETTLE_MILLIS) {
            TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
            var now = FileStamps.of(reload.files());
            if (now.equals(before)) {
                break;
            }
            before = now;
        }
        return before;
    }

    @Override
    public void close() {
        closed = true;
        var running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
