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
        description = "Print every effective value with its origin; secrets are masked.")
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class ConfigShowCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DatabaseOptions options;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    ConfigShowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var config = options.loader(terminal).load();
        if (!json) {
            terminal.out().print(ConfigReport.text(config));
            return ExitCode.DONE;
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("profile", config.profile().text());
        result.put("profileReason", config.profileReason());
        result.put(
                "settings",
                config.settings().stream().map(ConfigShowCommand::json).toList());
        result.put(
                "warnings",
                config.warnings().stream().map(ConfigCheckCommand::json).toList());
        terminal.out().println(Json.text(result));
        return ExitCode.DONE;
    }

    private static Map<String, Object> json(Setting setting) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("key", setting.key());
        result.put("value", setting.value());
        result.put("origin", setting.origin());
        result.put("unit", setting.unit());
        result.put("secret", setting.secret());
        return result;
    }
}
