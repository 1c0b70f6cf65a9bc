// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.wellhead.watch.internal.QueueModel;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model beside known answers, and beside a line that is simulated caller by caller. */
class QueueModelTest {

    private static final long SEED = 20_261_128;
    private static final int CALLERS = 1_000_000;
    private static final double USE = 0.010;

    /** Mean and p99 of the waits, in seconds. */
    private record Waits(double mean, double p99, double share) {}

    /** Callers come by themselves, the first in line takes the connection that is free first. */
    private static Waits simulate(int size, double load, ToDoubleFunction<Random> use) {
        var random = new Random(SEED);
        var free = new PriorityQueue<Double>();
        for (int i = 0; i < size; i++) {
            free.add(0.0);
        }
        var waits = new double[CALLERS];
        double now = 0;
        double rate = load / USE;
        int waited = 0;
        for (int i = 0; i < CALLERS; i++) {
            now += exponential(random, 1 / rate);
            double start = Math.max(now, free.remove());
            waits[i] = start - now;
            waited += waits[i] > 0 ? 1 : 0;
            free.add(start + use.applyAsDouble(random));
        }
        double mean = Arrays.stream(waits).average().orElseThrow();
        Arrays.sort(waits);
        return new Waits(mean, waits[(int) (0.99 * CALLERS)], (double) waited / CALLERS);
    }

    private static double exponential(Random random, double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    /** Log-normal with that squared variation and the mean {@link #USE}. */
    private static ToDoubleFunction<Random> heavy(double variation) {
        double sigma = Math.sqrt(Math.log(1 + variation));
        return random -> USE * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
    }

    private static QueueModel model(double load, double useVariation) {
        return new QueueModel(load / USE, USE, 1, useVariation);
    }

    @ParameterizedTest
    @CsvSource({
        // Erlang's C as printed in tables: servers, load, probability of waiting.
        "1, 0.5, 0.5000",
        "2, 1.0, 0.3333",
        "5, 4.0, 0.5541",
        "10, 8.0, 0.4092",
        "20, 16.0, 0.2561",
    })
    void waitingIsAsErlangsTablesSay(int size, double load, double expected) {
        assertThat(model(load, 1).waitProbability(size)).isCloseTo(expected, within(0.0001));
    }

    @ParameterizedTest
    @CsvSource({"1, 0.7", "4, 3.2", "12, 9.0", "20, 18.0"})
    void independentCallersWithExponentialUseWaitAsReckoned(int size, double load) {
        var seen = simulate(size, load, random -> exponential(random, USE));
        var model = model(load, 1);

        assertThat(model.waitProbability(size)).isCloseTo(seen.share, within(0.01));
        assertThat(model.meanWaitSeconds(size) / seen.mean).isBetween(0.95, 1.05);
        assertThat(model.waitSeconds(size, 0.99) / seen.p99).isBetween(0.95, 1.05);
    }

    @ParameterizedTest
    @CsvSource({"4, 3.2", "12, 10.0", "20, 18.0"})
    void useThatIsAlwaysTheSameIsWithinAQuarter(int size, double load) {
        var seen = simulate(size, load, random -> USE);
        var model = model(load, 0);

        assertThat(model.meanWaitSeconds(size) / seen.mean).isBetween(0.75, 1.25);
        assertThat(model.waitSeconds(size, 0.99) / seen.p99).isBetween(0.75, 1.25);
    }

    @ParameterizedTest
    @CsvSource({"4, 3.2, 4", "12, 10.0, 4", "20, 18.0, 9"})
    void useWithAHeavyTailIsWithinAThird(int size, double load, double variation) {
        var seen = simulate(size, load, heavy(variation));
        var model = model(load, variation);

        assertThat(model.meanWaitSeconds(size) / seen.mean).isBetween(0.67, 1.5);
        assertThat(model.waitSeconds(size, 0.99) / seen.p99).isBetween(0.67, 1.5);
    }

    @Test
    void whatCannotBeServedWaitsForEver() {
        var model = model(5, 1);

        assertThat(model.waitProbability(5)).isEqualTo(1);
        assertThat(model.meanWaitSeconds(5)).isInfinite();
        assertThat(model.waitSeconds(4, 0.99)).isInfinite();
        assertThat(model.smallest(0.001)).isGreaterThan(5);
    }

    @Test
    void smallestIsTheFirstThatSuffices() {
        var model = model(8, 1);
        int size = model.smallest(0.001);

        assertThat(model.waitSeconds(size, 0.99)).isLessThanOrEqualTo(0.001);
        assertThat(model.waitSeconds(size - 1, 0.99)).isGreaterThan(0.001);
    }
}
