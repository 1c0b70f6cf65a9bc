// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;

/** Timers fed by a pool's events; quick and without locks, as listeners must be. */
final class PoolTimers implements PoolListener {

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

    private final Timer acquireWait;
    private final Timer use;
    private final Timer open;

    PoolTimers(MeterRegistry registry, Tags tags) {
        acquireWait = timer(
                "wellhead.pool.acquire.wait", "Wait of callers that got a connection; 0 when direct", tags, registry);
        use = timer("wellhead.pool.use", "From acquire to release", tags, registry);
        open = timer("wellhead.pool.open", "Connects that succeeded", tags, registry);
    }

    private static Timer timer(String name, String description, Tags tags, MeterRegistry registry) {
        return Timer.builder(name)
                .description(description)
                .tags(tags)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    @Override
    public void onEvent(PoolEvent event) {
        if (event instanceof PoolEvent.Acquired acquired) {
            acquireWait.record(acquired.waited());
        } else if (event instanceof PoolEvent.Released released) {
            use.record(released.held());
        } else if (event instanceof PoolEvent.Opened opened) {
            open.record(opened.took());
        }
    }

    List<Meter> meters() {
        return List.of(acquireWait, use, open);
    }
}
