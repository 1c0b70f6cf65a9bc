// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.util.concurrent.Executor;

/**
 * Runs each task on a new daemon thread: what to hand to {@link java.util.concurrent.CompletableFuture} in a test whose
 * tasks wait. Left to itself it takes the common pool, which since JDK 25 has one thread on a machine of two cores, so the
 * second task that waits never begins.
 */
public enum OwnThread implements Executor {
    /** One new thread for each task. */
    EACH;

    @Override
    public void execute(Runnable task) {
        var thread = new Thread(task, "own-thread");
        thread.setDaemon(true);
        thread.start();
    }
}
