// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.cli.internal.DatabaseReport;
import dev.wellhead.cli.internal.Plan;
import dev.wellhead.config.Profile;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.embedded.EmbeddedServer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Finds out step by step why a database cannot be used, or that it can. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Look at each configured database step by step: names, TCP, TLS, login, version, latency, clock, "
                    + "permissions, pooler, connections. Each step tells its time and, when something is wrong, "
                    + "what to do.",
            "Without a configured database it looks at the embedded one that serve runs.",
            "Exit 0: all good, or warnings only; 4: a database cannot be reached; 5: other problems."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DatabaseOptions options;

    @Option(names = "--database", paramLabel = "NAME", description = "Only this one; else all.")
    private @Nullable String database;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Option(
            names = "--bundle",
            paramLabel = "FILE",
            description = "Write a zip file for whoever helps: this report, the effective configuration and what a "
                    + "running serve tells, all without secrets.")
    private @Nullable Path bundle;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "With --bundle: the running serve; else that of the configured port on this machine.")
    private @Nullable String server;

    @Option(names = "--log", paramLabel = "FILE", description = "With --bundle: take the end of this log along.")
    private @Nullable Path log;

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (bundle == null && (server != null || log != null)) {
            throw new ParameterException(
                    spec.commandLine(), "--server and --log are for --bundle; give --bundle=FILE, or leave them out");
        }
        var config = options.loader(terminal).load();
        boolean embedded = config.isEmpty();
        if (embedded) {
            config = embedded();
        } else if (config.databases().isEmpty()) {
            terminal.err().println("No SQL database is configured, and others are not examined: see wellhead health");
        }
        var wanted = database;
        if (wanted != null
                && config.databases().stream().noneMatch(one -> one.name().equals(wanted))) {
            throw unknown(wanted, config);
        }
        var reports = CheckupBar.run(
                config.databases(),
                name -> wanted == null || name.equals(wanted),
                Plan.everything(config.maxTotal(), config.profile() == Profile.EDGE, embedded),
                terminal);
        terminal.out().println(json ? Json.text(DoctorText.json(reports)) : DoctorText.of(reports));
        var file = bundle;
        if (file != null) {
            int files = SupportBundle.write(
                    terminal.folder().resolve(file),
                    config,
                    reports,
                    server,
                    log == null ? null : terminal.folder().resolve(log));
            terminal.err()
                    .println("wrote " + file + " with " + files + " files, without secrets; look before you send it");
        }
        return exitCode(reports);
    }

    private WellheadConfig embedded() {
        var folder = DatabaseOptions.embeddedFolder(terminal);
        var running = EmbeddedServer.findRunning(folder)
                .orElseThrow(() -> new CommandException(
                        ExitCode.UNREACHABLE,
                        "no database is configured and no embedded PostgreSQL runs in " + folder
                                + ": set DATABASE_URL, or start one with wellhead serve"));
        terminal.err()
                .println("No database is configured (DATABASE_URL): looking at the embedded PostgreSQL that process "
                        + running.ownerPid() + " runs at port " + running.port());
        return options.loader(terminal)
                .provided("url", running.url(), "embedded server")
                .load();
    }

    private ParameterException unknown(String wanted, WellheadConfig config) {
        return new ParameterException(
                spec.commandLine(),
                "--database=" + wanted + ": no database of that name is configured; there is "
                        + config.databases().stream().map(DatabaseConfig::name).collect(Collectors.joining(", ")));
    }

    private static int exitCode(List<DatabaseReport> reports) {
        if (reports.stream().anyMatch(DatabaseReport::unreachable)) {
            return ExitCode.UNREACHABLE;
        }
        return reports.stream().anyMatch(DatabaseReport::failed) ? ExitCode.PROBLEMS : ExitCode.DONE;
    }
}
