// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.watch.internal.Histogram;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class HistogramTest {

    @Test
    void quantilesAreWithinSixPercentOfWhatWasAdded() {
        var random = new Random(42);
        var times = new long[100_000];
        var histogram = new Histogram();
        for (int i = 0; i < times.length; i++) {
            // Spread over all sizes, from 20 microseconds to some minutes.
            times[i] = (long) (20_000 * Math.exp(random.nextDouble() * 16));
            histogram.add(times[i]);
        }
        Arrays.sort(times);

        var found = histogram.quantiles(0.5, 0.95, 0.99, 1);

        for (int i = 0; i < found.length; i++) {
            int rank = (int) Math.ceil(new double[] {0.5, 0.95, 0.99, 1}[i] * times.length) - 1;
            assertThat(found[i]).isCloseTo(times[rank], Percentage.withPercentage(6.5));
        }
    }

    @Test
    void everyTimeHasItsBucket() {
        var histogram = new Histogram();
        assertThat(histogram.quantiles(0.5, 1)).containsExactly(0, 0);
        for (long nanos : new long[] {-1, 0, 1, 1_023, 1_024, 8_191, 8_192, Long.MAX_VALUE}) {
            histogram.add(nanos);
        }
        assertThat(histogram.quantiles(1)[0]).isGreaterThan(TimeUnit.HOURS.toNanos(2));
        assertThat(histogram.quantiles(0.1)[0]).isLessThan(1_024);
    }
}
