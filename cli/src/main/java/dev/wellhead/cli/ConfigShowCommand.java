// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigReport;
import dev.wellhead.config.Setting;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints every effective value with its origin. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = {
            "Print every effective value with its default, unit and origin; secrets are masked.",
            "Warnings go to stderr. Exit 3: the configuration is invalid."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class ConfigShowCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DatabaseOptions options;

    @Option(names = "--changed", description = "Only values that are not the default.")
    private boolean changed;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    ConfigShowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var config = options.loader(terminal).load();
        if (!config.warnings().isEmpty()) {
            terminal.err().print(ConfigReport.problems(config.warnings()));
        }
        if (!json) {
            terminal.out().print(ConfigReport.settings(config, changed));
            return ExitCode.DONE;
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("profile", config.profile().text());
        result.put("profileReason", config.profileReason());
        result.put(
                "settings",
                config.settings().stream()
                        .filter(setting -> !changed || setting.isChanged())
                        .map(ConfigShowCommand::json)
                        .toList());
        result.put(
                "warnings",
                config.warnings().stream().map(ConfigCheckCommand::json).toList());
        terminal.out().println(Json.text(result));
        return ExitCode.DONE;
    }

    private static Map<String, Object> json(Setting setting) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("database", setting.database());
        result.put("key", setting.key());
        result.put("value", setting.value());
        result.put("default", setting.standard());
        result.put("changed", setting.isChanged());
        result.put("origin", setting.origin());
        result.put("unit", setting.unit());
        result.put("choices", setting.choices());
        result.put("secret", setting.secret());
        result.put("live", setting.live());
        return result;
    }
}
