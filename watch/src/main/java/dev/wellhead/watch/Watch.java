// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.Secret;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches all databases of a manager, also those that are added while it runs: once a second it looks which there are,
 * and whether their statements are to be counted ({@code statements.enabled}). One daemon thread, which never waits for a
 * database. Any thread may call; nothing blocks.
 */
public final class Watch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    private final DatabaseManager manager;
    private final ScheduledExecutorService thread;
    /** Changes on the thread alone, and is replaced whole. */
    private volatile Map<Database, StatementWatch> watched = Map.of();

    private Watch(DatabaseManager manager) {
        this.manager = manager;
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            var made = new Thread(work, "wellhead-watch");
            made.setDaemon(true);
            return made;
        });
    }

    /** Begins to watch; what there is already is watched when this returns. */
    public static Watch start(DatabaseManager manager) {
        var watch = new Watch(manager);
        watch.look();
        var unused = watch.thread.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
        return watch;
    }

    private void look() {
        try {
            Map<Database, StatementWatch> now = new HashMap<>();
            var before = watched;
            for (var database : manager.databases()) {
                if (database.config().statements().enabled()) {
                    var known = before.get(database);
                    now.put(database, known == null ? StatementWatch.of(database) : known);
                }
            }
            before.forEach((database, known) -> {
                if (!now.containsKey(database)) {
                    known.close();
                }
            });
            watched = now;
        } catch (RuntimeException e) {
            // The next look is a second away; without this the executor would make none.
            LOG.warn("watch failed cause={}", e.getClass().getSimpleName(), Secret.mask(e));
        }
    }

    /** The statements of that database; empty where they are not counted. */
    public Optional<StatementWatch> statements(Database database) {
        return Optional.ofNullable(watched.get(database));
    }

    /** Ends it. */
    @Override
    public void close() {
        thread.shutdownNow();
        watched.values().forEach(StatementWatch::close);
    }
}
