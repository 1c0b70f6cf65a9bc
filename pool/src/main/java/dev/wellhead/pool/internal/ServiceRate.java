// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.concurrent.TimeUnit;

/**
 * How many callers in line a connection serves per second, measured over the time in which somebody waited: then each
 * connection that becomes free is handed on at once, so services per second are what the pool can do at present.
 *
 * <p>A period ends when both {@value #LEAST_SERVICES} services and a quarter of a second of waiting have passed. The best
 * of the last {@value #PERIODS} periods counts, for refusing needs certainty: a stall of the database or a few slow
 * statements do not make callers hopeless. For the same reason the longest time without a service counts only as long as
 * the second longest of its period: callers who waited while the pool was paused or the database away say nothing of how
 * fast it serves. A period that is older than ten seconds, or than twice the time it took, is
 * no evidence any more. Not thread-safe; guarded by the pool's lock.
 */
final class ServiceRate {

    private static final int PERIODS = 4;
    private static final int LEAST_SERVICES = 20;
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long VALID_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final double[] perConnection = new double[PERIODS];
    private final long[] endedNanos = new long[PERIODS];
    private final long[] validNanos = new long[PERIODS];
    private int periods;

    private boolean isBusy;
    private long busySinceNanos;
    private long busyNanos;
    private long services;
    private long periodBeganNanos;
    /** Of the time in which somebody waited: when the last service was, and the longest times without any. */
    private long busyAtLast;

    private long longestGap;
    private long secondGap;
    private long seenNanos;

    /** Somebody waits from now on. */
    void busy(long now) {
        if (isBusy) {
            return;
        }
        if (services == 0 || now - seenNanos > VALID_NANOS) {
            begin(now);
        }
        isBusy = true;
        busySinceNanos = now;
    }

    /** Nobody waits any more. */
    void idle(long now) {
        if (isBusy) {
            isBusy = false;
            busyNanos += now - busySinceNanos;
            seenNanos = now;
        }
    }

    /** A caller in line got a connection; so many are open. */
    void served(long now, int connections) {
        services++;
        seenNanos = now;
        long all = busyNanos + (isBusy ? now - busySinceNanos : 0);
        gap(all - busyAtLast);
        busyAtLast = all;
        long busy = all - longestGap + secondGap;
        // Connections that are all held for as long come back together: at least two such times must be seen.
        if (services >= Math.max(LEAST_SERVICES, 2 * connections) && busy >= PERIOD_NANOS) {
            int slot = periods % PERIODS;
            perConnection[slot] = services * 1e9 / busy / Math.max(1, connections);
            endedNanos[slot] = now;
            validNanos[slot] = Math.max(VALID_NANOS, 2 * (now - periodBeganNanos));
            periods++;
            begin(now);
        }
    }

    /** Services per second and connection; 0 when nothing is known. */
    double perConnection(long now) {
        double best = 0;
        for (int i = 0; i < Math.min(periods, PERIODS); i++) {
            if (now - endedNanos[i] <= validNanos[i]) {
                best = Math.max(best, perConnection[i]);
            }
        }
        return best;
    }

    private void gap(long nanos) {
        if (nanos > longestGap) {
            secondGap = longestGap;
            longestGap = nanos;
        } else {
            secondGap = Math.max(secondGap, nanos);
        }
    }

    private void begin(long now) {
        services = 0;
        busyAtLast = 0;
        longestGap = 0;
        secondGap = 0;
        busyNanos = 0;
        busySinceNanos = now;
        periodBeganNanos = now;
        seenNanos = now;
    }
}
