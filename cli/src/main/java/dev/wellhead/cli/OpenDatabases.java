// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.config.ConfigReport;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.embedded.EmbeddedServer;
import dev.wellhead.embedded.EmbeddedServerConfig;
import dev.wellhead.embedded.EmbeddedServerLockedException;
import dev.wellhead.embedded.RunningServer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The configured databases, opened; where none is configured, the embedded PostgreSQL of the working folder.
 *
 * <p>Closing closes the pools first and the embedded server last, if it was started here.
 */
final class OpenDatabases implements AutoCloseable {
    private final WellheadConfig config;
    private final DatabaseManager manager;
    // Null: databases are configured, or the embedded server belongs to another process.
    private final @Nullable EmbeddedServer embedded;

    private OpenDatabases(WellheadConfig config, DatabaseManager manager, @Nullable EmbeddedServer embedded) {
        this.config = config;
        this.manager = manager;
        this.embedded = embedded;
    }

    /** Opens with an embedded server of its own where none is configured; another process that has it is refused. */
    static OpenDatabases owning(ConfigLoader.Builder loader, Terminal terminal) {
        var config = loader.load();
        if (!config.databases().isEmpty()) {
            return opened(config, null, UnaryOperator.identity());
        }
        var folder = DatabaseOptions.embeddedFolder(terminal);
        sayEmbedded(terminal, "starting an embedded PostgreSQL that keeps its data in " + folder);
        return embedded(loader, start(folder, false), UnaryOperator.identity());
    }

    /** Opens; where none is configured, on the embedded server that runs already, else on one of its own. */
    static OpenDatabases sharing(ConfigLoader.Builder loader, Terminal terminal) {
        var config = loader.load();
        if (!config.databases().isEmpty()) {
            return opened(config, null, UnaryOperator.identity());
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
     * Opens only what runs already, without waiting for it.
     *
     * @param adapt changes the settings of each database before it is opened
     */
    static OpenDatabases existing(ConfigLoader.Builder loader, Terminal terminal, UnaryOperator<DatabaseConfig> adapt) {
        var config = loader.load();
        if (!config.databases().isEmpty()) {
            return opened(config, null, adapt);
        }
        var folder = DatabaseOptions.embeddedFolder(terminal);
        var running = EmbeddedServer.findRunning(folder)
                .orElseThrow(() -> new CommandException(
                        ExitCode.UNREACHABLE,
                        "no database is configured and no embedded PostgreSQL runs in " + folder
                                + ": set DATABASE_URL, or start one with wellhead serve"));
        return shared(loader, terminal, running, adapt);
    }

    WellheadConfig config() {
        return config;
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
        return opened(provided(loader, running.url()), null, adapt);
    }

    private static OpenDatabases embedded(
            ConfigLoader.Builder loader, EmbeddedServer server, UnaryOperator<DatabaseConfig> adapt) {
        boolean opened = false;
        try {
            var result = opened(provided(loader, server.url()), server, adapt);
            opened = true;
            return result;
        } finally {
            if (!opened) {
                server.close();
            }
        }
    }

    private static WellheadConfig provided(ConfigLoader.Builder loader, String url) {
        return loader.provided("url", url, "embedded server").load();
    }

    private static OpenDatabases opened(
            WellheadConfig config, @Nullable EmbeddedServer server, UnaryOperator<DatabaseConfig> adapt) {
        ConfigReport.log(config);
        var builder = DatabaseManager.builder();
        config.databases().forEach(database -> builder.database(adapt.apply(database)));
        return new OpenDatabases(config, builder.open(), server);
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
