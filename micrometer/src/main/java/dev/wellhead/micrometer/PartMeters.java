// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.database.PartReport;
import dev.wellhead.database.spi.HealthPart;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The meters of one part besides the databases. */
final class PartMeters implements AutoCloseable {

    /** A part that finds new names again and again does not fill the registry. */
    private static final int MOST_NAMES = 2 * HealthPart.MOST_READINGS;

    private final String name;
    private final Supplier<List<PartReport>> parts;
    private final Meters meters;
    private final Set<String> readings = ConcurrentHashMap.newKeySet();

    PartMeters(String name, Supplier<List<PartReport>> parts, MeterRegistry registry) {
        this.name = name;
        this.parts = parts;
        this.meters = new Meters(registry, name);
        meters.gauge(MeterRow.PART_HEALTHY, () -> of(part -> part.healthy() ? 1 : 0));
        meters.seconds(
                MeterRow.PART_CHECK_LATENCY, () -> of(part -> part.latency().toNanos()));
    }

    private double of(ToDoubleFunction<PartReport> value) {
        for (var part : parts.get()) {
            if (part.name().equals(name)) {
                return value.applyAsDouble(part);
            }
        }
        return Double.NaN;
    }

    /** Adds readings that it had not before, to {@value #MOST_NAMES} in all. */
    void found(PartReport report) {
        for (var reading : report.readings().keySet()) {
            if (readings.size() < MOST_NAMES && readings.add(reading)) {
                meters.gauge(
                        MeterRow.PART_READING,
                        () -> of(part -> part.readings().getOrDefault(reading, Double.NaN)),
                        "reading",
                        reading);
            }
        }
    }

    @Override
    public void close() {
        meters.close();
    }
}
