// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LogLineTest {

    @Test
    void valuesBehindTheirKeysAreTakenAsTheyAre() {
        var line = LogLine.of("pool opened pool={} total={} complete={}", new Object[] {"orders", 3, true});
        assertThat(line.start()).isEqualTo("pool opened");
        assertThat(line.fields())
                .containsExactly(Map.entry("pool", "orders"), Map.entry("total", 3), Map.entry("complete", true));
    }

    @Test
    void aForeignTextMakesNoFieldsOfItsOwn() {
        var line = LogLine.of(
                "reset failed pool={} connection={} cause={}",
                new Object[] {"orders", 7L, "refused pool=other level=ERROR\nevent=forged \uE000"});
        assertThat(line.fields())
                .containsOnlyKeys("pool", "connection", "cause")
                .containsEntry("pool", "orders")
                .containsEntry("cause", "refused pool=other level=ERROR\nevent=forged \uE000");
    }

    @Test
    void textsThatHoldPairsAreTakenApart() {
        var line = LogLine.of("{} pool={} operation={} {}{}", new Object[] {
            "slow query",
            "orders",
            "\"get user 123\"",
            "elapsedMs=5500 thresholdMs=5000 sqlState=40001",
            " suppressed=2"
        });
        assertThat(line.start()).isEqualTo("slow query");
        assertThat(line.fields())
                .containsEntry("operation", "get user 123")
                .containsEntry("elapsedMs", 5500L)
                .containsEntry("sqlState", "40001")
                .containsEntry("suppressed", 2L);
    }

    @Test
    void compositeAndQuotedValuesAreWhole() {
        var line = LogLine.of(
                "health check failed pool={} strikes={}/{} elapsedMs={}{} trouble=\"{}\" waitedMs={}: taking any",
                new Object[] {"a", 1, 3, 20L, " sqlState=08006", "no route to host", 5});
        assertThat(line.fields())
                .containsEntry("strikes", "1/3")
                .containsEntry("elapsedMs", 20L)
                .containsEntry("sqlState", "08006")
                .containsEntry("trouble", "no route to host")
                .containsEntry("waitedMs", 5);
    }

    @Test
    void aLineWithoutPairsHasNoFields() {
        var line = LogLine.of("background task failed", null);
        assertThat(line.start()).isEqualTo("background task failed");
        assertThat(line.fields()).isEmpty();
    }
}
