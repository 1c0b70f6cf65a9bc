// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.concurrent.locks.LockSupport;

/**
 * A crowd of threads before a small pool: each takes a connection, holds it, gives it back, and takes one again.
 *
 * @param label as tables have it
 * @param threads how many
 * @param isVirtual whether they are virtual ones
 * @param holdNanos how long each holds a connection
 * @param isSpinning whether it computes meanwhile; else it is parked, as one who waits for an answer
 */
record CrowdCase(String label, int threads, boolean isVirtual, long holdNanos, boolean isSpinning) {

    CrowdCase withThreads(int count) {
        return new CrowdCase(label, count, isVirtual, holdNanos, isSpinning);
    }

    /** Does what a holder does. */
    void hold() {
        if (!isSpinning) {
            LockSupport.parkNanos(this, holdNanos);
            return;
        }
        long until = System.nanoTime() + holdNanos;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
    }
}
