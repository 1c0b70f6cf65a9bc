// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.spi.ManagerSource;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The one manager of the process. No lock is held while it opens; whoever asks meanwhile waits for the result. */
final class SharedManager {

    private static final AtomicReference<@Nullable CompletableFuture<DatabaseManager>> CURRENT =
            new AtomicReference<>();

    /** Registered before the first manager is opened. */
    private static final Thread EXIT_HOOK = new Thread(SharedManager::closeAtExit, "wellhead-shutdown");

    private static final AtomicBoolean HOOKED = new AtomicBoolean();

    /** The JVM is ending: nothing would close a manager opened now. */
    private static volatile boolean exiting;

    private SharedManager() {}

    static DatabaseManager get() {
        while (true) {
            var current = CURRENT.get();
            if (current != null) {
                var manager = join(current);
                if (!manager.isClosed()) {
                    return manager;
                }
                CURRENT.compareAndSet(current, null);
                continue;
            }
            var mine = new CompletableFuture<DatabaseManager>();
            if (CURRENT.compareAndSet(null, mine)) {
                return openInto(mine);
            }
        }
    }

    private static DatabaseManager openInto(CompletableFuture<DatabaseManager> mine) {
        try {
            hook();
            var manager = source().open();
            mine.complete(manager);
            return manager;
        } catch (RuntimeException | Error e) {
            CURRENT.compareAndSet(mine, null);
            mine.completeExceptionally(e);
            throw e;
        }
    }

    private static void hook() {
        if (exiting) {
            throw ending(null);
        }
        if (!HOOKED.compareAndSet(false, true)) {
            return;
        }
        try {
            Runtime.getRuntime().addShutdownHook(EXIT_HOOK);
        } catch (IllegalStateException e) {
            exiting = true;
            throw ending(e);
        }
    }

    private static IllegalStateException ending(@Nullable Throwable cause) {
        return new IllegalStateException(
                "DatabaseManager.shared() opens nothing while the JVM ends: get it before, or open databases by"
                        + " DatabaseManager.builder() and close them",
                cause);
    }

    private static DatabaseManager join(CompletableFuture<DatabaseManager> current) {
        try {
            return current.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException("The databases of this process could not be opened", e.getCause());
        }
    }

    private static ManagerSource source() {
        List<ManagerSource> found = new ArrayList<>();
        ServiceLoader.load(ManagerSource.class).forEach(found::add);
        if (found.isEmpty()) {
            ServiceLoader.load(ManagerSource.class, SharedManager.class.getClassLoader())
                    .forEach(found::add);
        }
        if (found.isEmpty()) {
            throw new IllegalStateException("DatabaseManager.shared() has no source of configuration: add the artifact"
                    + " dev.wellhead:wellhead-config to the class path, or open databases by"
                    + " DatabaseManager.builder()");
        }
        if (found.size() > 1) {
            throw new IllegalStateException("DatabaseManager.shared() has more than one source of configuration: "
                    + found.stream().map(source -> source.getClass().getName()).collect(Collectors.joining(", "))
                    + "; leave one of them on the class path");
        }
        return found.get(0);
    }

    private static void closeAtExit() {
        exiting = true;
        var current = CURRENT.get();
        if (current != null && current.isDone() && !current.isCompletedExceptionally()) {
            current.join().close();
        }
    }
}
