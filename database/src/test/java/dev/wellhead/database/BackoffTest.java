// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void growsUpToItsCap() {
        var backoff = new Backoff(new RetryPolicy(9, SECOND, SECOND.multipliedBy(5), 2.0, false), () -> 0.9);
        assertThat(backoff.before(1)).isEqualTo(SECOND);
        assertThat(backoff.before(2)).isEqualTo(SECOND.multipliedBy(2));
        assertThat(backoff.before(3)).isEqualTo(SECOND.multipliedBy(4));
        assertThat(backoff.before(4)).isEqualTo(SECOND.multipliedBy(5));
        assertThat(backoff.before(1_000_000)).isEqualTo(SECOND.multipliedBy(5));
    }

    @Test
    void fullJitterDrawsFromZeroToTheWholePause() {
        var policy = new RetryPolicy(9, SECOND, SECOND.multipliedBy(5), 2.0, true);
        assertThat(new Backoff(policy, () -> 0.0).before(3)).isEqualTo(Duration.ZERO);
        assertThat(new Backoff(policy, () -> 0.25).before(3)).isEqualTo(SECOND);
        assertThat(new Backoff(policy, () -> 0.999).before(3))
                .isBetween(Duration.ofMillis(3_990), Duration.ofMillis(4_000));
    }
}
