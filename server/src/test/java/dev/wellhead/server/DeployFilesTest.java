// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.pool.Lane;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** {@code deploy/grafana} and {@code deploy/prometheus} against what a server shows after work and faults. */
class DeployFilesTest {

    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final Duration LONG = Duration.ofSeconds(20);

    private static PostgresServer primary;
    private static PostgresServer standby;
    private static FaultProxy proxy;
    private static DatabaseManager manager;
    private static WellheadServer server;
    private static Scrape scrape;

    /** One rule of the alerts. */
    private record Rule(String name, String expression, String hold, String severity, String summary, String runbook) {}

    /** One query of the dashboard. */
    private record Target(String panel, String expression, String legend) {}

    /** Something that is no database. */
    private static final class Store implements HealthPart {
        @Override
        public String name() {
            return "store";
        }

        @Override
        public void check() {}

        @Override
        public Map<String, Double> readings() {
            return Map.of("objects", 7.0);
        }
    }

    @BeforeAll
    static void serveAfterWorkAndFaults() throws Exception {
        primary = PostgresServer.start();
        standby = primary.startStandby();
        proxy = FaultProxy.to(primary);
        var lanes = List.of(Lane.of("batch", 0, 1));
        manager = DatabaseManager.builder()
                .maxTotal(9)
                .database(DatabaseConfig.of(Databases.pool("default", proxy.jdbcUrl("postgres"))
                        .maxSize(2)
                        .lanes(lanes)
                        .build()))
                .database(DatabaseConfig.of(
                        Databases.pool("hosted", severalHosts()).build()))
                .part(new Store())
                .open();
        server = WellheadServer.start(
                manager, new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5), true, null), "local");
        work(manager.database());
        hurt(manager.database());
    }

    @AfterAll
    static void stop() {
        server.close();
        manager.close();
        proxy.close();
        standby.close();
        primary.close();
    }

    private static String severalHosts() {
        return "jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port() + "/postgres?user="
                + primary.user() + "&targetServerType=primary";
    }

    private static void work(Database database) throws SQLException {
        for (int call = 0; call < 5; call++) {
            query(database, "SELECT 1");
        }
        database.attempt("wrong", connection -> connection.createStatement().execute("SELEC 1"));
        try (Connection one = database.dataSource().getConnection();
                Connection two = database.dataSource().getConnection()) {
            assertThat(one).isNotSameAs(two);
            assertThatThrownBy(database.dataSource()::getConnection).isInstanceOf(SQLException.class);
        }
    }

    /** Connections are cut, and then nothing can be opened for a while. */
    private static void hurt(Database database) {
        proxy.existing().reset();
        within(seen -> {
            query(database, "SELECT 1");
            return seen.sum("wellhead_pool_reconnected_total", "pool", "default") > 0;
        });
        proxy.refuse();
        proxy.existing().reset();
        within(seen -> {
            query(database, "SELECT 1");
            return seen.sum("wellhead_pool_open_failed_total", "pool", "default") > 0
                    && seen.sum("wellhead_call_retries_total", "database", "default") > 0
                    && seen.sum("wellhead_health_strikes", "database", "default") > 0;
        });
    }

    private static void query(Database database, String sql) {
        database.attempt("work", connection -> connection.createStatement().execute(sql));
    }

    private static void within(Predicate<Scrape> condition) {
        await().atMost(LONG).until(() -> {
            scrape = new Scrape(new Http(server).get("/metrics").raw().body());
            return condition.test(scrape);
        });
    }

    @Test
    void theWorkAndTheFaultsShow() {
        assertThat(scrape.sum("wellhead_calls_total", "database", "default", "outcome", "succeeded"))
                .isGreaterThanOrEqualTo(5);
        assertThat(scrape.sum("wellhead_call_failures_total", "meaning", "syntax"))
                .isEqualTo(1);
        assertThat(scrape.sum("wellhead_call_errors_total", "code", "E2007")).isEqualTo(1);
        assertThat(scrape.sum("wellhead_call_time_seconds_count", "database", "default"))
                .isGreaterThanOrEqualTo(5);
        assertThat(scrape.sum("wellhead_pool_acquires_total", "outcome", "refused"))
                .isPositive();
        assertThat(scrape.sum("wellhead_pool_acquire_wait_seconds_bucket", "pool", "default", "le", "+Inf"))
                .isGreaterThanOrEqualTo(5);
        assertThat(scrape.sum("wellhead_last_error_age_seconds", "database", "default"))
                .isBetween(0.0, 60.0);
        assertThat(scrape.sum("wellhead_last_error_age_seconds", "database", "hosted"))
                .isInfinite();
        assertThat(scrape.sum("wellhead_health_verdict", "database", "default", "verdict", "database_down"))
                .isEqualTo(1);
        assertThat(scrape.sum("wellhead_pool_host_up", "pool", "hosted")).isEqualTo(2);
    }

    /** The page says how a meter's name becomes Prometheus' own; HikariCP's are there because the server was told so. */
    @Test
    void everyRowOfThePageOfMetricsIsServedUnderTheNameThatItSays() throws Exception {
        var row = Pattern.compile("(?m)^\\| `((?:wellhead|hikaricp)\\.[a-z.]+)` \\| ([a-z, ]+) \\|");
        var rows = row.matcher(Files.readString(Path.of("..", "docs", "metrics.md")));
        List<String> wrong = new ArrayList<>();
        int count = 0;
        for (; rows.find(); count++) {
            var name = rows.group(1).replace('.', '_');
            var ends = switch (rows.group(2)) {
                case "gauge" -> List.of("");
                case "gauge, seconds" -> List.of("_seconds");
                case "counter" -> List.of("_total");
                case "count and sum, seconds" -> List.of("_seconds_count", "_seconds_sum");
                case "timer" -> List.of("_seconds_count", "_seconds_sum", "_seconds_max", "_seconds_bucket");
                case "timer, no buckets" -> List.of("_seconds_count", "_seconds_sum", "_seconds_max");
                default -> List.of(" of no known kind");
            };
            ends.forEach(end -> wrong.addAll(scrape.missing(name + end)));
        }
        assertThat(count).isGreaterThanOrEqualTo(60);
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyNameInTheAlertsIsServed() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (var rule : rules()) {
            scrape.missing(rule.expression, rule.summary, rule.runbook)
                    .forEach(problem -> wrong.add(rule.name + ": " + problem));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyNameInTheDashboardIsServed() throws Exception {
        var targets = targets();
        assertThat(targets).hasSizeGreaterThan(30);
        List<String> wrong = new ArrayList<>();
        for (var target : targets) {
            scrape.missing(target.expression, target.legend)
                    .forEach(problem -> wrong.add(target.panel + ": " + problem));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void theCheckFindsWhatIsWrong() {
        assertThat(scrape.missing("wellhead_health{database=~\"$database\"} == 0", "{{ $labels.database }}"))
                .isEmpty();
        assertThat(scrape.missing("wellhead_healthy == 0")).containsExactly("no metric wellhead_healthy");
        assertThat(scrape.missing("wellhead_health{pool=\"a\"}")).containsExactly("no label pool of wellhead_health");
        assertThat(scrape.missing("wellhead_breaker_state{state=~\"open|ajar\"}"))
                .containsExactly("no state=ajar of wellhead_breaker_state");
        assertThat(scrape.missing("sum by (host) (wellhead_health)"))
                .containsExactly("no label host to group wellhead_health by");
        assertThat(scrape.missing("sum by (database) (wellhead_health)", "{{state}}"))
                .containsExactly("no label state of wellhead_health to show in {{state}}");
        for (var broken : List.of(
                "rat(wellhead_health[5m])",
                "(wellhead_health",
                "wellhead_health{state}",
                "wellhead_health[5m",
                "1 ; 2",
                "3 > 2")) {
            assertThat(scrape.missing(broken)).as(broken).isNotEmpty();
        }
    }

    @Test
    void everyRuleSaysHowBadItIsAndWhatToDo() throws Exception {
        var rules = rules();
        assertThat(rules.stream().map(Rule::name))
                .doesNotHaveDuplicates()
                .contains(
                        "HIGH_POOL_USAGE",
                        "WAITING_CALLERS",
                        "SLOW_RESPONSE",
                        "HIGH_LATENCY",
                        "HIGH_ERROR_RATE",
                        "CONNECTION_FAILURES",
                        "HIGH_RETRY_RATE",
                        "CONNECTION_LEAK",
                        "BREAKER_OPEN",
                        "PART_UNHEALTHY",
                        "DATABASE_UNHEALTHY",
                        "UNKNOWN_COMMIT_OUTCOME",
                        "REPLICATION_LAG");
        assertThat(rules).allSatisfy(rule -> {
            assertThat(rule.hold).matches("\\d+[smh]");
            assertThat(rule.severity).isIn("warning", "critical");
            assertThat(rule.summary).isNotBlank();
            assertThat(rule.runbook).endsWith(".");
        });
        assertThat(expression(rules, "HIGH_POOL_USAGE")).endsWith("> 0.8");
        assertThat(expression(rules, "SLOW_RESPONSE")).endsWith("> 1");
        assertThat(expression(rules, "HIGH_LATENCY")).endsWith("> 0.5");
        assertThat(expression(rules, "HIGH_ERROR_RATE")).endsWith("> 0.05");
    }

    @Test
    void panelsDoNotOverlapAndHaveTheirOwnNumbers() throws Exception {
        Set<Integer> ids = new HashSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        for (var panel : dashboard().get("panels")) {
            var title = panel.get("title").asText();
            assertThat(ids.add(panel.get("id").asInt())).as("id of %s", title).isTrue();
            var place = panel.get("gridPos");
            assertThat(place.get("x").asInt() + place.get("w").asInt())
                    .as(title)
                    .isLessThanOrEqualTo(24);
            for (int x = place.get("x").asInt();
                    x < place.get("x").asInt() + place.get("w").asInt();
                    x++) {
                for (int y = place.get("y").asInt();
                        y < place.get("y").asInt() + place.get("h").asInt();
                        y++) {
                    assertThat(taken.add(List.of(x, y)))
                            .as("place of %s", title)
                            .isTrue();
                }
            }
            if (!panel.get("type").asText().equals("row")) {
                assertThat(panel.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
                assertThat(panel.get("targets")).as(title).isNotEmpty();
                assertThat(panel.get("description").asText()).as(title).isNotBlank();
            }
        }
    }

    private static String expression(List<Rule> rules, String name) {
        return rules.stream()
                .filter(rule -> rule.name.equals(name))
                .map(Rule::expression)
                .findFirst()
                .orElseThrow();
    }

    private static List<Rule> rules() throws Exception {
        Map<String, List<Map<String, Object>>> file =
                new Yaml().load(Files.readString(DEPLOY.resolve("prometheus").resolve("wellhead-alerts.yml")));
        List<Rule> all = new ArrayList<>();
        for (var group : file.get("groups")) {
            for (var rule : (List<?>) group.get("rules")) {
                var fields = (Map<?, ?>) rule;
                var notes = (Map<?, ?>) fields.get("annotations");
                all.add(new Rule(
                        String.valueOf(fields.get("alert")),
                        String.valueOf(fields.get("expr")),
                        String.valueOf(fields.get("for")),
                        String.valueOf(((Map<?, ?>) fields.get("labels")).get("severity")),
                        String.valueOf(notes.get("summary")),
                        String.valueOf(notes.get("runbook"))));
            }
        }
        return all;
    }

    private static JsonNode dashboard() throws Exception {
        return new ObjectMapper()
                .readTree(Files.readString(DEPLOY.resolve("grafana").resolve("wellhead-dashboard.json")));
    }

    private static List<Target> targets() throws Exception {
        List<Target> all = new ArrayList<>();
        for (var panel : dashboard().get("panels")) {
            for (var target : panel.path("targets")) {
                all.add(new Target(
                        panel.get("title").asText(),
                        target.get("expr").asText(),
                        target.get("legendFormat").asText()));
            }
        }
        for (var note : dashboard().at("/annotations/list")) {
            all.add(new Target(
                    note.get("name").asText(),
                    note.get("expr").asText(),
                    note.get("titleFormat").asText()));
        }
        // label_values(metric, label)
        for (var variable : dashboard().at("/templating/list")) {
            if (variable.get("type").asText().equals("query")) {
                var asked =
                        variable.get("definition").asText().replaceFirst("label_values\\((\\w+), (\\w+)\\)", "$1 $2");
                var parts = asked.split(" ", -1);
                all.add(new Target(variable.get("name").asText(), parts[0], "{{" + parts[1] + "}}"));
            }
        }
        return all;
    }
}
