// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.cli.internal.Complaint;
import dev.wellhead.cli.internal.Complaint.Kind;
import dev.wellhead.cli.internal.DatabaseReport;
import dev.wellhead.cli.internal.Plan;
import dev.wellhead.config.Problem;
import dev.wellhead.config.Profile;
import dev.wellhead.config.Setting;
import dev.wellhead.config.Severity;
import dev.wellhead.config.WellheadConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether the databases of a valid configuration can be used as it says.
 *
 * @param config what was checked
 * @param reports one for each SQL database
 * @param others one for each of the rest, such as MongoDB
 */
record ConnectCheck(WellheadConfig config, List<DatabaseReport> reports, List<ResourceCheck> others) {
    private static final String DEFAULT_DATABASE = "default";

    /** Connects to each. Blocks for their connect timeouts and a little. */
    static ConnectCheck of(WellheadConfig config, Terminal terminal) throws InterruptedException {
        var plan = Plan.configuration(config.maxTotal(), config.profile() == Profile.EDGE);
        return new ConnectCheck(
                config, CheckupBar.run(config.databases(), name -> true, plan, terminal), ResourceCheck.all(config));
    }

    /** What is wrong, at the place of the setting that it is about. */
    List<Problem> problems() {
        return Stream.concat(
                        reports.stream()
                                .flatMap(report ->
                                        report.complaints().stream().map(complaint -> problem(report, complaint))),
                        others.stream().filter(other -> !other.healthy()).map(this::problem))
                .toList();
    }

    /** Whether a database refuses what the configuration says. */
    boolean refused() {
        return has(Kind.REFUSED) || others.stream().anyMatch(ResourceCheck::refused);
    }

    /** Whether a database could not be reached. */
    boolean unreachable() {
        return has(Kind.UNREACHABLE) || others.stream().anyMatch(ResourceCheck::unreachable);
    }

    private boolean has(Kind kind) {
        return reports.stream()
                .flatMap(report -> report.complaints().stream())
                .anyMatch(complaint -> complaint.kind() == kind);
    }

    private Problem problem(DatabaseReport report, Complaint complaint) {
        var named = setting(report.name(), complaint.key());
        // Of what nobody has set, the place is where the database was named.
        var place = named.filter(setting -> !setting.origin().equals("default"))
                .or(() -> setting(report.name(), "url"))
                .map(Setting::origin)
                .orElse(report.name());
        return new Problem(
                complaint.kind() == Kind.WARNING ? Severity.WARNING : Severity.ERROR,
                place,
                key(report.name(), complaint.key()),
                named.map(Setting::value).orElse(""),
                complaint.wrong(),
                complaint.mend());
    }

    private Problem problem(ResourceCheck other) {
        var key = other.section() + ".uri";
        var named = setting(key);
        return new Problem(
                Severity.ERROR,
                named.map(Setting::origin).orElse(other.name()),
                key,
                named.map(Setting::value).orElse(""),
                other.error().orElse(""),
                other.refused()
                        ? "give the user and password that the server knows, and authSource where it needs one"
                        : "start it, or give the host and port where it listens");
    }

    private Optional<Setting> setting(String database, String key) {
        return setting(key(database, key));
    }

    private Optional<Setting> setting(String full) {
        return config.settings().stream()
                .filter(setting -> setting.key().equals(full))
                .findFirst();
    }

    private static String key(String database, String key) {
        return database.equals(DEFAULT_DATABASE) ? key : "databases." + database + "." + key;
    }
}
