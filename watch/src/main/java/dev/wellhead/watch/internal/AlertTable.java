// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.database.Severity;
import dev.wellhead.watch.AlertRule;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/** The rules that there are, and how the value of each is found. */
public final class AlertTable {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    /**
     * A rule and its value.
     *
     * @param window how far back the second reading is
     * @param value of a reading and the one from before
     */
    record Row(AlertRule rule, Duration window, ToDoubleBiFunction<AlertReading, AlertReading> value) {}

    static final List<Row> ROWS = List.of(
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

    private AlertTable() {}

    /** The rules as they are unless somebody wants others. */
    public static List<AlertRule> rules() {
        return ROWS.stream().map(Row::rule).toList();
    }

    private static Row row(AlertRule rule, Duration window, ToDoubleBiFunction<AlertReading, AlertReading> value) {
        return new Row(rule, window, value);
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
