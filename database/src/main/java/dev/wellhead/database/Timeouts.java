// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The statements that were ended by a time limit lately, by their texts. Thread-safe; remembers the latest
 * {@value #MOST} texts.
 */
final class Timeouts {

    private static final int MOST = 100;
    private static final int MOST_WAITING = 20;
    private static final int LONGEST = 20_000;
    private static final long WITHIN_NANOS = Duration.ofMinutes(10).toNanos();

    private final Map<String, Long> last = new LinkedHashMap<>(16, 0.75f, true);
    private final ArrayDeque<String> twice = new ArrayDeque<>();

    /** A statement was ended by its limit. */
    synchronized void timedOut(String jdbcSql, long nowNanos) {
        if (jdbcSql.length() > LONGEST) {
            return;
        }
        var before = last.put(jdbcSql, nowNanos);
        if (last.size() > MOST) {
            last.remove(last.keySet().iterator().next());
        }
        if (before != null
                && nowNanos - before <= WITHIN_NANOS
                && twice.size() < MOST_WAITING
                && !twice.contains(jdbcSql)) {
            twice.add(jdbcSql);
        }
    }

    /** Takes a statement that was ended twice in ten minutes. */
    synchronized Optional<String> takeTwice() {
        return Optional.ofNullable(twice.poll());
    }

    synchronized boolean hasTwice() {
        return !twice.isEmpty();
    }
}
