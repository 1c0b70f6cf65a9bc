// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs several tasks that wait, each on a thread of its own. */
final class AtOnce {

    private AtOnce() {}

    /**
     * Runs all at once, each on a daemon thread of its own that ends with it, and waits for all. An interrupt ends the
     * wait and nothing else: all of them are begun and run on.
     */
    static List<Boolean> run(String threadName, List<Callable<Boolean>> tasks) throws InterruptedException {
        if (tasks.isEmpty()) {
            return List.of();
        }
        var threads = Executors.newFixedThreadPool(tasks.size(), task -> {
            var thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
        try {
            // Not invokeAll: when interrupted it cancels what it has begun.
            List<Future<Boolean>> begun = tasks.stream().map(threads::submit).toList();
            List<Boolean> results = new ArrayList<>();
            for (var task : begun) {
                results.add(task.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("A pool could not be ended", e.getCause());
        } finally {
            threads.shutdown();
        }
    }
}
