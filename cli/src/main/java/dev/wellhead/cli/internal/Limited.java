// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs what may hang apart, under a limit. What does not come back is left behind on a thread that does not keep the
 * process alive; one command leaves at most a few behind.
 */
final class Limited {

    private Limited() {}

    /**
     * Starts it at once.
     *
     * @param name of the thread
     */
    static <T> Future<T> start(String name, Callable<T> work) {
        var task = new FutureTask<>(work);
        var thread = new Thread(task, "wellhead-" + name);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /**
     * Runs it and waits no longer than the limit.
     *
     * @throws TimeoutException when it took longer
     * @throws Exception what it threw
     */
    static <T> T call(String name, Duration limit, Callable<T> work) throws Exception {
        return await(start(name, work), System.nanoTime() + limit.toNanos());
    }

    /** Runs all at once and waits for all, in order; none has a limit of its own here. */
    static <T> List<T> all(String name, List<Callable<T>> works) throws Exception {
        List<Future<T>> started = new ArrayList<>();
        for (var work : works) {
            started.add(start(name, work));
        }
        List<T> results = new ArrayList<>();
        for (var future : started) {
            results.add(await(future, System.nanoTime() + TimeUnit.DAYS.toNanos(1)));
        }
        return results;
    }

    private static <T> T await(Future<T> future, long deadlineNanos) throws Exception {
        try {
            return future.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            future.cancel(true);
            throw e;
        }
    }
}
