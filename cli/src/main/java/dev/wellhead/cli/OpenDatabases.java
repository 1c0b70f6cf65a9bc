// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.config.ConfigReport;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.embedded.EmbeddedServer;
import dev.wellhead.embedded.EmbeddedServerConfig;
import dev.wellhead.embedded.EmbeddedServerLockedException;
import dev.wellhead.embedded.RunningServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The configured databases, opened; where none is configured, the embedded PostgreSQL of the working folder. A program on
 * MongoDB alone gets none.
 *
 * <p>Closing closes the pools first and the embedded server last, if it was started here.
 */
final class OpenDatabases implements AutoCloseable {
    private final WellheadConfig config;
    private final DatabaseManager manager;
    private final Sources sources;
    // Null: databases are configured, or the embedded server belongs to another process.
    private final @Nullable EmbeddedServer embedded;

    /**
     * Where the configuration comes from.
     *
     * @param said what users say
     * @param used the same, with the address of the embedded server where users name no database
     */
    private record Sources(ConfigLoader said, ConfigLoader used) {

        static Sources of(ConfigLoader.Builder loader) {
            var said = loader.build();
            return new Sources(said, said);
        }

        /** With the embedded server at that address. */
        static Sources embedded(ConfigLoader.Builder loader, String url) {
            var said = loader.build();
            return new Sources(
                    said, loader.provided("url", url, "embedded server").build());
        }
    }

    private OpenDatabases(
            WellheadConfig config, DatabaseManager manager, Sources sources, @Nullable EmbeddedServer embedded) {
        this.config = config;
        this.manager = manager;
        this.sources = sources;
        this.embedded = embedded;
    }

    /** Opens with an embedded server of its own where none is configured; another process that has it is refused. */
    static OpenDatabases owning(ConfigLoader.Builder loader, Terminal terminal) {
        var config = loader.load();
        Logging.follow(config);
        if (!config.isEmpty()) {
            return opened(Sources.of(loader), config, null, config.resources(), UnaryOperator.identity());
        }
        var folder = DatabaseOptions.embeddedFolder(terminal);
        sayEmbedded(terminal, "starting an embedded PostgreSQL that keeps its data in " + folder);
        return embedded(loader, start(folder, false), UnaryOperator.identity());
    }

    /**
     * Opens SQL databases; where nothing is configured, on the embedded server that runs already, else on one of its own.
     */
    static OpenDatabases sharing(ConfigLoader.Builder loader, Terminal terminal) {
        var config = loader.load();
        Logging.follow(config);
        if (!config.databases().isEmpty()) {
            return opened(Sources.of(loader), config, null, List.of(), UnaryOperator.identity());
        }
        if (!config.isEmpty()) {
            throw new CommandException(
                    ExitCode.CONFIG_INVALID,
                    "no SQL database is configured, and this command works on one: set DATABASE_URL");
        }
        var folder = DatabaseOptions.embeddedFolder(terminal);
        var running = EmbeddedServer.findRunning(folder);
        if (running.isEmpty()) {
            sayEmbedded(terminal, "starting an embedded PostgreSQL that keeps its data in " + folder);
            try {
                return embedded(loader, start(folder, true), UnaryOperator.identity());
            } catch (EmbeddedServerLockedException e) {
                // Another process was faster.
                running = Optional.of(e.running().orElseThrow(() -> e));
            }
        }
        return shared(loader, terminal, running.get(), UnaryOperator.identity());
    }

    /**
     * Opens only SQL databases that run already, without waiting for them.
     *
     * @param adapt changes the settings of each database before it is opened
     */
    static OpenDatabases existing(ConfigLoader.Builder loader, Terminal terminal, UnaryOperator<DatabaseConfig> adapt) {
        var config = loader.load();
        if (!config.isEmpty()) {
            return opened(Sources.of(loader), config, null, List.of(), adapt);
        }
        var folder = DatabaseOptions.embeddedFolder(terminal);
        var running = EmbeddedServer.findRunning(folder)
                .orElseThrow(() -> new CommandException(
                        ExitCode.UNREACHABLE,
                        "no database is configured and no embedded PostgreSQL runs in " + folder
                                + ": set DATABASE_URL, or start one with wellhead serve"));
        return shared(loader, terminal, running, adapt);
    }

    /** The configuration that the databases were opened with. */
    WellheadConfig config() {
        return config;
    }

    /**
     * Reads the configuration anew, and opens and changes nothing.
     *
     * @param admin what operators have set since the start, by key
     * @throws dev.wellhead.config.InvalidConfigException with all problems at once
     */
    WellheadConfig load(Map<String, String> admin) {
        var loader = sources.said().load().isEmpty() ? sources.used() : sources.said();
        return loader.with(admin, "admin").load();
    }

    /** The files that such a configuration depends on. */
    List<Path> files(WellheadConfig loaded) {
        return sources.said().files(loaded);
    }

    DatabaseManager manager() {
        return manager;
    }

    private static EmbeddedServer start(Path folder, boolean stopAtExit) {
        return EmbeddedServer.start(
                EmbeddedServerConfig.builder(folder).stopAtExit(stopAtExit).build());
    }

    private static OpenDatabases shared(
            ConfigLoader.Builder loader,
            Terminal terminal,
            RunningServer running,
            UnaryOperator<DatabaseConfig> adapt) {
        sayEmbedded(
                terminal,
                "using the embedded PostgreSQL that process " + running.ownerPid() + " runs at port " + running.port());
        var sources = Sources.embedded(loader, running.url());
        return opened(sources, sources.used().load(), null, List.of(), adapt);
    }

    private static OpenDatabases embedded(
            ConfigLoader.Builder loader, EmbeddedServer server, UnaryOperator<DatabaseConfig> adapt) {
        boolean opened = false;
        try {
            var sources = Sources.embedded(loader, server.url());
            var result = opened(sources, sources.used().load(), server, List.of(), adapt);
            opened = true;
            return result;
        } finally {
            if (!opened) {
                server.close();
            }
        }
    }

    private static OpenDatabases opened(
            Sources sources,
            WellheadConfig config,
            @Nullable EmbeddedServer server,
            List<ManagedResource> resources,
            UnaryOperator<DatabaseConfig> adapt) {
        ConfigReport.log(config);
        var builder = DatabaseManager.builder().maxTotal(config.maxTotal());
        config.databases().forEach(database -> builder.database(adapt.apply(database)));
        resources.forEach(builder::resource);
        return new OpenDatabases(config, builder.open(), sources, server);
    }

    private static void sayEmbedded(Terminal terminal, String what) {
        terminal.err().println("No database is configured (DATABASE_URL): " + what);
    }

    /** Closes the pools, then stops the embedded server if it was started here. */
    @Override
    public void close() {
        try {
            manager.close();
        } finally {
            if (embedded != null) {
                embedded.close();
            }
        }
    }
}
