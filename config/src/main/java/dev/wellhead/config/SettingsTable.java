// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Settings as a table for people: one part for the process and one for each database; key, value, default, unit, origin. It
 * is 100 characters wide: a cell that does not fit stands whole, and the rest of its row on the next line.
 */
final class SettingsTable {

    private static final int WIDTH = 100;
    private static final List<String> HEAD = List.of("KEY", "VALUE", "DEFAULT", "UNIT", "ORIGIN");

    /** No column but the last is wider. */
    private static final int[] MOST = {28, 14, 14, 14, WIDTH};

    private final StringBuilder text = new StringBuilder();
    private final int[] starts;

    private SettingsTable(List<List<String>> rows) {
        starts = new int[MOST.length];
        for (int i = 1; i < starts.length; i++) {
            int column = i - 1;
            int widest = rows.stream()
                    .mapToInt(row -> row.get(column).length())
                    .filter(length -> length <= MOST[column])
                    .max()
                    .orElse(0);
            starts[i] = starts[column] + widest + 2;
        }
    }

    /** The profile and why, then every effective value; or those alone that are not the default. */
    static String text(WellheadConfig config, boolean changedOnly) {
        var parts = new LinkedHashMap<String, List<List<String>>>();
        config.settings().stream()
                .filter(setting -> !changedOnly || setting.isChanged())
                .forEach(setting -> parts.computeIfAbsent(setting.database(), name -> new ArrayList<>())
                        .add(row(setting)));
        var rows = new ArrayList<List<String>>();
        rows.add(HEAD);
        parts.values().forEach(rows::addAll);
        var table = new SettingsTable(rows);
        table.text.append("profile ").append(config.profile().text()).append(": ");
        table.text.append(config.profileReason()).append('\n');
        parts.forEach(table::part);
        if (parts.isEmpty()) {
            table.text.append("\nEvery value is its default.\n");
        }
        return table.text.toString();
    }

    private static List<String> row(Setting setting) {
        var prefix = Said.Slot.of(setting.database(), "").text();
        return List.of(
                setting.key().substring(prefix.length()),
                shown(setting.value()),
                shown(setting.standard()),
                setting.unit(),
                setting.origin());
    }

    /** On one line; a value may hold several, such as SQL. */
    private static String shown(String value) {
        return value.isEmpty() ? "-" : value.replace("\r", "").replace("\n", "\\n");
    }

    private void part(String database, List<List<String>> rows) {
        text.append('\n').append(database.isEmpty() ? "process" : "database " + database);
        text.append('\n');
        row(HEAD);
        rows.forEach(this::row);
    }

    private void row(List<String> cells) {
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            var cell = cells.get(i);
            if (at > 0 && at + 2 > starts[i]) {
                text.append('\n');
                at = 0;
            }
            if (i == starts.length - 1 && starts[i] + cell.length() > WIDTH) {
                // As far to the right as it goes.
                text.append(at == 0 ? "" : "\n");
                text.append(" ".repeat(Math.max(4, WIDTH - cell.length()))).append(cell);
            } else {
                text.append(" ".repeat(starts[i] - at)).append(cell);
            }
            at = starts[i] + cell.length();
        }
        text.append('\n');
    }
}
