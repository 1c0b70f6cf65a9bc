// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.spi.ManagedResource;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration as text for people. Secrets are masked before they come here. */
public final class ConfigReport {

    private static final int WIDTH = 100;
    private static final Pattern PLACE = Pattern.compile("(.+?):(\\d{1,7})(?: and .*)?$");
    private static final Comparator<Problem> ORDER = Comparator.comparing(Problem::severity)
            .thenComparing(ConfigReport::source)
            .thenComparingInt(ConfigReport::line);

    private static final Logger LOG = LoggerFactory.getLogger(ConfigReport.class);

    private ConfigReport() {}

    /** {@link SettingsTable} of every effective value, or of those alone that are not the default. */
    public static String settings(WellheadConfig config, boolean changedOnly) {
        return SettingsTable.text(config, changedOnly);
    }

    /**
     * One paragraph for each problem, those of one file together and in the order of its lines, errors first, and their
     * number; says so when there is none.
     */
    public static String problems(List<Problem> problems) {
        if (problems.isEmpty()) {
            return "configuration is valid\n";
        }
        var text = new StringBuilder();
        problems.stream().sorted(ORDER).forEach(problem -> append(text, problem));
        long errors = problems.stream().filter(Problem::isError).count();
        return text.append(count(errors, "error"))
                .append(", ")
                .append(count(problems.size() - errors, "warning"))
                .append('\n')
                .toString();
    }

    private static void append(StringBuilder text, Problem problem) {
        text.append(problem.isError() ? "error: " : "warning: ").append(problem.place());
        if (!problem.key().isEmpty()) {
            text.append(": ").append(problem.key());
            text.append(problem.value().isEmpty() ? "" : "=" + problem.value());
        }
        text.append('\n');
        paragraph(text, "    ", problem.rule());
        paragraph(text, "    fix: ", problem.fix());
    }

    private static void paragraph(StringBuilder text, String start, String prose) {
        var indent = start;
        for (var line : ConfigTemplate.wrap(prose, WIDTH - start.length())) {
            text.append(indent).append(line).append('\n');
            indent = " ".repeat(start.length());
        }
    }

    /** The file or other source of a place, of the first where it names two. */
    private static String source(Problem problem) {
        var place = PLACE.matcher(problem.place());
        return place.lookingAt() ? place.group(1) : problem.place();
    }

    private static int line(Problem problem) {
        var place = PLACE.matcher(problem.place());
        return place.lookingAt() ? Integer.parseInt(place.group(2)) : 0;
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** Logs what was loaded, the profile and why it was chosen among it, and each warning. */
    public static void log(WellheadConfig config) {
        config.warnings().forEach(warning -> LOG.warn("configuration problem {}", warning));
        LOG.info(
                "configuration loaded databases={} profile={} reason=\"{}\"",
                Stream.concat(
                                config.databases().stream().map(DatabaseConfig::name),
                                config.resources().stream().map(ManagedResource::name))
                        .collect(Collectors.joining(",")),
                config.profile().text(),
                config.profileReason());
    }
}
