// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.PartReport;
import dev.wellhead.database.Severity;
import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.database.spi.PartAlert;
import dev.wellhead.watch.internal.AlertTable;
import dev.wellhead.watch.internal.RuleWatch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The alerts of what is no database. */
class PartAlertsTest {

    private static final PartAlert FULL = new PartAlert(
            "CACHE_NEARLY_FULL", "fill", Severity.CRITICAL, 0.9, 0.8, Duration.ofSeconds(3), "", "Give it more room.");

    private static final class Cache implements HealthPart {
        private volatile boolean works = true;
        private volatile double fill;

        @Override
        public String name() {
            return "cache";
        }

        @Override
        public void check() throws IOException {
            if (!works) {
                throw new IOException("no cache");
            }
        }

        @Override
        public Map<String, Double> readings() {
            return Map.of("fill", fill);
        }

        @Override
        public List<PartAlert> alerts() {
            return List.of(FULL);
        }
    }

    private static PartReport report(boolean healthy, Double... fill) {
        var readings = new TreeMap<String, Double>();
        if (fill.length > 0) {
            readings.put("fill", fill[0]);
        }
        return new PartReport(
                "cache",
                healthy,
                Instant.EPOCH,
                Duration.ofMillis(1),
                healthy ? Optional.empty() : Optional.of("no cache"),
                readings);
    }

    @Test
    void itsOwnAlertFiresAfterItsHoldTimeStaysWhileThePartIsOutAndEnds() {
        var told = new ArrayList<Alert>();
        var rows = AlertTable.part(List.of(FULL));
        var rules = rows.stream().map(RuleWatch.Row::rule).toList();
        var watch = new RuleWatch<PartReport>("cache", rows, rules, told::add);
        int second = 0;
        for (; second < 3; second++) {
            look(watch, report(true, 0.95), second);
        }
        assertThat(told).isEmpty();
        look(watch, report(true, 0.95), second++);
        assertThat(told).singleElement().satisfies(alert -> {
            assertThat(alert.name()).isEqualTo("CACHE_NEARLY_FULL");
            assertThat(alert.database()).isEqualTo("cache");
            assertThat(alert.current()).isEqualTo(0.95);
            assertThat(alert.threshold()).isEqualTo(0.9);
            assertThat(alert.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(alert.summary()).isEqualTo("Give it more room.");
        });

        for (int end = second + 60; second < end; second++) {
            look(watch, report(false), second);
        }
        assertThat(told).extracting(Alert::name).containsExactly("CACHE_NEARLY_FULL", "PART_UNHEALTHY");
        assertThat(watch.now()).extracting(Alert::name).contains("CACHE_NEARLY_FULL");

        for (int end = second + 31; second < end; second++) {
            look(watch, report(true, 0.5), second);
        }
        assertThat(told)
                .extracting(alert -> alert.name() + " " + alert.state())
                .containsExactly(
                        "CACHE_NEARLY_FULL FIRING",
                        "PART_UNHEALTHY FIRING",
                        "PART_UNHEALTHY RESOLVED",
                        "CACHE_NEARLY_FULL RESOLVED");
        assertThat(watch.now()).isEmpty();
    }

    private static void look(RuleWatch<PartReport> watch, PartReport report, int second) {
        watch.look(report, TimeUnit.SECONDS.toNanos(second), Instant.EPOCH.plusSeconds(second));
    }

    @Test
    void aWatchTellsOfPartsAndOfTheEndWhenTheRuleIsSwitchedOff() {
        var told = new CopyOnWriteArrayList<Alert>();
        var cache = new Cache();
        var settings = AlertSettings.DEFAULT.withSinks(List.of(told::add));
        try (var manager = DatabaseManager.builder().part(cache).open();
                var watch = Watch.start(manager, settings)) {
            await().until(() -> manager.parts().get(0).healthy());
            assertThat(watch.alerts()).isEmpty();

            cache.works = false;
            await().atMost(Duration.ofSeconds(20)).until(() -> !told.isEmpty());
            assertThat(told).singleElement().satisfies(alert -> {
                assertThat(alert.name()).isEqualTo("PART_UNHEALTHY");
                assertThat(alert.database()).isEqualTo("cache");
                assertThat(alert.state()).isEqualTo(AlertState.FIRING);
            });
            assertThat(watch.alerts()).extracting(Alert::name).containsExactly("PART_UNHEALTHY");

            watch.reconfigure(settings.withThresholds(Map.of("PART_UNHEALTHY", "off")));
            await().until(() -> told.size() == 2);
            assertThat(told.get(1).state()).isEqualTo(AlertState.RESOLVED);
            await().until(() -> watch.alerts().isEmpty());
        }
    }
}
