// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MomentTest {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger reads = new AtomicInteger();
    private final Moment<Integer> moment = new Moment<>(reads::incrementAndGet, nanos::get);

    @Test
    void readsOnceWithinTheMoment() {
        assertThat(moment.get()).isEqualTo(1);
        nanos.addAndGet(Moment.LENGTH.toNanos() - 1);

        assertThat(moment.get()).isEqualTo(1);
    }

    @Test
    void readsAgainAfterIt() {
        assertThat(moment.get()).isEqualTo(1);
        nanos.addAndGet(Moment.LENGTH.toNanos());

        assertThat(moment.get()).isEqualTo(2);
    }
}
