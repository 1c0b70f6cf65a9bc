// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogLimiterTest {

    @Test
    void letsFewThroughAndCountsTheRest() {
        var now = new AtomicLong(Long.MAX_VALUE - 5);
        var limiter = new LogLimiter(2, 10, now::get);
        assertThat(limiter.pass()).isZero();
        assertThat(limiter.pass()).isZero();
        assertThat(limiter.pass()).isEqualTo(-1);
        assertThat(limiter.pass()).isEqualTo(-1);
        now.addAndGet(10);
        assertThat(limiter.pass()).isEqualTo(2);
        assertThat(limiter.pass()).isZero();
        assertThat(limiter.pass()).isEqualTo(-1);
    }
}
