// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The open databases of one manager.
 *
 * <h2>Concurrency</h2>
 *
 * The monitor of this object guards the map and nothing else: a slot is put in under it, opened outside of it, and taken
 * out again under it when the opening fails. Whoever asks for the same database meanwhile waits for the slot.
 */
final class DatabaseRegistry {

    /** A database that is open or being opened; equal to itself alone. */
    private static final class Slot {
        private final DatabaseConfig config;
        private final CompletableFuture<Database> opened = new CompletableFuture<>();

        Slot(DatabaseConfig config) {
            this.config = config;
        }

        /** What it runs with: what it was opened with, until it is reconfigured. */
        DatabaseConfig config() {
            return isOpen() ? opened.join().config() : config;
        }

        CompletableFuture<Database> opened() {
            return opened;
        }

        boolean isOpen() {
            return opened.isDone() && !opened.isCompletedExceptionally();
        }

        boolean isClosed() {
            return isOpen() && opened.join().isClosed();
        }
    }

    private final Function<DatabaseConfig, Database> opener;
    private final Map<String, Slot> byName = new LinkedHashMap<>();
    private final List<Consumer<Database>> openListeners = new CopyOnWriteArrayList<>();
    private boolean closed;

    DatabaseRegistry(Function<DatabaseConfig, Database> opener) {
        this.opener = opener;
    }

    List<Consumer<Database>> openListeners() {
        return openListeners;
    }

    Database open(DatabaseConfig config) {
        var mine = new Slot(config);
        var slot = claim(config, mine);
        return slot == mine ? openInto(mine) : join(slot);
    }

    Database database(String name) {
        Slot slot;
        synchronized (this) {
            forgetClosed();
            slot = byName.get(name);
            if (slot == null) {
                throw new IllegalArgumentException("No database is called " + LogText.value(name) + "; open: "
                        + (byName.isEmpty() ? "none" : String.join(", ", byName.keySet())));
            }
        }
        return join(slot);
    }

    Database only() {
        Slot slot;
        synchronized (this) {
            forgetClosed();
            Set<Slot> distinct = new LinkedHashSet<>(byName.values());
            slot = byName.get(DatabaseManager.DEFAULT_NAME);
            if (slot == null && distinct.size() == 1) {
                slot = distinct.iterator().next();
            }
            if (slot == null) {
                throw new IllegalArgumentException(
                        byName.isEmpty()
                                ? "No database is open; open one, or configure DATABASE_URL"
                                : "No database is called default and there are several; ask by name: "
                                        + String.join(", ", byName.keySet()));
            }
        }
        return join(slot);
    }

    synchronized Collection<Database> databases() {
        forgetClosed();
        Set<Database> open = new LinkedHashSet<>();
        for (var slot : byName.values()) {
            if (slot.isOpen()) {
                open.add(slot.opened().join());
            }
        }
        return List.copyOf(open);
    }

    /** How each database is drained: whether its leases ended in time. */
    List<Callable<Boolean>> drains(Duration limit) {
        List<Callable<Boolean>> drains = new ArrayList<>();
        for (var database : databases()) {
            drains.add(() -> database.dataSource().drain(limit).complete());
        }
        return drains;
    }

    /** Opens no other, and says how those that are open are closed. */
    List<Callable<Boolean>> closes() {
        Collection<Database> open;
        synchronized (this) {
            closed = true;
            open = databases();
            byName.values().removeIf(slot -> slot.opened().isDone());
        }
        List<Callable<Boolean>> closes = new ArrayList<>();
        for (var database : open) {
            closes.add(() -> {
                database.close();
                return true;
            });
        }
        return closes;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    private synchronized Slot claim(DatabaseConfig config, Slot mine) {
        if (closed) {
            throw new IllegalStateException("The database manager is closed; open databases with a new one");
        }
        forgetClosed();
        var named = byName.get(config.name());
        if (named != null) {
            if (DatabaseIdentity.isSame(named.config(), config)) {
                return named;
            }
            var rule = DatabaseIdentity.isSameServerAndUser(named.config(), config)
                    ? "Other settings for the same URL and user need a name of their own:"
                    : "A name means one database:";
            throw new DuplicateDatabaseException(rule + DatabaseIdentity.describe(named.config(), config)
                    + ". Give the second one another name, or ask for it with the same settings");
        }
        for (var slot : byName.values()) {
            if (DatabaseIdentity.isSame(slot.config(), config)) {
                byName.put(config.name(), slot);
                return slot;
            }
        }
        byName.put(config.name(), mine);
        return mine;
    }

    private Database openInto(Slot mine) {
        Database database;
        try {
            database = opener.apply(mine.config());
        } catch (RuntimeException | Error e) {
            remove(mine);
            mine.opened().completeExceptionally(e);
            throw e;
        }
        boolean late;
        synchronized (this) {
            late = closed;
            mine.opened().complete(database);
            if (late) {
                byName.values().removeIf(slot -> slot == mine);
            }
        }
        if (late) {
            database.close();
            throw new IllegalStateException(
                    "The database manager was closed while " + mine.config().name() + " opened");
        }
        openListeners.forEach(listener -> listener.accept(database));
        return database;
    }

    private synchronized void remove(Slot slot) {
        byName.values().removeIf(other -> other == slot);
    }

    /** Databases that their user closed by themselves: their names are free again. */
    private synchronized void forgetClosed() {
        byName.values().removeIf(Slot::isClosed);
    }

    private static Database join(Slot slot) {
        try {
            return slot.opened().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException("Opening " + slot.config().name() + " failed", e.getCause());
        }
    }
}
