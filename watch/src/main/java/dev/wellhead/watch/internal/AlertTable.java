// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.database.PartReport;
import dev.wellhead.database.Severity;
import dev.wellhead.database.spi.PartAlert;
import dev.wellhead.watch.AlertRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;

/** The rules that there are, and how the value of each is found. */
public final class AlertTable {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    /** Of each database. */
    public static final List<RuleWatch.Row<AlertReading>> DATABASE = List.of(
            row(
                    rule("HIGH_POOL_USAGE", Severity.WARNING, 0.8, 0.7, 10, 30, "")
                            .says("Most of the pool's connections are held. Look who holds them, and for how long;"
                                    + " wellhead advise says what size would do."),
                    MINUTE,
                    (now, then) -> now.poolUsage()),
            row(
                    rule("WAITING_CALLERS", Severity.WARNING, 0, 0, 10, 10, "callers")
                            .says(
                                    "Callers wait for a connection. Look at the leases that last, and at slow statements."),
                    MINUTE,
                    (now, then) -> now.waiting()),
            row(
                    rule("SLOW_RESPONSE", Severity.CRITICAL, 1_000, 800, 10, 30, "ms")
                            .says("Calls are slow on average, waits included. Look whether they wait for"
                                    + " connections or for the database."),
                    MINUTE,
                    AlertReading::meanCallMs),
            row(
                    rule("HIGH_LATENCY", Severity.WARNING, 500, 400, 10, 30, "ms")
                            .says("Statements are slow on average. Look at those with the largest share"
                                    + " of time, and at their plans."),
                    MINUTE,
                    AlertReading::meanStatementMs),
            row(
                    rule("HIGH_ERROR_RATE", Severity.CRITICAL, 0.05, 0.03, 10, 30, "")
                            .says("Many of the calls fail. The errors by meaning say why."),
                    MINUTE,
                    AlertReading::errorRate),
            row(
                    rule("HIGH_RETRY_RATE", Severity.WARNING, 0.05, 0.03, 10, 30, "")
                            .says("Many of the calls are tried again. The retries by reason say why."),
                    MINUTE,
                    AlertReading::retryRate),
            row(
                    rule("CONNECTION_FAILURES", Severity.WARNING, 0, 0, 0, 60, "connects")
                            .says("Connections could not be opened. The last failure says why."),
                    MINUTE,
                    AlertReading::connectionFailures),
            row(
                    rule("CONNECTION_LEAK", Severity.WARNING, 0, 0, 0, 60, "leases")
                            .says(
                                    "Connections were held for longer than the leak threshold. The leak sites say by whom."),
                    TEN_MINUTES,
                    AlertReading::leaks),
            row(
                    rule("BREAKER_OPEN", Severity.CRITICAL, 0, 0, 0, 5, "")
                            .says(
                                    "The breaker refuses calls at once, for the database is in trouble. It closes by itself"
                                            + " when the database answers."),
                    MINUTE,
                    (now, then) -> now.isBreakerOpen()),
            row(
                    rule("DATABASE_UNHEALTHY", Severity.CRITICAL, 0, 0, 0, 5, "")
                            .says("The database does not answer its health checks. The verdict says what is wrong."),
                    MINUTE,
                    (now, then) -> now.isUnhealthy()),
            row(
                    rule("DATABASE_READ_ONLY", Severity.CRITICAL, 0, 0, 10, 5, "")
                            .says("The database takes no writes. Look whether the primary has moved."),
                    MINUTE,
                    (now, then) -> now.isReadOnly()),
            row(
                    rule("UNKNOWN_COMMIT_OUTCOME", Severity.CRITICAL, 0, 0, 0, 60, "commits")
                            .says(
                                    "Nobody could find out in time what became of a commit. Ask again with the token of E2018."),
                    TEN_MINUTES,
                    AlertReading::unknownCommits),
            row(
                    rule("REPLICATION_LAG", Severity.WARNING, 30, 20, 10, 30, "s")
                            .says(
                                    "A replica is far behind the primary. Reads of it are old; look at its load and disk."),
                    MINUTE,
                    (now, then) -> now.lagSeconds()));

    /** Of each part besides the databases. */
    private static final RuleWatch.Row<PartReport> PART = new RuleWatch.Row<>(
            rule(PartAlert.UNHEALTHY, Severity.WARNING, 0, 0, 0, 5, "")
                    .says("Something besides the databases does not answer its checks. Its error says what is wrong."),
            MINUTE,
            (now, then) -> !now.isChecked() ? Double.NaN : now.healthy() ? 0 : 1);

    private static final Duration PART_CLEAR_HOLD = Duration.ofSeconds(30);

    private AlertTable() {}

    /** The rules as they are unless somebody wants others. */
    public static List<AlertRule> rules() {
        return Stream.concat(DATABASE.stream().map(RuleWatch.Row::rule), Stream.of(PART.rule()))
                .toList();
    }

    /** The rules of a part, its own among them. */
    public static List<RuleWatch.Row<PartReport>> part(List<PartAlert> own) {
        List<RuleWatch.Row<PartReport>> rows = new ArrayList<>();
        rows.add(PART);
        own.forEach(alert -> rows.add(new RuleWatch.Row<>(
                new AlertRule(
                        alert.name(),
                        alert.severity(),
                        alert.threshold(),
                        alert.clearAt(),
                        alert.hold(),
                        PART_CLEAR_HOLD,
                        alert.unit(),
                        alert.summary()),
                MINUTE,
                (now, then) -> now.readings().getOrDefault(alert.reading(), Double.NaN))));
        return rows;
    }

    private static RuleWatch.Row<AlertReading> row(
            AlertRule rule, Duration window, ToDoubleBiFunction<AlertReading, AlertReading> value) {
        return new RuleWatch.Row<>(rule, window, value);
    }

    private record Unsaid(
            String name, Severity severity, double threshold, double clearAt, int hold, int clearHold, String unit) {

        AlertRule says(String summary) {
            return new AlertRule(
                    name,
                    severity,
                    threshold,
                    clearAt,
                    Duration.ofSeconds(hold),
                    Duration.ofSeconds(clearHold),
                    unit,
                    summary);
        }
    }

    private static Unsaid rule(
            String name, Severity severity, double threshold, double clearAt, int hold, int clearHold, String unit) {
        return new Unsaid(name, severity, threshold, clearAt, hold, clearHold, unit);
    }
}
