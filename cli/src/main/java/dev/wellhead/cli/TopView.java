// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.cli.TopState.View;
import dev.wellhead.cli.TopState.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The lines of {@code wellhead top}: what is wrong first, then a line a database, then one of four tables. Safe for a
 * terminal, whatever the server's texts hold.
 */
final class TopView {
    private static final int BAR = 8;
    private static final int MOST_PROBLEMS = 4;
    private static final String KEYS = "q quit  s statements  l leases  a alerts  e events  o sort  d database";
    private static final String LEASE_KEYS =
            "q quit  s statements  l leases  a alerts  e events  up/down select  c cancel";

    /** What a line is, so that a terminal may colour it. */
    enum Look {
        PLAIN,
        TITLE,
        BAD,
        DOUBTFUL,
        SELECTED
    }

    /** One line of the screen. */
    record Line(Look look, String text) {}

    private TopView() {}

    /**
     * The whole screen.
     *
     * @param width columns; no line is wider
     * @param height rows; exactly so many lines, the last two of which are a message and the keys
     * @param message said at the bottom, or empty
     */
    static List<Line> screen(TopState state, Wish wish, String server, int width, int height, String message) {
        List<Line> lines = new ArrayList<>(head(state, server, width));
        var title = title(state, wish);
        var table = table(state, wish);
        lines.add(new Line(Look.TITLE, title));
        var rows = table.isEmpty() ? List.of(none(wish.view())) : table.lines(width);
        int room = Math.max(2, height - lines.size() - 2);
        // Keeps the titles and, where rows are left out, the selected one in sight.
        int first = wish.view() == View.LEASES ? Math.max(1, wish.selected() + 3 - room) : 1;
        for (int i = 0; i < rows.size() && i <= first + room - 2; i++) {
            if (i == 0 || i >= first) {
                boolean isSelected = wish.view() == View.LEASES && !table.isEmpty() && i == wish.selected() + 1;
                lines.add(new Line(isSelected ? Look.SELECTED : i == 0 ? Look.TITLE : Look.PLAIN, rows.get(i)));
            }
        }
        while (lines.size() < height - 2) {
            lines.add(new Line(Look.PLAIN, ""));
        }
        var bottom = new ArrayList<>(lines.subList(0, Math.max(0, Math.min(lines.size(), height - 2))));
        bottom.add(new Line(message.isEmpty() ? Look.PLAIN : Look.TITLE, message));
        bottom.add(new Line(Look.PLAIN, wish.view() == View.LEASES ? LEASE_KEYS : KEYS));
        return bottom.stream()
                .map(line -> new Line(line.look(), SafeText.cut(SafeText.line(line.text(), true), width)))
                .toList();
    }

    /** Everything once, for a file or a terminal that cannot be drawn on. */
    static List<String> snapshot(TopState state, String server, int width) {
        List<String> lines = new ArrayList<>();
        head(state, server, width).forEach(line -> lines.add(line.text()));
        for (var view : View.values()) {
            var wish = Wish.FIRST.with(view);
            var table = table(state, wish);
            lines.add("");
            lines.add(title(state, wish));
            lines.addAll(table.isEmpty() ? List.of(none(view)) : table.lines(width));
        }
        return lines.stream()
                .map(line -> SafeText.line(line, true))
                .map(line -> width == 0 ? line : SafeText.cut(line, width))
                .toList();
    }

    private static List<Line> head(TopState state, String server, int width) {
        List<Line> lines = new ArrayList<>();
        var body = state.databases();
        lines.add(new Line(
                Look.TITLE,
                "wellhead " + body.path("version").asText() + "  "
                        + body.path("environment").asText() + "  " + server
                        + "  " + Amounts.clock(state.at())
                        + (body.path("draining").asBoolean() ? "  DRAINING" : "")));
        if (!state.trouble().isEmpty()) {
            lines.add(new Line(Look.BAD, "No answer; this is what was last known. " + state.trouble()));
        }
        lines.addAll(problems(body));
        var table = databases(body).lines(width);
        lines.add(new Line(Look.TITLE, table.get(0)));
        for (int i = 1; i < table.size(); i++) {
            lines.add(new Line(look(body.path("databases").path(i - 1)), table.get(i)));
        }
        lines.add(new Line(Look.PLAIN, ""));
        return lines;
    }

    private static List<Line> problems(JsonNode body) {
        List<Line> lines = new ArrayList<>();
        int left = 0;
        for (var one : body.path("databases")) {
            if (look(one) == Look.PLAIN) {
                continue;
            }
            if (lines.size() == MOST_PROBLEMS) {
                left++;
                continue;
            }
            lines.add(new Line(look(one), one.path("database").asText() + ": " + DeskText.why(one)));
        }
        if (left > 0) {
            lines.add(new Line(Look.BAD, "and " + left + " more databases in trouble"));
        }
        return lines;
    }

    private static Look look(JsonNode one) {
        if (!one.path("healthy").asBoolean() || one.path("level").asText().equals("critical")) {
            return Look.BAD;
        }
        boolean isWell = one.path("verdict").asText().equals("HEALTHY")
                && !one.path("suspected").asBoolean();
        return isWell ? Look.PLAIN : Look.DOUBTFUL;
    }

    private static Table databases(JsonNode body) {
        var table = new Table(
                "DATABASE", "VERDICT", "POOL", ">ACT", ">IDLE", ">WAIT", ">MAX", ">ACQ P99", "?>CALLS/S", "ERR/S");
        for (var one : body.path("databases")) {
            var pool = one.path("pool");
            var rates = one.path("rates");
            table.row(
                    one.path("database").asText(),
                    DeskText.verdict(one),
                    bar(pool),
                    pool.path("active").asText(),
                    pool.path("idle").asText(),
                    pool.path("waiting").asText(),
                    pool.path("max").asText(),
                    Amounts.time(rates.path("acquireP99Ms")),
                    Amounts.count(rates.path("callsPerSecond")),
                    Amounts.count(rates.path("errorsPerSecond")));
        }
        return table;
    }

    // Active, idle, and what is left up to the limit.
    private static String bar(JsonNode pool) {
        int max = Math.max(1, pool.path("max").asInt());
        int width = Math.min(BAR, max);
        int active = part(pool.path("active").asInt(), max, width);
        int idle = Math.min(width - active, part(pool.path("idle").asInt(), max, width));
        return "[" + "#".repeat(active) + "=".repeat(idle) + ".".repeat(width - active - idle) + "]";
    }

    // At least one mark where there is one.
    private static int part(int count, int max, int width) {
        int marks = (int) Math.round((double) count * width / max);
        return Math.min(width, count > 0 ? Math.max(1, marks) : 0);
    }

    private static Table table(TopState state, Wish wish) {
        return switch (wish.view()) {
            case STATEMENTS -> DeskText.statementTable(state.statements());
            case LEASES -> DeskText.leases(state.leases());
            case ALERTS -> DeskText.alerts(state.alerts());
            case EVENTS -> DeskText.events(newestFirst(state.events()));
        };
    }

    private static String title(TopState state, Wish wish) {
        return switch (wish.view()) {
            case STATEMENTS ->
                "STATEMENTS of " + TopState.name(state.databases(), wish.database()) + ", by " + wish.sort();
            case LEASES -> "LEASES: " + state.leases().path("leases").size();
            case ALERTS -> "ALERTS: " + state.alerts().path("alerts").size() + " now";
            case EVENTS -> "EVENTS, the newest first";
        };
    }

    private static JsonNode newestFirst(JsonNode body) {
        List<JsonNode> events = new ArrayList<>();
        body.path("events").forEach(event -> events.add(0, event));
        return Json.tree(Map.of("events", events));
    }

    private static String none(View view) {
        return String.format(Locale.ROOT, "no %s", view.name().toLowerCase(Locale.ROOT));
    }
}
