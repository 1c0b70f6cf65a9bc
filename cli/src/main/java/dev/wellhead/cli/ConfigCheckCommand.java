// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigReport;
import dev.wellhead.config.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists all problems of the configuration at once. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "List all problems of the configuration at once, each with place, rule and fix.",
            "With --connect also try each database.",
            "Exit 0: valid, though there may be warnings; 3: invalid; 4: only that a database cannot be reached."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class ConfigCheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DatabaseOptions options;

    @Option(names = "--connect", description = "If it is valid, connect to each database and check that it fits.")
    private boolean connect;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    ConfigCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Problem> problems = new ArrayList<>(options.loader(terminal).check());
        boolean valid = problems.stream().noneMatch(Problem::isError);
        if (!connect || !valid) {
            print(problems, valid, null);
            return valid ? ExitCode.DONE : ExitCode.CONFIG_INVALID;
        }
        var check = ConnectCheck.of(ResourceCheck.once(options.loader(terminal)).load(), terminal);
        problems.addAll(check.problems());
        problems.sort(Comparator.comparing(Problem::severity));
        print(problems, !check.refused(), check);
        if (check.config().isEmpty()) {
            terminal.err().println("No database is configured (DATABASE_URL): nothing to connect to");
        }
        return check.refused() ? ExitCode.CONFIG_INVALID : check.unreachable() ? ExitCode.UNREACHABLE : ExitCode.DONE;
    }

    // Null: no database was tried.
    private void print(List<Problem> problems, boolean valid, @Nullable ConnectCheck check) {
        if (!json) {
            terminal.out().print(ConfigReport.problems(problems));
            return;
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("valid", valid);
        if (check != null) {
            result.put("reachable", !check.unreachable());
        }
        result.put("problems", problems.stream().map(ConfigCheckCommand::json).toList());
        terminal.out().println(Json.text(result));
    }

    static Map<String, Object> json(Problem problem) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
        result.put("place", problem.place());
        result.put("key", problem.key());
        result.put("value", problem.value());
        result.put("rule", problem.rule());
        result.put("fix", problem.fix());
        return result;
    }
}
