// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.database.spi.ManagerSource;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.database.spi.PartAlert;
import dev.wellhead.pool.Ceiling;
import dev.wellhead.pool.ConfigException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The databases of a process, by name.
 *
 * <p>Thread-safe. One manager for the process comes from {@link #shared()}; any number from {@link #builder()}.
 *
 * <p>Which pool is which: the same URL, user and settings asked for twice is the same pool, under each name it was asked
 * for. Other settings for a URL and user that are open already need a name of their own; a name means one database.
 */
public final class DatabaseManager implements AutoCloseable {

    /** The name of a database that was given none. */
    public static final String DEFAULT_NAME = "default";

    private final DatabaseRegistry registry;
    private final List<PartWatch> parts = new CopyOnWriteArrayList<>();
    private final List<ManagedResource> resources = new CopyOnWriteArrayList<>();

    private DatabaseManager(@Nullable Ceiling ceiling) {
        registry = new DatabaseRegistry(config -> Database.open(config, ceiling));
    }

    /**
     * The manager of this process: opened once, by the one {@link ManagerSource} found; closed when the JVM ends. The
     * first caller waits for its databases to open, others wait for it. After it was closed or could not be opened, the
     * next call opens it anew.
     *
     * @throws IllegalStateException when there is no source or more than one; the text says what to add or remove
     * @throws RuntimeException when the source could not open it
     */
    public static DatabaseManager shared() {
        return SharedManager.get();
    }

    /** Collects the databases of a new manager. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects databases and opens them. */
    public static final class Builder {

        private final List<DatabaseConfig> configs = new ArrayList<>();
        private final List<HealthPart> parts = new ArrayList<>();
        private final List<ManagedResource> resources = new ArrayList<>();
        private @Nullable Ceiling ceiling;

        private Builder() {}

        /**
         * The most physical connections that all databases of the manager have together, those opened later included;
         * 0, the default, for no such limit. {@link Ceiling} says how room moves from idle pools to busy ones.
         *
         * @throws ConfigException when it is neither 0 nor what a {@link Ceiling} can be
         */
        public Builder maxTotal(int value) {
            ceiling = value == 0 ? null : new Ceiling(value);
            return this;
        }

        /** Adds a database. */
        public Builder database(DatabaseConfig config) {
            configs.add(config);
            return this;
        }

        /** Adds something else that the process depends on: it is checked in the background and shown as a part. */
        public Builder part(HealthPart part) {
            parts.add(part);
            return this;
        }

        /**
         * Adds something else that is opened and ended with the databases, such as those of another kind. One that is a
         * {@link HealthPart} is a part as well.
         */
        public Builder resource(ManagedResource resource) {
            resources.add(resource);
            return this;
        }

        /**
         * Opens all of them, the databases first, one after the other; none is also allowed. When one cannot be opened, those opened before
         * it are closed.
         *
         * @throws DuplicateDatabaseException when two contradict each other
         * @throws DatabaseException when one could not be reached
         * @throws IllegalArgumentException when a part has no valid name or limit, or two of parts, resources and databases
         *     the same name
         * @throws RuntimeException when a resource could not be opened
         */
        public DatabaseManager open() {
            var manager = new DatabaseManager(ceiling);
            try {
                checkNames();
                configs.forEach(manager::open);
                resources.forEach(manager::openResource);
                parts.forEach(manager::watch);
                return manager;
            } catch (RuntimeException | Error e) {
                manager.close();
                throw e;
            }
        }

        private void checkNames() {
            var names = new HashSet<String>();
            configs.forEach(config -> names.add(config.name()));
            resources.forEach(resource -> check(names, "resource", resource.name()));
            parts.forEach(part -> check(names, "health part", part.name()));
        }

        private static void check(Set<String> names, String what, String name) {
            if (!names.add(name)) {
                throw new IllegalArgumentException(
                        what + " " + name + ": there is a part, resource or database of that name; rename one");
            }
        }
    }

    private void openResource(ManagedResource resource) {
        // Before it is open: a manager that could not open it closes it.
        resources.add(resource);
        resource.open();
        if (resource instanceof HealthPart part) {
            watch(part);
        }
    }

    private void watch(HealthPart part) {
        parts.add(new PartWatch(part, PartWatch.PAUSE_NANOS));
    }

    /**
     * Opens a database, or returns it when the same is open already. May wait for its first connection, as
     * {@code startMode} says; callers who ask for the same database meanwhile wait for it, others do not.
     *
     * @throws DuplicateDatabaseException when it contradicts one already open; the text shows both
     * @throws DatabaseException when it could not be reached
     * @throws IllegalStateException when this manager is closed
     */
    public Database open(DatabaseConfig config) {
        return registry.open(config);
    }

    /**
     * An open database by its name.
     *
     * @throws IllegalArgumentException when there is none; the text names those that are open
     */
    public Database database(String name) {
        return registry.database(name);
    }

    /**
     * The database called {@code default}, or the only one.
     *
     * @throws IllegalArgumentException when there is neither
     */
    public Database database() {
        return registry.only();
    }

    /** All open databases, each once, in the order of opening. */
    public Collection<Database> databases() {
        return registry.databases();
    }

    /** All open databases as they are watched: those of {@link #databases()}, then the resources that are databases of another kind. */
    public List<MonitoredDatabase> monitored() {
        return Stream.concat(
                        databases().stream(),
                        resources.stream()
                                .filter(MonitoredDatabase.class::isInstance)
                                .map(MonitoredDatabase.class::cast))
                .toList();
    }

    /** What is held besides the databases, in the order it was added. */
    public List<ManagedResource> resources() {
        return List.copyOf(resources);
    }

    /**
     * What is held besides the databases, by its name.
     *
     * @throws IllegalArgumentException when there is none of that name and type; the text names those that there are
     */
    public <T extends ManagedResource> T resource(String name, Class<T> type) {
        return resources.stream()
                .filter(resource -> resource.name().equals(name) && type.isInstance(resource))
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No " + type.getSimpleName() + " is called "
                        + LogText.value(name) + "; there "
                        + (resources.isEmpty()
                                ? "is none"
                                : "are: "
                                        + resources.stream()
                                                .map(ManagedResource::name)
                                                .collect(Collectors.joining(", ")))));
    }

    /**
     * Has somebody told of each database that is opened from now on, on the thread that opens it, before that goes on.
     *
     * @param listener must be fast and must not throw
     */
    public void addOpenListener(Consumer<Database> listener) {
        registry.openListeners().add(listener);
    }

    /** Tells that one no longer. */
    public void removeOpenListener(Consumer<Database> listener) {
        registry.openListeners().remove(listener);
    }

    /** How the parts besides the databases are, as last checked; in the order they were added. Never waits. */
    public List<PartReport> parts() {
        return parts.stream().map(PartWatch::report).toList();
    }

    /** What the parts want told of their readings, by the part's name; the same as long as the manager lives. */
    public Map<String, List<PartAlert>> partAlerts() {
        return parts.stream().collect(Collectors.toMap(PartWatch::name, PartWatch::alerts));
    }

    /**
     * Refuses new callers of all pools at once and waits for their leases, and the work of resources, to end.
     *
     * @param limit longest wait for all together
     * @return whether all leases ended in time
     * @throws InterruptedException when interrupted; the pools go on draining
     */
    public boolean drain(Duration limit) throws InterruptedException {
        var drains = registry.drains(limit);
        resources.forEach(resource -> drains.add(() -> resource.drain(limit)));
        return AtOnce.run("wellhead-drain", drains).stream().allMatch(complete -> complete);
    }

    /** Closes all databases and resources at once; waits for the longest {@code closeTimeout}. Closing twice does nothing. */
    @Override
    public void close() {
        parts.forEach(PartWatch::close);
        var closes = registry.closes();
        resources.forEach(resource -> closes.add(() -> {
            resource.close();
            return true;
        }));
        try {
            AtOnce.run("wellhead-close", closes);
        } catch (InterruptedException e) {
            // Each close goes on by itself and is bounded.
            Thread.currentThread().interrupt();
        }
    }

    boolean isClosed() {
        return registry.isClosed();
    }
}
