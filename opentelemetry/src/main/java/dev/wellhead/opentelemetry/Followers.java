// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Keeps one listener at each database: at one, or at all of a manager, those it opens later too. Any thread may call.
 *
 * @param <L> what listens
 */
final class Followers<L> implements AutoCloseable {

    private final Function<Database, L> attach;
    private final BiConsumer<Database, L> detach;
    private final Map<Database, L> known = new ConcurrentHashMap<>();
    private final Consumer<Database> opened = this::opened;
    private volatile Supplier<? extends Collection<Database>> databases = List::of;
    private volatile Runnable unfollow = () -> {};
    private volatile boolean isClosed;

    Followers(Function<Database, L> attach, BiConsumer<Database, L> detach) {
        this.attach = attach;
        this.detach = detach;
    }

    void follow(Database database) {
        databases = () -> List.of(database);
        opened(database);
    }

    void follow(DatabaseManager manager) {
        databases = manager::databases;
        unfollow = () -> manager.removeOpenListener(opened);
        manager.addOpenListener(opened);
        manager.databases().forEach(this::opened);
    }

    private void opened(Database database) {
        forgetClosed();
        known.computeIfAbsent(database, attach);
        if (isClosed) {
            close();
        }
    }

    private void forgetClosed() {
        // In this order: one that another thread adds meanwhile is not among those asked about.
        var before = List.copyOf(known.keySet());
        var open = new HashSet<>(databases.get());
        before.stream().filter(database -> !open.contains(database)).forEach(this::forget);
    }

    private void forget(Database database) {
        var listener = known.remove(database);
        if (listener != null) {
            detach.accept(database, listener);
        }
    }

    /** Those that are open. */
    Iterable<Database> databases() {
        forgetClosed();
        return known.keySet();
    }

    /** Takes all listeners away. */
    @Override
    public void close() {
        isClosed = true;
        unfollow.run();
        known.keySet().forEach(this::forget);
    }
}
