// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.benchmarks.FaultClient.CallFailedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers with a timetable: each begins a call every 100 ms, and one that is late makes its calls up without a pause, so
 * that everybody is asked for the same work however slow the answers are. Of ten calls six read, three are transactions
 * and one is a write of its own.
 */
final class FaultLoad {
    private static final int CALLERS = 16;
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** The shortest of the limits: who failed sooner was not waiting for one. */
    private static final long TIMED_OUT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private enum Work {
        READ,
        WRITE,
        TRANSACTION
    }

    private record Call(Work work, String id, long nanos, boolean isDone, boolean isSafe) {}

    private final FaultClient client;
    private final long seed;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private volatile long endNanos = Long.MAX_VALUE;

    FaultLoad(FaultClient client, long seed) {
        this.client = client;
        this.seed = seed;
    }

    void start() {
        for (int i = 0; i < CALLERS; i++) {
            int caller = i;
            var thread = new Thread(() -> work(caller), "caller-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    /** No call is due any more; those that are late are made up. */
    void end() throws InterruptedException {
        endNanos = System.nanoTime() - startNanos;
        for (var thread : threads) {
            thread.join();
        }
    }

    private void work(int caller) {
        var random = new Random(seed + caller);
        long due = PERIOD_NANOS * caller / CALLERS;
        for (int i = 0; due < endNanos; i++, due += PERIOD_NANOS) {
            long early = due - (System.nanoTime() - startNanos);
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            int drawn = random.nextInt(10);
            call(drawn < 6 ? Work.READ : drawn < 9 ? Work.TRANSACTION : Work.WRITE, caller + "-" + i);
        }
    }

    private void call(Work work, String id) {
        long began = System.nanoTime();
        boolean isDone = true;
        boolean isSafe = true;
        try {
            switch (work) {
                case READ -> client.read();
                case WRITE -> client.write(id);
                case TRANSACTION -> client.transaction(id);
            }
        } catch (CallFailedException e) {
            isDone = false;
            isSafe = e.isSafe();
        }
        calls.add(new Call(work, id, System.nanoTime() - began, isDone, isSafe));
    }

    /**
     * What became of all calls.
     *
     * @param rows what the database holds
     */
    Map<String, Double> results(List<String> rows) {
        var times = new HashMap<String, Integer>();
        rows.forEach(id -> times.merge(id, 1, Integer::sum));
        int failed = 0;
        int safe = 0;
        int timedOut = 0;
        int twice = 0;
        int lost = 0;
        int yetDone = 0;
        long longest = 0;
        for (var call : calls) {
            longest = Math.max(longest, call.nanos);
            int stored = times.getOrDefault(call.id, 0);
            twice += stored > 1 ? 1 : 0;
            lost += call.isDone && call.work != Work.READ && stored == 0 ? 1 : 0;
            if (!call.isDone) {
                failed++;
                safe += call.isSafe ? 1 : 0;
                timedOut += call.nanos >= TIMED_OUT_NANOS ? 1 : 0;
                yetDone += stored > 0 ? 1 : 0;
            }
        }
        return Map.of(
                "calls", (double) calls.size(),
                "failed", (double) failed,
                "safe", (double) safe,
                "timedOut", 100.0 * timedOut / calls.size(),
                "yetDone", (double) yetDone,
                "twice", (double) twice,
                "lost", (double) lost,
                "longest", longest / 1e6);
    }
}
