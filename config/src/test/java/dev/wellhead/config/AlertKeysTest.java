// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.config.AlertConfig.Rule;
import dev.wellhead.pool.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertKeysTest {

    @TempDir
    Path folder;

    @Test
    void bindsRulesAndWhoIsTold() {
        var config = new Given(folder)
                .env("DATABASE_URL", Given.LOCAL)
                .write("secret", "0123456789abcdef\n")
                .yaml("""
                        alerts:
                          rules: waiting-callers=for 1m, HIGH_POOL_USAGE = 0.9 for 1m30s ,SLOW_RESPONSE=250,HIGH_LATENCY=off
                          webhook:
                            url: https://hooks.example.com/T0/key
                            form: slack
                            secret-file: secret
                          alertmanager.url: http://127.0.0.1:9093
                        """)
                .load();
        assertThat(config.alerts().rules())
                .containsExactly(
                        new Rule("HIGH_LATENCY", false, OptionalDouble.empty(), Optional.empty()),
                        new Rule("HIGH_POOL_USAGE", true, OptionalDouble.of(0.9), Optional.of(Duration.ofSeconds(90))),
                        new Rule("SLOW_RESPONSE", true, OptionalDouble.of(250), Optional.empty()),
                        new Rule("WAITING_CALLERS", true, OptionalDouble.empty(), Optional.of(Duration.ofMinutes(1))));
        assertThat(config.alerts().webhook())
                .isEqualTo(new AlertConfig.Webhook(
                        Secret.of("https://hooks.example.com/T0/key"),
                        WebhookForm.SLACK,
                        Secret.of("0123456789abcdef")));
        assertThat(config.alerts().alertmanager()).isEqualTo(URI.create("http://127.0.0.1:9093"));
        assertThat(Given.setting(config, "alerts.rules").value())
                .isEqualTo("HIGH_LATENCY=off,HIGH_POOL_USAGE=0.9 for 1m30s,SLOW_RESPONSE=250,WAITING_CALLERS=for 1m")
                .matches(AlertText.PATTERN);
        assertThat(Given.setting(config, "alerts.webhook.url").value()).isEqualTo(Masking.MASK);
        assertThat(config.toString()).doesNotContain("T0/key", "0123456789abcdef");
    }

    @Test
    void withoutAnyNobodyIsTold() {
        assertThat(new Given(folder).env("DATABASE_URL", Given.LOCAL).load().alerts())
                .isEqualTo(AlertConfig.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alerts.rules|HIGH_POL_USAGE=0.9|names no alert HIGH_POL_USAGE|did you mean HIGH_POOL_USAGE?",
                "alerts.rules|HIGH_POOL_USAGE|must be NAME=off|HIGH_POOL_USAGE=0.9 for 30s",
                "alerts.rules|HIGH_POOL_USAGE=|must be NAME=off|HIGH_POOL_USAGE=0.9 for 30s",
                "alerts.rules|HIGH_POOL_USAGE=-1|must be NAME=off|HIGH_POOL_USAGE=0.9 for 30s",
                "alerts.rules|HIGH_POOL_USAGE=0.9 for 30|is a number without a unit|30s",
                "alerts.rules|HIGH_POOL_USAGE=0.9 for 2d|must hold for at most 1d|use a shorter time",
                "alerts.rules|HIGH_LATENCY=1,HIGH_LATENCY=2|must name each alert once|drop one of the two HIGH_LATENCY",
                "alerts.webhook.url|hooks.example.com|must be an http or https URL with a host|https://host/path",
                "alerts.webhook.form|teams|must be one of generic, slack|use one of these",
                "alerts.webhook.secret|short|must have 16 or more characters|openssl rand -hex 16",
                "alerts.alertmanager.url|ftp://a/|must be an http or https URL with a host|https://host/path",
                "alerts.alertmanager.url|http://a:b@c/|must hold no user, password or fragment|https://host/path"
            })
    void refusesWithPlaceRuleAndMend(String key, String value, String rule, String fix) {
        var problems = new Given(folder)
                .env("DATABASE_URL", Given.LOCAL)
                .yaml(key + ": \"" + value + "\"\n")
                .loader()
                .check();
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isTrue();
            assertThat(problem.toString()).contains("wellhead.yaml:1", key, rule, fix);
        });
    }
}
