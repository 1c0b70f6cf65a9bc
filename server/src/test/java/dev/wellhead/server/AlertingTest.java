// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.config.AlertConfig;
import dev.wellhead.config.ConfigLoader;
import dev.wellhead.watch.AlertRule;
import dev.wellhead.watch.AlertSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertingTest {

    @TempDir
    Path folder;

    private AlertConfig config(String rules) {
        return ConfigLoader.builder()
                .directory(folder)
                .set("alerts.rules", rules)
                .load()
                .alerts();
    }

    @Test
    void configurationKnowsEveryRuleOfTheWatchAndNoOther() {
        var names = AlertSettings.DEFAULT.rules().stream().map(AlertRule::name).toList();
        var off = config(names.stream().map(name -> name + "=off").collect(Collectors.joining(",")));
        assertThat(Alerting.settings(off).rules()).isEmpty();
        assertThatThrownBy(() -> config("a-name-like-none-of-them=1"))
                .hasMessageContaining("use one of " + String.join(", ", names));
    }

    @Test
    void thresholdsAndHoldTimesAreThoseOfTheConfiguration() {
        var rules = Alerting.settings(config("HIGH_POOL_USAGE=0.5 for 1m,WAITING_CALLERS=for 2m,HIGH_LATENCY=off"))
                .rules();
        assertThat(rules).extracting(AlertRule::name).doesNotContain("HIGH_LATENCY");
        assertThat(rules)
                .filteredOn(rule -> rule.name().equals("HIGH_POOL_USAGE"))
                .allSatisfy(rule -> {
                    assertThat(rule.threshold()).isEqualTo(0.5);
                    assertThat(rule.clearAt()).isLessThan(0.5);
                    assertThat(rule.hold()).isEqualTo(Duration.ofMinutes(1));
                });
        assertThat(rules)
                .filteredOn(rule -> rule.name().equals("WAITING_CALLERS"))
                .allSatisfy(rule -> {
                    assertThat(rule.threshold()).isZero();
                    assertThat(rule.hold()).isEqualTo(Duration.ofMinutes(2));
                });
        assertThat(rules).hasSize(AlertSettings.DEFAULT.rules().size() - 1);
    }
}
