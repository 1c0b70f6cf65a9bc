// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.database.PoolSizing;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reckons how large a pool should be. */
@Command(name = "size", mixinStandardHelpOptions = true, description = "Reckon how large a pool should be for a load.")
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class PoolSizeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--query-time",
            required = true,
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long one request holds a connection on average, such as 20ms.")
    private Duration queryTime;

    @Option(names = "--rps", required = true, paramLabel = "NUMBER", description = "Requests a second, such as 500.")
    private double requestsPerSecond;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    PoolSizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        PoolSizing.Recommendation size;
        try {
            size = PoolSizing.recommend(queryTime, requestsPerSecond);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put("base", size.base());
        numbers.put("min", size.min());
        numbers.put("max", size.max());
        numbers.put("recommended", size.recommended());
        if (json) {
            terminal.out().println(Json.text(numbers));
        } else {
            numbers.forEach((name, number) -> terminal.out().println(String.format("%-12s%d", name, number)));
        }
        return ExitCode.DONE;
    }
}
