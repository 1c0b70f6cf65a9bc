// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How fast callers in line are served, as measured. */
class ServiceRateTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    /** Near the overflow, which the clock may pass. */
    private static final long START = Long.MAX_VALUE - 100 * MILLI;

    private final ServiceRate rate = new ServiceRate();

    /** Somebody waits all the time, and every so often one of them is served. */
    private void serve(long from, int count, long everyMillis, int connections) {
        rate.busy(START + from * MILLI);
        for (long i = 1; i <= count; i++) {
            rate.served(START + (from + i * everyMillis) * MILLI, connections);
        }
    }

    @Test
    void knowsNothingBeforeEnoughWasServedForLongEnough() {
        serve(0, 19, 100, 1);
        assertThat(rate.perConnection(START + 2_000 * MILLI)).isZero();
        serve(1_900, 1, 100, 1);
        assertThat(rate.perConnection(START + 2_000 * MILLI)).isEqualTo(10, within(0.01));
    }

    @Test
    void countsByConnection() {
        serve(0, 200, 2, 10);
        assertThat(rate.perConnection(START + 400 * MILLI)).isEqualTo(50, within(0.01));
    }

    @Test
    void leavesOutTheTimeInWhichNobodyWaited() {
        for (long i = 0; i < 60; i++) {
            rate.busy(START + i * 100 * MILLI);
            rate.served(START + (i * 100 + 5) * MILLI, 1);
            rate.idle(START + (i * 100 + 5) * MILLI);
        }
        assertThat(rate.perConnection(START + 6_000 * MILLI)).isEqualTo(200, within(0.01));
    }

    @Test
    void stallOfOnePeriodDoesNotCount() {
        serve(0, 500, 2, 1);
        rate.served(START + 5_000 * MILLI, 1);
        assertThat(rate.perConnection(START + 5_000 * MILLI)).isEqualTo(500, within(5.0));
    }

    @Test
    void standstillBeforeTheFirstServiceDoesNotCount() {
        rate.busy(START);
        for (long i = 0; i < 200; i++) {
            rate.served(START + (60_000 + 2 * i) * MILLI, 1);
        }
        assertThat(rate.perConnection(START + 60_400 * MILLI)).isEqualTo(500, within(5.0));
    }

    @Test
    void connectionsThatComeBackTogetherAreMeasured() {
        rate.busy(START);
        for (long i = 0; i < 60; i++) {
            rate.served(START + (i / 30 + 1) * 5_000 * MILLI, 30);
        }
        assertThat(rate.perConnection(START + 10_000 * MILLI)).isEqualTo(0.2, within(0.001));
    }

    @Test
    void followsWhenItStaysSlow() {
        serve(0, 500, 2, 1);
        serve(1_000, 150, 20, 1);
        assertThat(rate.perConnection(START + 4_000 * MILLI)).isEqualTo(50, within(5.0));
    }

    @Test
    void forgetsWhatIsTooOldToTell() {
        serve(0, 500, 2, 1);
        assertThat(rate.perConnection(START + 11_500 * MILLI)).isZero();
    }
}
