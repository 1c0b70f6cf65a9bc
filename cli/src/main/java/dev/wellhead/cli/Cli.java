// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigReport;
import dev.wellhead.config.InvalidConfigException;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.embedded.EmbeddedServerException;
import dev.wellhead.mongo.MongoStartException;
import dev.wellhead.pool.ConfigException;
import dev.wellhead.pool.PoolStartException;
import dev.wellhead.pool.Secret;
import dev.wellhead.server.ServerException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The whole {@code wellhead} command: takes arguments, answers with an exit code. Results go to stdout, messages to
 * stderr; a failure is one message without a stack trace, unless {@code --verbose} asks for it.
 */
final class Cli {
    private final Terminal terminal;
    private final WellheadCommand top = new WellheadCommand();

    Cli(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs one command to its end. Blocks as long as the command takes. */
    int run(String... arguments) {
        var refusal = SecretFlags.refusal(List.of(arguments));
        if (refusal.isPresent()) {
            terminal.err().println("wellhead: " + refusal.get());
            return ExitCode.USAGE;
        }
        return commandLine().execute(arguments);
    }

    /** The commands with their flags, as the help and the documents list them. */
    CommandLine commandLine() {
        var line = new CommandLine(top)
                .addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new HealthCommand(terminal))
                .addSubcommand(new TopCommand(terminal))
                .addSubcommand(new StatementsCommand(terminal))
                .addSubcommand(new LeasesCommand(terminal))
                .addSubcommand(new AlertsCommand(terminal))
                .addSubcommand(new EventsCommand(terminal))
                .addSubcommand(new WatchCommand(terminal))
                .addSubcommand(new AdviseCommand(terminal))
                .addSubcommand(new DoctorCommand(terminal))
                .addSubcommand(new CompletionCommand(terminal))
                .addSubcommand(new ExplainCommand(terminal))
                .addSubcommand(new LoadCommand(terminal))
                .addSubcommand(new CommandLine(new AdminCommand())
                        .addSubcommand(new AdminPauseCommand(terminal))
                        .addSubcommand(new AdminResumeCommand(terminal))
                        .addSubcommand(new AdminDrainCommand(terminal))
                        .addSubcommand(new AdminResetCommand(terminal))
                        .addSubcommand(new AdminEvictCommand(terminal))
                        .addSubcommand(new AdminCancelCommand(terminal))
                        .addSubcommand(new AdminReconfigureCommand(terminal)))
                .addSubcommand(new CommandLine(new PoolCommand()).addSubcommand(new PoolSizeCommand(terminal)))
                .addSubcommand(new CommandLine(new ConfigCommand())
                        .addSubcommand(new ConfigShowCommand(terminal))
                        .addSubcommand(new ConfigCheckCommand(terminal))
                        .addSubcommand(new ConfigInitCommand(terminal))
                        .addSubcommand(new ConfigSchemaCommand(terminal))
                        .addSubcommand(new ConfigImportHikariCommand(terminal)));
        line.setOut(writer(terminal.out()));
        line.setErr(writer(terminal.err()));
        line.setColorScheme(Help.defaultColorScheme(terminal.colored() ? Help.Ansi.ON : Help.Ansi.OFF));
        line.setUsageHelpAutoWidth(false);
        line.setParameterExceptionHandler((exception, args) -> usageError(exception));
        line.setExecutionExceptionHandler((exception, command, parsed) -> failure(exception));
        line.setExecutionStrategy(this::execute);
        return line;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    private int execute(ParseResult parsed) {
        if (top.verbose()) {
            Logging.showEverything();
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private int usageError(ParameterException exception) {
        var command = exception.getCommandLine();
        // picocli says the word twice where a KEY=VALUE flag lacks its value.
        terminal.err()
                .println("wellhead: " + String.valueOf(exception.getMessage()).replace("option option", "option"));
        if (exception instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            terminal.err().println("Did you mean: " + String.join(" or ", unmatched.getSuggestions()) + "?");
        }
        var hasCommands = !command.getSubcommands().isEmpty();
        if (hasCommands) {
            terminal.err().println();
            command.usage(terminal.err());
        } else {
            terminal.err().println("See: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCode.USAGE;
    }

    private int failure(Exception exception) {
        terminal.err().println("wellhead: " + message(exception));
        if (top.verbose()) {
            Secret.mask(exception).printStackTrace(terminal.err());
        }
        return exitCode(exception);
    }

    private static String message(Exception exception) {
        if (exception instanceof InvalidConfigException invalid) {
            return "the configuration is invalid\n"
                    + ConfigReport.problems(invalid.problems()).stripTrailing();
        }
        var message = exception.getMessage();
        if (exception instanceof DatabaseException) {
            // Its own text may be shown to anybody, so it leaves out what the driver said; here that is wanted.
            var cause = exception.getCause();
            return message + (cause == null ? "" : "\n  cause: " + Secret.mask(String.valueOf(cause.getMessage())));
        }
        if (exception instanceof CommandException
                || exception instanceof EmbeddedServerException
                || exception instanceof ServerException
                || exception instanceof ConfigException
                || exception instanceof PoolStartException
                || exception instanceof MongoStartException) {
            return Secret.mask(String.valueOf(message));
        }
        return exception.getClass().getSimpleName() + (message == null ? "" : ": " + Secret.mask(message))
                + " (--verbose shows where)";
    }

    private static int exitCode(Exception exception) {
        if (exception instanceof CommandException command) {
            return command.exitCode();
        }
        if (exception instanceof InvalidConfigException || exception instanceof ConfigException) {
            return ExitCode.CONFIG_INVALID;
        }
        if (exception instanceof PoolStartException
                || exception instanceof MongoStartException
                || exception instanceof DatabaseException) {
            return ExitCode.UNREACHABLE;
        }
        if (exception instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        }
        return ExitCode.FAILED;
    }
}
