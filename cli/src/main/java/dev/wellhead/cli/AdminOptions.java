// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all admin commands take, and how they act. */
// Picocli fills the fields before act().
@SuppressWarnings("NullAway.Init")
final class AdminOptions {
    @Mixin
    private ServerOptions server;

    @Option(
            names = "--database",
            paramLabel = "NAME",
            description = "Which database; may be left out where there is one.")
    private @Nullable String database;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(names = "--json", description = "Print what the server answered.")
    private boolean json;

    /**
     * Has the server act, and prints what came of it.
     *
     * @param danger what it does to callers, as a question asks it with the database's name after it; empty: nothing that
     *     one asks about
     * @param more fields of the request
     * @param limit how long it may take
     * @throws CommandException when the user does not say yes, or the server refuses
     */
    JsonNode act(Terminal terminal, String action, String danger, Map<String, Object> more, Duration limit)
            throws InterruptedException {
        return act(terminal, action, danger, more, limit, "");
    }

    /**
     * As above.
     *
     * @param waits shown beside a bar on a terminal while it takes its time; empty: it is quick
     */
    JsonNode act(
            Terminal terminal, String action, String danger, Map<String, Object> more, Duration limit, String waits)
            throws InterruptedException {
        var client = server.client(terminal);
        var name = database == null ? only(client) : database;
        if (!danger.isEmpty() && !yes) {
            confirm(terminal, action, danger + " of " + SafeText.line(name) + " at " + client.server() + "?");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("database", name);
        body.putAll(more);
        var answer = waits.isEmpty()
                ? client.post("/api/admin/" + action, body, limit)
                : TimeBar.during(terminal, limit, waits, () -> client.post("/api/admin/" + action, body, limit));
        terminal.out().println(json ? SafeText.json(answer.text()) : text(answer.json()));
        return answer.json().path("result");
    }

    private static void confirm(Terminal terminal, String action, String question) {
        if (!terminal.tty().asks()) {
            throw new CommandException(
                    ExitCode.USAGE, "admin " + action + ": nobody can be asked here; give --yes where it is meant");
        }
        if (!terminal.confirms(question)) {
            throw new CommandException(ExitCode.FAILED, "admin " + action + ": not done");
        }
    }

    private static String only(ServerClient client) throws InterruptedException {
        List<String> names = new ArrayList<>();
        client.get("/api/databases", Map.of())
                .json()
                .path("databases")
                .forEach(each -> names.add(each.path("database").asText()));
        if (names.size() != 1) {
            throw new CommandException(ExitCode.USAGE, "--database: must be one of " + SafeText.line(names.toString()));
        }
        return names.get(0);
    }

    private static String text(JsonNode body) {
        var text = new StringBuilder(
                body.path("action").asText() + " " + body.path("database").asText() + ":");
        body.path("result").properties().forEach(field -> {
            var value = field.getValue();
            text.append(' ').append(field.getKey()).append('=').append(value.isTextual() ? value.asText() : value);
        });
        return SafeText.line(text.toString());
    }
}
