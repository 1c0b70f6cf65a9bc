// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts the calls of one database. */
final class CallMeter {

    private final LongAdder calls = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder succeededNanos = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final Map<Meaning, LongAdder> failed = new EnumMap<>(Meaning.class);

    CallMeter() {
        for (var meaning : Meaning.values()) {
            failed.put(meaning, new LongAdder());
        }
    }

    void begun() {
        calls.increment();
    }

    void retried() {
        retries.increment();
    }

    void succeeded(long elapsedNanos) {
        succeeded.increment();
        succeededNanos.add(elapsedNanos);
    }

    void failed(Meaning meaning) {
        // Every meaning has its adder from the start.
        failed.computeIfAbsent(meaning, key -> new LongAdder()).increment();
    }

    CallCounters counters() {
        // Ends are read before begins, so that begins are never fewer.
        Map<Meaning, Long> failures = new EnumMap<>(Meaning.class);
        failed.forEach((meaning, count) -> failures.put(meaning, count.sum()));
        long failedTotal = failures.values().stream().mapToLong(Long::longValue).sum();
        long good = succeeded.sum();
        var mean = good == 0 ? Duration.ZERO : Duration.ofNanos(succeededNanos.sum() / good);
        return new CallCounters(calls.sum(), good, failedTotal, retries.sum(), failures, mean);
    }
}
