// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

/**
 * How long callers wait for one of so many connections: a line with one queue, first come first served.
 *
 * <p>That a caller has to wait is reckoned by Erlang's C, exact for independent callers (Poisson) and exponential use
 * (M/M/c). How long he waits then is corrected for what was measured by Allen and Cunneen: by half the sum of the squared
 * variations of arrivals and of use. The tail of the waits is taken as exponential, which is exact for M/M/c. {@code
 * QueueModelTest} says by simulation how far off this is for others.
 *
 * @param arrivalsPerSecond how many callers come
 * @param meanUseSeconds how long one uses a connection
 * @param arrivalVariation the variance of arrivals in a second by their mean; 1 for independent callers
 * @param useVariation the variance of use by its squared mean; 0 where all are alike, 1 where exponential
 */
public record QueueModel(
        double arrivalsPerSecond, double meanUseSeconds, double arrivalVariation, double useVariation) {

    private static final int MOST_SIZE = 10_000;

    /** How many connections are used at a time on average, by Little's law. */
    public double load() {
        return arrivalsPerSecond * meanUseSeconds;
    }

    /** The share of callers who have to wait, 0 to 1; 1 where so many connections cannot serve all. */
    public double waitProbability(int size) {
        double load = load();
        if (load >= size) {
            return 1;
        }
        // Erlang's B by its recursion, which neither overflows nor loses digits; C from it.
        double blocked = 1;
        for (int i = 1; i <= size; i++) {
            blocked = load * blocked / (i + load * blocked);
        }
        return blocked / (1 - load / size * (1 - blocked));
    }

    /** The mean wait of those who wait, in seconds; infinite where so many connections cannot serve all. */
    private double meanWaitOfWaiting(int size) {
        double spare = size / meanUseSeconds - arrivalsPerSecond;
        return spare <= 0 ? Double.POSITIVE_INFINITY : (arrivalVariation + useVariation) / 2 / spare;
    }

    /** The mean wait of all callers in seconds; infinite where so many connections cannot serve all. */
    public double meanWaitSeconds(int size) {
        return waitProbability(size) * meanWaitOfWaiting(size);
    }

    /**
     * What so many of all callers do not wait longer than, in seconds; infinite where so many connections cannot serve
     * all.
     *
     * @param fraction such as 0.99
     */
    public double waitSeconds(int size, double fraction) {
        double longer = waitProbability(size) / (1 - fraction);
        return longer <= 1 ? 0 : meanWaitOfWaiting(size) * Math.log(longer);
    }

    /** The fewest connections with which 99 of 100 callers do not wait longer than that; 10,000 at most. */
    public int smallest(double p99Seconds) {
        int size = (int) Math.min(MOST_SIZE, Math.max(1, Math.floor(load())));
        while (size < MOST_SIZE && waitSeconds(size, 0.99) > p99Seconds) {
            size++;
        }
        return size;
    }
}
