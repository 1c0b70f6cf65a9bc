// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Cursors and transactions that are open on the server, as far as commands tell, and which of them nobody has touched for
 * so long that they may have been forgotten. One that was told and stays untouched for {@value #GONE_MINUTES} minutes is
 * taken as gone: the server has ended it by then, and tells nobody. Any thread may call; nothing waits for more than another event.
 */
public final class OpenWork {

    static final int GONE_MINUTES = 10;

    /** Of both kinds together; those opened beyond are not followed. */
    static final int MOST = 10_000;

    /** What is open. */
    public enum Kind {
        /** On the rest of a result. */
        CURSOR,
        /** That has begun. */
        TRANSACTION
    }

    private record Key(Kind kind, String id) {}

    private static final class Open {
        private final String operation;
        private final String thread;
        private final long sinceNanos;
        private long usedNanos;
        private boolean suspected;

        private Open(String operation, String thread, long nanos) {
            this.operation = operation;
            this.thread = thread;
            this.sinceNanos = nanos;
            this.usedNanos = nanos;
        }
    }

    /**
     * One that nobody has touched for long.
     *
     * @param operation that opened it
     * @param thread that opened it
     * @param open how long it is open
     * @param idle how long nobody has touched it
     */
    public record Suspected(Kind kind, String operation, String thread, Duration open, Duration idle) {}

    private final LongSupplier clock;
    private final Map<Key, Open> open = new LinkedHashMap<>();

    OpenWork(LongSupplier clock) {
        this.clock = clock;
    }

    /** It is open, and was touched now. */
    synchronized void used(Kind kind, String id, String operation) {
        long now = clock.getAsLong();
        var known = open.get(new Key(kind, id));
        if (known != null) {
            known.usedNanos = now;
            known.suspected = false;
        } else if (open.size() < MOST) {
            open.put(
                    new Key(kind, id),
                    new Open(operation, CommandShape.safe(Thread.currentThread().getName(), 100), now));
        }
    }

    synchronized void ended(Kind kind, String id) {
        open.remove(new Key(kind, id));
    }

    /** Nobody asks any more. */
    public synchronized void forget() {
        open.clear();
    }

    /** How many are open. */
    public synchronized int count(Kind kind) {
        return (int) open.keySet().stream().filter(key -> key.kind == kind).count();
    }

    /** Those that nobody has touched for longer, each once until it is touched again. */
    public synchronized List<Suspected> newSuspects(long nanos) {
        long now = clock.getAsLong();
        List<Suspected> found = new ArrayList<>();
        open.values().removeIf(one -> one.suspected && now - one.usedNanos > TimeUnit.MINUTES.toNanos(GONE_MINUTES));
        open.forEach((key, one) -> {
            if (!one.suspected && now - one.usedNanos > nanos) {
                one.suspected = true;
                found.add(new Suspected(
                        key.kind,
                        one.operation,
                        one.thread,
                        Duration.ofNanos(now - one.sinceNanos),
                        Duration.ofNanos(now - one.usedNanos)));
            }
        });
        return found;
    }
}
