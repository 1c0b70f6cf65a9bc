// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolSizingTest {

    @ParameterizedTest
    @CsvSource({
        "20, 500, 10, 2, 12",
        "70, 100, 7, 2, 9",
        "1, 1, 1, 2, 2",
        "100, 500, 50, 5, 60",
        "100, 505, 51, 6, 62",
        "50, 2000, 100, 10, 120"
    })
    void follows(long millis, double rps, int base, int min, int max) {
        assertThat(PoolSizing.recommend(Duration.ofMillis(millis), rps))
                .isEqualTo(new PoolSizing.Recommendation(base, min, max, base));
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 500",
        "PT-1S, 500",
        "PT2H, 500",
        "PT1S, 0",
        "PT1S, -1",
        "PT1S, NaN",
        "PT1S, Infinity",
        "PT1S, 2e6"
    })
    void refusesWhatCannotBe(Duration queryTime, double rps) {
        assertThatThrownBy(() -> PoolSizing.recommend(queryTime, rps))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be");
    }

    @Test
    void refusesPoolsThatNoServerBears() {
        assertThatThrownBy(() -> PoolSizing.recommend(Duration.ofSeconds(60), 100_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 7200000 connections");
    }
}
