// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.cli.ServerClient.Answer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the events of a running server, and goes on with the new ones. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = {
            "Show the events of a running serve, oldest first: connections, verdicts, alerts, what operators did.",
            "With --follow it goes on with new ones until it is interrupted, also when the server is away meanwhile.",
            "Exit 4: no server answers at first."
        })
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class EventsCommand implements Callable<Integer> {
    private static final long PAUSE_MILLIS = 1_000;

    private final Terminal terminal;

    @Mixin
    private ServerOptions options;

    @Option(names = "--database", paramLabel = "NAME", description = "Only of this database.")
    private @Nullable String database;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "At most so many; ${DEFAULT-VALUE}.")
    private String limit;

    @Option(names = "--follow", description = "Go on with new ones.")
    private boolean follow;

    @Option(
            names = "--json",
            description = "Print what the server answered; with --follow each event as JSON on a line of its own.")
    private boolean json;

    EventsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var client = options.client(terminal);
        var first = ask(client, Optional.empty(), Optional.of(limit));
        if (!follow) {
            terminal.out()
                    .println(
                            json
                                    ? SafeText.json(first.text())
                                    : DeskText.text(
                                            DeskText.events(first.json()),
                                            terminal.columns(),
                                            "no event since the start"));
            return ExitCode.DONE;
        }
        first.json().path("events").forEach(this::print);
        return goOn(client, first.json().path("last").asLong());
    }

    // Ends by an interrupt alone.
    private int goOn(ServerClient client, long seen) throws InterruptedException {
        long last = seen;
        boolean isAway = false;
        while (true) {
            Thread.sleep(PAUSE_MILLIS);
            try {
                var body = ask(client, Optional.of(Long.toString(last)), Optional.empty())
                        .json();
                if (isAway) {
                    say("the server answers again");
                    isAway = false;
                }
                if (body.path("last").asLong() < last) {
                    // Another process: it counts from the beginning.
                    body = ask(client, Optional.of("0"), Optional.empty()).json();
                }
                long dropped = body.path("dropped").asLong();
                if (dropped > 0) {
                    say(dropped + " events came too fast and are not shown");
                }
                last = print(body, last);
            } catch (CommandException e) {
                if (e.exitCode() != ExitCode.UNREACHABLE) {
                    throw e;
                }
                if (!isAway) {
                    say("the server does not answer; going on when it does");
                    isAway = true;
                }
            }
        }
    }

    // What is newest now may be more than what one answer holds.
    private long print(JsonNode body, long before) {
        var events = body.path("events");
        events.forEach(this::print);
        return events.isEmpty()
                ? Math.min(before, body.path("last").asLong())
                : events.path(events.size() - 1).path("id").asLong();
    }

    private Answer ask(ServerClient client, Optional<String> after, Optional<String> most) throws InterruptedException {
        return client.get(
                "/api/events", Map.of("after", after, "limit", most, "database", Optional.ofNullable(database)));
    }

    private void print(JsonNode event) {
        terminal.out().println(json ? SafeText.json(Json.text(event)) : DeskText.event(event));
        terminal.out().flush();
    }

    private void say(String what) {
        terminal.err().println("wellhead: " + what);
    }
}
