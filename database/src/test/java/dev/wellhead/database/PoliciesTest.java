// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.PoolConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoliciesTest {

    @ParameterizedTest
    @CsvSource({
        "-1, PT1S, PT1S, 2, max-retries=-1",
        "2000000, PT1S, PT1S, 2, max-retries=2000000",
        "3, PT-1S, PT1S, 2, initial-delay=PT-1S",
        "3, PT1S, P400D, 2, max-delay=PT9600H",
        "3, PT1S, PT1S, 0.5, multiplier=0.5",
        "3, PT1S, PT1S, NaN, multiplier=NaN",
        "3, PT1S, PT1S, Infinity, multiplier=Infinity"
    })
    void retryRefusesNonsense(int retries, Duration initial, Duration max, double multiplier, String named) {
        assertThatThrownBy(() -> new RetryPolicy(retries, initial, max, multiplier, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(named + ": must be from ");
    }

    @ParameterizedTest
    @CsvSource({
        "PT-1S, 0.2, deadline=PT-1S",
        "P400D, 0.2, deadline=PT9600H",
        "PT1S, -0.1, budget=-0.1",
        "PT1S, 1.5, budget=1.5",
        "PT1S, NaN, budget=NaN"
    })
    void retryRefusesImpossibleDeadlinesAndBudgets(Duration deadline, double budget, String named) {
        assertThatThrownBy(() -> new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 2, true, deadline, budget))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(named + ": must be from ");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, PT1S, 3, health-interval=PT0S",
        "PT1S, PT-1S, 3, health-limit=PT-1S",
        "PT1S, P366D, 3, health-limit=PT8784H",
        "PT1S, PT1S, 0, health-strikes=0"
    })
    void healthRefusesNonsense(Duration interval, Duration limit, int strikes, String named) {
        assertThatThrownBy(() -> new HealthPolicy(true, interval, limit, strikes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(named + ": must be ");
    }

    @Test
    void defaultsAreThoseOfPoolBuiltByHand() {
        var config = DatabaseConfig.of(
                PoolConfig.builder().jdbcUrl("jdbc:postgresql://h/d").build());
        assertThat(config.retry())
                .isEqualTo(new RetryPolicy(
                        3, Duration.ofMillis(100), Duration.ofSeconds(5), 2, true, Duration.ofSeconds(30), 0.2));
        assertThat(config.health()).isEqualTo(new HealthPolicy(true, Duration.ofSeconds(30), Duration.ofSeconds(5), 3));
        assertThat(config.slowQueryThreshold()).isEqualTo(Duration.ofSeconds(5));
        assertThatThrownBy(() ->
                        new DatabaseConfig(config.pool(), config.retry(), config.health(), Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("slow-query-threshold=PT-1S");
    }
}
