// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Registers rows of {@link MeterRow} for one database, and takes them out again. What is read is held strongly, so that it
 * outlives whoever registered it.
 */
final class Meters implements AutoCloseable {

    /** Bounds of the buckets, so that percentiles can be asked for over many processes. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry;
    private final String database;
    private final List<Meter> all = new ArrayList<>();

    Meters(MeterRegistry registry, String database) {
        this.registry = registry;
        this.database = database;
    }

    private Tags tags(MeterRow row, String... more) {
        return Tags.of(row.part.tag, database).and(more);
    }

    /** @param more keys and values of the row's labels */
    void gauge(MeterRow row, DoubleSupplier value, String... more) {
        all.add(Gauge.builder(row.meter, value, DoubleSupplier::getAsDouble)
                .description(row.text)
                .tags(tags(row, more))
                .strongReference(true)
                .register(registry));
    }

    /** A gauge of seconds. */
    void seconds(MeterRow row, DoubleSupplier nanos, String... more) {
        all.add(TimeGauge.builder(row.meter, nanos, TimeUnit.NANOSECONDS, DoubleSupplier::getAsDouble)
                .description(row.text)
                .tags(tags(row, more))
                .strongReference(true)
                .register(registry));
    }

    void counter(MeterRow row, LongSupplier value, String... more) {
        // A counter holds its object weakly and its function strongly.
        all.add(FunctionCounter.builder(row.meter, value, same -> value.getAsLong())
                .description(row.text)
                .tags(tags(row, more))
                .register(registry));
    }

    void summary(MeterRow row, LongSupplier count, Supplier<Duration> total) {
        all.add(FunctionTimer.builder(
                        row.meter,
                        count,
                        same -> count.getAsLong(),
                        same -> total.get().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description(row.text)
                .tags(tags(row))
                .register(registry));
    }

    Timer timer(MeterRow row) {
        var builder = Timer.builder(row.meter).description(row.text).tags(tags(row));
        if (row.kind == MeterRow.Kind.TIMER) {
            builder.serviceLevelObjectives(BUCKETS);
        }
        var timer = builder.register(registry);
        all.add(timer);
        return timer;
    }

    /** Takes all of them out of the registry. */
    @Override
    public void close() {
        all.forEach(registry::remove);
    }
}
