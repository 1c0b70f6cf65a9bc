// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.micrometer.MeterRow.Kind;
import dev.wellhead.micrometer.MeterRow.Label;
import dev.wellhead.pool.Lane;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@link MeterRow} against the meters of live databases, and {@code docs/metrics.md} against it. */
class MeterTableTest {

    @Test
    void everyMeterIsARowAndEveryRowAndValueIsShown() throws Exception {
        try (var primary = PostgresServer.start();
                var standby = primary.startStandby();
                var manager = DatabaseManager.builder()
                        .maxTotal(9)
                        .database(laned(primary))
                        .database(hosted(primary, standby))
                        .part(new Store())
                        .open();
                var metrics = new WellheadMetrics(manager).withHikariNames(true)) {
            var registry = new SimpleMeterRegistry();
            metrics.bindTo(registry);
            await().until(() -> manager.parts().get(0).healthy());
            metrics.refresh(registry);
            Set<String> shown = new TreeSet<>();
            for (Meter meter : registry.getMeters()) {
                // The buckets of a timer are meters of their own in this registry.
                if (meter.getId().syntheticAssociation() == null) {
                    shown.addAll(labels(row(meter), meter));
                }
            }
            Set<String> rows = new TreeSet<>();
            for (var row : MeterRow.values()) {
                rows.add(row.meter);
                for (var label : row.labels) {
                    label.values().forEach(value -> rows.add(row.meter + " " + label.key() + "=" + value));
                }
            }
            assertThat(shown).isEqualTo(rows);
            await().until(() ->
                    registry.get("wellhead.pool.host.up").gauges().stream().allMatch(gauge -> gauge.value() == 1));
            assertThat(registry.get("wellhead.part.healthy")
                            .tag("part", "store")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(registry.get("wellhead.part.reading")
                            .tag("reading", "objects")
                            .gauge()
                            .value())
                    .isEqualTo(7);
            assertThat(registry.get("wellhead.pool.host.target").gauges().stream()
                            .mapToDouble(gauge -> gauge.value())
                            .sum())
                    .isEqualTo(1);
        }
    }

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

    private static DatabaseConfig laned(PostgresServer server) {
        return DatabaseConfig.of(PoolConfig.builder()
                .name("laned")
                .jdbcUrl(server.jdbcUrl())
                .maxSize(2)
                .minIdle(0)
                .lanes(List.of(Lane.of("batch", 0, 1)))
                .build());
    }

    private static DatabaseConfig hosted(PostgresServer primary, PostgresServer standby) {
        return DatabaseConfig.of(PoolConfig.builder()
                .name("hosted")
                .jdbcUrl("jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port()
                        + "/postgres?user=" + primary.user() + "&targetServerType=primary")
                .maxSize(2)
                .minIdle(0)
                .build());
    }

    private static MeterRow row(Meter meter) {
        var found = Arrays.stream(MeterRow.values())
                .filter(row -> row.meter.equals(meter.getId().getName()))
                .toList();
        assertThat(found).as("rows of %s", meter.getId()).hasSize(1);
        var row = found.get(0);
        assertThat(meter.getId().getDescription()).isEqualTo(row.text);
        assertThat(meter.getId().getType()).isEqualTo(type(row.kind));
        return row;
    }

    private static Meter.Type type(Kind kind) {
        return switch (kind) {
            case GAUGE, SECONDS -> Meter.Type.GAUGE;
            case COUNTER -> Meter.Type.COUNTER;
            case SUMMARY, TIMER, PLAIN_TIMER -> Meter.Type.TIMER;
        };
    }

    /** The name, and the name with each label whose values the row lists; whatever else the meter has fails. */
    private static Set<String> labels(MeterRow row, Meter meter) {
        Set<String> all = new LinkedHashSet<>(Set.of(row.meter));
        Set<String> keys = new TreeSet<>(Set.of(row.part.tag));
        for (var label : row.labels) {
            keys.add(label.key());
            var value = meter.getId().getTag(label.key());
            if (!label.values().isEmpty()) {
                assertThat(label.values()).as("%s of %s", label.key(), row).contains(value);
                all.add(row.meter + " " + label.key() + "=" + value);
            }
        }
        assertThat(meter.getId().getTags().stream().map(tag -> tag.getKey()))
                .as("tags of %s", meter.getId())
                .containsExactlyInAnyOrderElementsOf(keys);
        return all;
    }

    /** Prometheus' client takes these suffixes away or adds them itself, so that the name shown would be another. */
    @Test
    void noNameEndsAsPrometheusReservesIt() {
        assertThat(Arrays.stream(MeterRow.values()).map(row -> row.meter))
                .doesNotHaveDuplicates()
                .allMatch(name -> !name.matches(".*\\.(total|created|bucket|info|count|sum|max\\.seconds|seconds)"));
    }

    @Test
    void theDocumentIsFresh() throws Exception {
        var text = document();
        var fresh = Path.of("target", "docs", "metrics.md");
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, text);
        assertThat(Files.readString(Path.of("..", "docs", "metrics.md")))
                .as("docs/metrics.md is stale: copy micrometer/%s over it", fresh)
                .isEqualTo(text);
    }

    private static String document() {
        return """
                # Metrics
                Made from the code; a test fails when this file is stale.

                Module `wellhead-micrometer` gives every pool and database these meters, and `wellhead serve` shows them at
                `/metrics` in Prometheus' text form. There a name is written with `_` for `.`; counters end in `_total`, times
                are in seconds (timers end in `_seconds_count`, `_seconds_sum`, `_seconds_max`, `_seconds_bucket`). Counters
                count since the pool was opened.

                One scrape reads each pool once, so its numbers belong together and add up: `active + idle + validating` is
                what is open; `opened` less all `closed` is the same number. Every tag has a bounded number of values, and none
                holds a text of the driver's or a statement. Timers have buckets at 1, 5, 10, 50, 100, 500 ms, 1 s and 5 s.

                Alert rules are in [deploy/prometheus/wellhead-alerts.yml](../deploy/prometheus/wellhead-alerts.yml), a
                dashboard in [deploy/grafana/wellhead-dashboard.json](../deploy/grafana/wellhead-dashboard.json); a test checks
                both against a live `/metrics`.

                ## Of the pool (tag `pool`: its name)
                """
                + table(row -> row.part == MeterRow.Part.POOL)
                + "\nOnly for pools with lanes:\n"
                + table(row -> row.part == MeterRow.Part.LANE)
                + "\nOnly for pools under a `max-total`:\n"
                + table(row -> row.part == MeterRow.Part.CEILING)
                + "\nOnly for pools whose URL names several hosts:\n"
                + table(row -> row.part == MeterRow.Part.HOST)
                + "\n## Of the database (tag `database`: its name)\n"
                + table(row -> row.part == MeterRow.Part.DATABASE)
                + "\n## Of each part besides the databases (tag `part`: its name)\n"
                + table(row -> row.part == MeterRow.Part.BESIDES)
                + """

                ## HikariCP's names (tag `pool`)
                With `compat.hikari-metrics: true` in the configuration of `wellhead serve`, or
                `new WellheadMetrics(manager).withHikariNames(true)`, these are shown besides, with the texts, kinds and tags of
                HikariCP's Micrometer binder, so that dashboards which exist go on. `hikaricp.connections.timeout` counts
                refusals for want of a connection (`timeout`, `deadline`, `shed`, `line_full`, `database_down`), whose wait is in
                `hikaricp.connections.acquire` as well.
                """
                + table(row -> row.part == MeterRow.Part.HIKARI)
                + """

                ## OpenTelemetry
                Module `wellhead-opentelemetry` (`new PoolTelemetry(openTelemetry, manager)`) brings metrics under the names of
                the semantic conventions, against the API alone; `new DatabaseSpans(openTelemetry, manager)` brings spans, see
                [monitoring.md](monitoring.md):

                | metric | kind | attributes besides `db.client.connection.pool.name` | what it says |
                |---|---|---|---|
                | `db.client.connection.count` | up-down counter | `db.client.connection.state` = `idle`, `used` | open connections; those being validated count as idle |
                | `db.client.connection.idle.max` | up-down counter | | the most that may be idle, which is the limit of open ones |
                | `db.client.connection.idle.min` | up-down counter | | how many are kept idle |
                | `db.client.connection.max` | up-down counter | | the limit of open connections |
                | `db.client.connection.pending_requests` | up-down counter | | callers in line |
                | `db.client.connection.timeouts` | counter | | refusals for want of a connection, as above |
                | `db.client.connection.create_time` | histogram, s | | connects that succeeded |
                | `db.client.connection.wait_time` | histogram, s | | wait of callers that got a connection; 0 when direct |
                | `db.client.connection.use_time` | histogram, s | | from acquire to release |

                `db.client.operation.duration` (histogram, s) is each statement's time from the call until its answer, `COMMIT` and
                `ROLLBACK` among them, with the attributes `db.system.name`, `db.namespace`, `db.operation.name`,
                `db.collection.name` (where there is one table), `db.query.summary` such as `SELECT orders customers`,
                `server.address` and `server.port` (where the URL names one host), and for errors `db.response.status_code` and
                `error.type`, which are the SQLSTATE. How many series that may become, the SDK limits.

                ## JMX
                With `pool.jmx: true`, `dev.wellhead:type=Pool,name=<database>` shows the pool (`PoolMXBean`) and
                `dev.wellhead:type=Database,name=<database>` health, breaker and calls (`DatabaseMXBean`).
                """;
    }

    private static String table(Predicate<MeterRow> wanted) {
        return Arrays.stream(MeterRow.values())
                .filter(wanted)
                .map(row -> "| `%s` | %s | %s | %s |\n"
                        .formatted(
                                row.meter,
                                row.kind.words,
                                row.labels.stream().map(MeterTableTest::shown).collect(Collectors.joining("; ")),
                                row.text))
                .collect(Collectors.joining(
                        "", "\n| meter | kind | more tags | what it says |\n|---|---|---|---|\n", ""));
    }

    private static String shown(Label label) {
        var values = label.values().isEmpty()
                ? label.words()
                : label.values().stream().map(value -> "`" + value + "`").collect(Collectors.joining(", "));
        return "`" + label.key() + "` = " + values;
    }
}
