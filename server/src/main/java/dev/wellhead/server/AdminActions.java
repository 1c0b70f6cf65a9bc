// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.config.InvalidConfigException;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.Lease;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What operators do: {@code /api/admin/...}. Every action is told to the audit, also one that was refused. */
final class AdminActions {

    private static final String PREFIX = "/api/admin/";
    private static final long USUAL_DEADLINE_MILLIS = 5_000;
    private static final long LONGEST_DEADLINE_MILLIS = 60_000;
    /** A drain waits on one of the few HTTP threads. */
    private static final int MOST_DRAINS = 2;

    /** The whole answer. */
    record Done(String timestamp, String action, String database, Object result) {}

    /** After pause, resume and reset. */
    record State(String state, int active, int idle, int waiting) {

        static State of(Database database) {
            var pool = database.snapshot();
            return new State(pool.state().name().toLowerCase(Locale.ROOT), pool.active(), pool.idle(), pool.waiting());
        }
    }

    record Drained(boolean complete, long tookMs, List<StatementBodies.OneLease> remaining) {}

    /** How many left at once, and how many leave when they are given back. */
    record Evicted(int idle, int active) {}

    record Cancelled(long connectionId, int lease, String operation, String sql, BigDecimal runningMs) {}

    record Reconfigured(List<String> applied, List<String> needsRestart) {}

    /** One action on one database. */
    private interface Action {
        Object on(Database database, AdminBody body) throws Exception;
    }

    private final DatabaseManager manager;
    private final @Nullable SettingsChange settings;
    private final Consumer<AdminAction> audit;
    private final Semaphore drains = new Semaphore(MOST_DRAINS);

    /**
     * Actions on the databases of that manager.
     *
     * @param settings null where the program keeps its settings to itself
     * @param audit told of each action after it was done; must not block
     */
    AdminActions(DatabaseManager manager, @Nullable SettingsChange settings, Consumer<AdminAction> audit) {
        this.manager = manager;
        this.settings = settings;
        this.audit = audit;
    }

    List<Route> routes() {
        return List.of(
                route("pause", List.of(), (database, body) -> {
                    database.dataSource().pause();
                    return State.of(database);
                }),
                route("resume", List.of(), (database, body) -> {
                    database.dataSource().resume();
                    return State.of(database);
                }),
                route("drain", List.of("deadlineMs"), this::drain),
                route("reset", List.of(), (database, body) -> {
                    database.dataSource().reset();
                    return State.of(database);
                }),
                route("evict", List.of("connectionId"), AdminActions::evict),
                route("cancel", List.of("connectionId", "lease"), AdminActions::cancel),
                route("reconfigure", List.of("settings"), this::reconfigure));
    }

    private Route route(String action, List<String> more, Action work) {
        var fields = Stream.concat(Stream.of("database"), more.stream()).toList();
        return new Route(PREFIX + action, Route.Access.ADMIN, request -> {
            var body = AdminBody.read(request, fields);
            var name = body.database();
            var result = "500";
            try {
                var done = work.on(database(name), body);
                result = "done";
                return Reply.json(200, new Done(Numbers.iso(Instant.now()), action, name, done));
            } catch (BadRequestException refused) {
                result = String.valueOf(refused.status());
                throw refused;
            } finally {
                audit.accept(new AdminAction(name, action, request.remote(), result));
            }
        });
    }

    private Database database(String name) {
        try {
            return manager.database(name);
        } catch (IllegalArgumentException unknown) {
            if (manager.monitored().stream().anyMatch(each -> each.name().equals(name))) {
                throw new BadRequestException(
                        409, name + " keeps its connections by a driver of its own: it can be watched, not acted upon");
            }
            throw new BadRequestException(
                    404,
                    "database must be one of "
                            + manager.databases().stream()
                                    .map(Database::name)
                                    .sorted()
                                    .toList());
        }
    }

    private Drained drain(Database database, AdminBody body) throws InterruptedException {
        long deadline = body.number("deadlineMs", LONGEST_DEADLINE_MILLIS).orElse(USUAL_DEADLINE_MILLIS);
        if (!drains.tryAcquire()) {
            throw new BadRequestException(409, "two drains are under way: wait for one to end");
        }
        try {
            var report = database.dataSource().drain(Duration.ofMillis(deadline));
            return new Drained(
                    report.complete(),
                    report.took().toMillis(),
                    report.remaining().stream()
                            .map(lease -> StatementBodies.OneLease.of(database.name(), lease))
                            .toList());
        } finally {
            drains.release();
        }
    }

    private static Evicted evict(Database database, AdminBody body) {
        if (!body.has("connectionId")) {
            var pool = database.snapshot();
            database.dataSource().evictAll();
            return new Evicted(pool.idle(), pool.active());
        }
        long connection = body.required("connectionId");
        boolean isHeld = database.leases().stream().anyMatch(lease -> lease.connectionId() == connection);
        if (!database.dataSource().evict(connection)) {
            throw new BadRequestException(404, "there is no connection " + connection + " any more");
        }
        return isHeld ? new Evicted(0, 1) : new Evicted(1, 0);
    }

    private static Cancelled cancel(Database database, AdminBody body) {
        long connection = body.required("connectionId");
        boolean isNamed = body.has("lease");
        long number = isNamed ? body.required("lease") : 0;
        var lease = database.leases().stream()
                .filter(one -> one.connectionId() == connection && (!isNamed || one.number() == number))
                .findFirst()
                .orElseThrow(() -> ended(connection));
        if (!lease.running()) {
            throw new BadRequestException(
                    409, "no statement runs in this lease: evict takes its connection when it is given back");
        }
        if (!database.dataSource().cancel(connection, lease.number())) {
            throw ended(connection);
        }
        return cancelled(lease);
    }

    private static BadRequestException ended(long connection) {
        return new BadRequestException(404, "this lease of connection " + connection + " has ended");
    }

    private static Cancelled cancelled(Lease lease) {
        return new Cancelled(
                lease.connectionId(),
                lease.number(),
                lease.operation(),
                lease.sql(),
                Numbers.millisTwoDecimals(lease.runningFor()));
    }

    private Reconfigured reconfigure(Database database, AdminBody body) {
        var wanted = body.settings();
        var change = settings;
        if (change == null) {
            throw new BadRequestException(
                    501, "the program that runs this server keeps its settings to itself: change them there");
        }
        try {
            var outcome = change.apply(body.database(), wanted);
            return new Reconfigured(outcome.applied(), outcome.needsRestart());
        } catch (InvalidConfigException | IllegalArgumentException e) {
            throw new BadRequestException(422, String.valueOf(e.getMessage()));
        }
    }
}
