// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.List;

/** The histograms of all pools; quick and without locks, as listeners must be. */
final class PoolHistograms {

    /** Those of the semantic conventions. */
    private static final List<Double> BUCKETS = List.of(.001, .005, .01, .05, .1, .5, 1.0, 5.0, 10.0);

    private static final double NANOS_A_SECOND = 1e9;

    private final DoubleHistogram createTime;
    private final DoubleHistogram waitTime;
    private final DoubleHistogram useTime;
    private final DoubleHistogram operations;

    PoolHistograms(Meter meter) {
        createTime = histogram(meter, "create_time", "How long connects took that succeeded");
        waitTime = histogram(meter, "wait_time", "How long callers waited that got a connection");
        useTime = histogram(meter, "use_time", "From acquire to release");
        operations = named(meter, "db.client.operation.duration", "From the call of a statement until its answer");
    }

    private static DoubleHistogram histogram(Meter meter, String name, String description) {
        return named(meter, "db.client.connection." + name, description);
    }

    private static DoubleHistogram named(Meter meter, String name, String description) {
        return meter.histogramBuilder(name)
                .setUnit("s")
                .setDescription(description)
                .setExplicitBucketBoundariesAdvice(BUCKETS)
                .build();
    }

    /** How long statements take. */
    DoubleHistogram operations() {
        return operations;
    }

    OfPool ofPool(Attributes attributes) {
        return new OfPool(attributes);
    }

    /** Feeds them with one pool's events. */
    final class OfPool implements PoolListener {

        private final Attributes attributes;

        private OfPool(Attributes attributes) {
            this.attributes = attributes;
        }

        @Override
        public void onEvent(PoolEvent event) {
            if (event instanceof PoolEvent.Acquired acquired) {
                record(waitTime, acquired.waited());
            } else if (event instanceof PoolEvent.Released released) {
                record(useTime, released.held());
            } else if (event instanceof PoolEvent.Opened opened) {
                record(createTime, opened.took());
            }
        }

        private void record(DoubleHistogram histogram, Duration value) {
            histogram.record(value.toNanos() / NANOS_A_SECOND, attributes);
        }
    }
}
