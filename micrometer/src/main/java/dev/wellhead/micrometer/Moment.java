// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what was read for a moment, so that the many gauges of one scrape show the same state and cost one read.
 *
 * @param <T> what is read
 */
final class Moment<T> implements Supplier<T> {

    /** Longer than a scrape takes, shorter than the pause between two. */
    static final Duration LENGTH = Duration.ofMillis(200);

    private final Supplier<? extends T> source;
    private final LongSupplier nanoClock;
    private volatile @Nullable Seen<T> seen;

    private record Seen<T>(T value, long atNanos) {}

    Moment(Supplier<? extends T> source, LongSupplier nanoClock) {
        this.source = source;
        this.nanoClock = nanoClock;
    }

    /** What was read last if that was within {@link #LENGTH}, else what is read now. Two at once may both read. */
    @Override
    public T get() {
        var last = seen;
        long now = nanoClock.getAsLong();
        if (last != null && now - last.atNanos < LENGTH.toNanos()) {
            return last.value;
        }
        var value = source.get();
        seen = new Seen<>(value, now);
        return value;
    }
}
