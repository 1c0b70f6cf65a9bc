// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ServerConfig;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Opens the databases and serves health and metrics over HTTP until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Open the databases and serve health and metrics over HTTP until SIGTERM or SIGINT.",
            "Without a configured database it runs an embedded PostgreSQL,",
            "kept in .wellhead/.",
            "SIGHUP, or a change of one of its files, reloads the configuration."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class ServeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DatabaseOptions options;

    @Option(names = "--port", paramLabel = "PORT", description = "HTTP port; else PORT, else 8080. 0 takes a free one.")
    private @Nullable Integer port;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "Address to listen on; 127.0.0.1.")
    private @Nullable String bind;

    ServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var loader = options.loader(terminal);
        if (port != null) {
            loader.flag("server.port", port.toString(), "--port");
        }
        if (bind != null) {
            loader.flag("server.bind", bind, "--bind");
        }
        Logging.showStateChanges();
        new Serving(terminal, ServerConfig.DEFAULT.drainTimeout()).run(loader);
        return ExitCode.DONE;
    }
}
