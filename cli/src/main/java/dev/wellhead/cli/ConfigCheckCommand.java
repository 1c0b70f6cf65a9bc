// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigReport;
import dev.wellhead.config.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists all problems of the configuration at once. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "List all problems of the configuration at once; exit 3 when there is an error.")
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class ConfigCheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DatabaseOptions options;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    ConfigCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Problem> problems = options.loader(terminal).check();
        boolean valid = problems.stream().noneMatch(Problem::isError);
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("valid", valid);
            result.put(
                    "problems", problems.stream().map(ConfigCheckCommand::json).toList());
            terminal.out().println(Json.text(result));
        } else {
            terminal.out().print(ConfigReport.problems(problems));
        }
        return valid ? ExitCode.DONE : ExitCode.CONFIG_INVALID;
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
