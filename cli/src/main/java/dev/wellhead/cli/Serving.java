// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.pool.Secret;
import dev.wellhead.server.WellheadServer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code serve}, from its start to the drain at SIGTERM or SIGINT.
 *
 * <p>Stopping: the JVM answers both signals by running its shutdown hooks, and would then end with 143 or 130. The hook
 * here stops in order (readiness off, work finished, HTTP, pools, embedded server last) and then halts the JVM with the
 * code of the contract. It is in place before anything is opened, so that a signal during the start leaves nothing
 * behind: it interrupts the start and waits for it.
 *
 * <p>SIGHUP, and a change of the configuration's files, have the configuration read anew by {@link Reloading}; a SIGHUP
 * before the start has ended is answered after it.
 *
 * <p>Threads: the main thread starts and then waits; the hook's thread stops. {@code started} hands over between them. The
 * reloads have a thread of their own, which the hook ends first.
 */
final class Serving {
    private final Terminal terminal;
    private final Duration startLimit;
    private final Thread main = Thread.currentThread();
    private final CountDownLatch started = new CountDownLatch(1);
    private final Reloading reloading = new Reloading();

    // Written by the main thread before started is counted down, read by the hook after it. Null: not open.
    private @Nullable OpenDatabases databases;
    private @Nullable WellheadServer server;
    private Duration drainLimit;
    /** Whether a signal came before the start had ended. */
    private volatile boolean stopping;

    /** A run whose start is waited for that long when a signal comes before it has ended. */
    Serving(Terminal terminal, Duration startLimit) {
        this.terminal = terminal;
        this.startLimit = startLimit;
        this.drainLimit = startLimit;
    }

    /** Starts, says where, and then blocks for good: the shutdown hook ends the process. */
    void run(ConfigLoader.Builder loader) {
        var hook = new Thread(this::stopAndHalt, "wellhead-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        boolean serving = false;
        HangUp.handle(reloading::request, () -> Runtime.getRuntime().exit(ExitCode.DONE));
        try {
            start(loader);
            serving = true;
        } catch (RuntimeException e) {
            if (!stopping) {
                throw e;
            }
            // The signal interrupted the start: that is no failure, and the hook is about to halt the JVM.
        } finally {
            if (!serving) {
                closeAll();
                databases = null;
                server = null;
                if (!stopping) {
                    removeHook(hook);
                }
            }
            started.countDown();
        }
        while (true) {
            // An interrupt here comes from the hook, which halts the JVM.
            LockSupport.park(this);
        }
    }

    private void start(ConfigLoader.Builder loader) {
        databases = OpenDatabases.owning(loader, terminal);
        var config = databases.config();
        drainLimit = config.server().drainTimeout();
        server = WellheadServer.start(
                databases.manager(), config.server(), config.profile().text());
        reloading.start(new ConfigReload(databases, server::show));
        terminal.out().println("ready " + server.uri());
        terminal.out().flush();
    }

    private void stopAndHalt() {
        int code = ExitCode.FAILED;
        reloading.close();
        try {
            if (started.getCount() > 0) {
                stopping = true;
                main.interrupt();
            }
            if (started.await(startLimit.toMillis(), TimeUnit.MILLISECONDS)) {
                boolean complete = server == null || server.drain(drainLimit);
                closeAll();
                if (complete) {
                    code = ExitCode.DONE;
                } else {
                    terminal.err()
                            .println("wellhead: work was still running after " + drainLimit.toMillis()
                                    + " ms and was cut off (server.drain-timeout)");
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts a shutdown hook; if somebody does, the process still has to end.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // Ends with 1, and says why: nothing above this hook would.
            terminal.err().println("wellhead: stopping failed: " + Secret.mask(e));
        } finally {
            terminal.out().flush();
            terminal.err().flush();
            Runtime.getRuntime().halt(code);
        }
    }

    // HTTP first, so that nobody is promised anything; then pools; the embedded server last.
    private void closeAll() {
        try {
            if (server != null) {
                server.close();
            }
        } finally {
            if (databases != null) {
                databases.close();
            }
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            // The hook runs: it finds everything closed and halts.
            return;
        }
    }
}
