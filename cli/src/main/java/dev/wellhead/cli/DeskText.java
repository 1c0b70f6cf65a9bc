// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What a running server answers, as tables for people. Whatever a text holds, it is safe for a terminal here. */
final class DeskText {
    private static final int WIDEST_SEVERITY = "critical".length();

    private DeskText() {}

    /** {@code /api/statements}: statements, then the last slow ones, then who holds connections without using them. */
    static String statements(JsonNode body, int width) {
        List<String> lines = new ArrayList<>(statementTable(body).lines(width));
        if (body.path("dropped").asLong() > 0) {
            lines.add("... and " + Amounts.count(body.path("dropped")) + " more with "
                    + Amounts.count(body.path("droppedCalls")) + " calls, which were dropped as the least used");
        }
        var slow = new Table("SLOW, ENDED", ">RUN", ">WAITED", "?OPERATION", "STATEMENT");
        body.path("slow")
                .forEach(each -> slow.row(
                        Amounts.clock(each.path("endedAt")),
                        Amounts.time(each.path("runMs")),
                        Amounts.time(each.path("waitedMs")),
                        each.path("operation").asText(),
                        each.path("text").asText()));
        append(slow, width, lines);
        var held = new Table(">HELD", ">WITHOUT SQL", ">LEASES", "BY");
        body.path("held")
                .forEach(each -> held.row(
                        Amounts.time(each.path("heldMs")),
                        Amounts.percent(each.path("idlePercent")),
                        Amounts.count(each.path("leases")),
                        each.path("work").asText()));
        append(held, width, lines);
        return String.join("\n", lines);
    }

    /** The statements alone. */
    static Table statementTable(JsonNode body) {
        var table =
                new Table(">SHARE", ">CALLS", ">ERRORS", "?>ROWS", ">MEAN", ">P99", "?>WAITED", "?>HELD", "STATEMENT");
        body.path("statements")
                .forEach(each -> table.row(
                        Amounts.percent(each.path("sharePercent")),
                        Amounts.count(each.path("calls")),
                        String.valueOf(StreamSupport.stream(each.path("errors").spliterator(), false)
                                .mapToLong(JsonNode::asLong)
                                .sum()),
                        Amounts.count(each.path("rows")),
                        Amounts.time(each.path("run").path("meanMs")),
                        Amounts.time(each.path("run").path("p99Ms")),
                        Amounts.time(each.path("waited").path("totalMs")),
                        Amounts.time(each.path("held").path("totalMs")),
                        each.path("text").asText()));
        return table;
    }

    /** {@code /api/leases}. */
    static Table leases(JsonNode body) {
        return leaseTable(body.path("leases"));
    }

    /** Those given, in their order. */
    static Table leaseTable(Iterable<JsonNode> leases) {
        var table = new Table(
                "DATABASE", ">CONN", ">HELD", "STATE", "?TRANSACTION", "?THREAD", "OPERATION", "RUNS, OR RAN LAST");
        for (var each : leases) {
            table.row(
                    each.path("database").asText(),
                    each.path("connectionId").asText(),
                    Amounts.time(each.path("heldMs")),
                    each.path("running").asBoolean()
                            ? "runs " + Amounts.time(each.path("runningMs"))
                            : "idle " + Amounts.time(each.path("idleMs")),
                    each.path("transaction").asText(),
                    each.path("thread").asText(),
                    each.path("operation").asText(),
                    each.path("sql").asText());
        }
        return table;
    }

    /** {@code /api/alerts}: those that are there, then those that are over. */
    static Table alerts(JsonNode body) {
        var table = new Table("STATE", "SEVERITY", "ALERT", "DATABASE", "SINCE", "?OVER SINCE", "SUMMARY");
        List.of("alerts", "past")
                .forEach(list -> body.path(list)
                        .forEach(each -> table.row(
                                each.path("state").asText(),
                                each.path("severity").asText(),
                                each.path("alert").asText(),
                                each.path("database").asText(),
                                Amounts.clock(each.path("since")),
                                Amounts.clock(each.path("resolvedAt")),
                                each.path("summary").asText())));
        return table;
    }

    /** {@code /api/events}. */
    static Table events(JsonNode body) {
        var table = new Table("AT", "SEVERITY", "DATABASE", "EVENT", "TEXT");
        body.path("events")
                .forEach(each -> table.row(
                        Amounts.clock(each.path("at")),
                        each.path("severity").asText(),
                        each.path("database").asText(),
                        each.path("event").asText(),
                        each.path("text").asText()));
        return table;
    }

    /** One event on a line. */
    static String event(JsonNode event) {
        return SafeText.line(Amounts.clock(event.path("at")) + "  "
                + SafeText.fill(SafeText.line(event.path("severity").asText()), WIDEST_SEVERITY, false) + "  "
                + event.path("database").asText() + "  " + event.path("event").asText() + "  "
                + event.path("text").asText());
    }

    /** The verdict of one of {@code /api/databases}, and whether it is in doubt. */
    static String verdict(JsonNode one) {
        return one.path("verdict").asText() + (one.path("suspected").asBoolean() ? " (suspected)" : "");
    }

    /** Why it is so and what to do, in sentences. */
    static String why(JsonNode one) {
        List<String> parts = new ArrayList<>();
        parts.add(one.path("summary").asText());
        parts.add(one.path("error").asText());
        parts.add(one.path("recommendations").path(0).asText());
        return parts.stream().filter(part -> !part.isBlank()).collect(Collectors.joining(" "));
    }

    /** A table's text, or a sentence where it has no rows. */
    static String text(Table table, int width, String none) {
        return table.isEmpty() ? none : String.join("\n", table.lines(width));
    }

    private static void append(Table table, int width, List<String> lines) {
        if (!table.isEmpty()) {
            lines.add("");
            lines.addAll(table.lines(width));
        }
    }
}
