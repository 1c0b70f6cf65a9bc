// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration as text for people. Secrets are masked before they come here. */
public final class ConfigReport {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigReport.class);

    private ConfigReport() {}

    /** A table of every effective value: key, value, origin, unit; then the profile and why. Ends with a line break. */
    public static String text(WellheadConfig config) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("KEY", "VALUE", "ORIGIN", "UNIT"));
        for (var setting : config.settings()) {
            rows.add(List.of(
                    setting.key(),
                    setting.value().isEmpty() ? "-" : setting.value(),
                    setting.origin(),
                    setting.unit().isEmpty() ? "-" : setting.unit()));
        }
        var text = new StringBuilder(table(rows));
        text.append("\nprofile ").append(config.profile().text()).append(": ");
        text.append(config.profileReason()).append('\n');
        for (var warning : config.warnings()) {
            text.append("warning: ").append(warning).append('\n');
        }
        return text.toString();
    }

    /** One paragraph for each problem, errors first, and their number; says so when there is none. */
    public static String problems(List<Problem> problems) {
        if (problems.isEmpty()) {
            return "configuration is valid\n";
        }
        var text = new StringBuilder();
        for (var problem : problems) {
            text.append(problem.isError() ? "error: " : "warning: ").append(problem.place());
            if (!problem.key().isEmpty()) {
                text.append(": ").append(problem.key());
                text.append(problem.value().isEmpty() ? "" : "=" + problem.value());
            }
            text.append("\n    ").append(problem.rule());
            text.append("\n    fix: ").append(problem.fix()).append('\n');
        }
        long errors = problems.stream().filter(Problem::isError).count();
        return text.append(count(errors, "error"))
                .append(", ")
                .append(count(problems.size() - errors, "warning"))
                .append('\n')
                .toString();
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String table(List<List<String>> rows) {
        var widths = new int[rows.get(0).size()];
        for (var row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** Logs what was loaded, the profile and why it was chosen among it, and each warning. */
    public static void log(WellheadConfig config) {
        config.warnings().forEach(warning -> LOG.warn("configuration problem {}", warning));
        LOG.info(
                "configuration loaded databases={} profile={} reason=\"{}\"",
                config.databases().stream().map(DatabaseConfig::name).collect(Collectors.joining(",")),
                config.profile().text(),
                config.profileReason());
    }
}
