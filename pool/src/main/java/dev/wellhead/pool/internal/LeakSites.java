// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.LeakSite;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Leaks by call site, at most {@link #MOST} of them; what comes after that is counted together. */
final class LeakSites {

    static final int MOST = 100;
    static final String UNKNOWN = "(unknown)";
    static final String OTHERS = "(others)";

    private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** One call site. */
    static final class Site {
        final LongAdder suspected = new LongAdder();
        final LongAdder abandoned = new LongAdder();
        final LongAdder reclaimed = new LongAdder();
        /** One line a minute; leases held back are told with the next. */
        final LogPace pace = new LogPace(LOG_EVERY_NANOS, System::nanoTime);

        private final AtomicLong longestNanos = new AtomicLong();

        void held(Duration time) {
            longestNanos.accumulateAndGet(time.toNanos(), Math::max);
        }
    }

    private final ConcurrentHashMap<String, Site> sites = new ConcurrentHashMap<>();

    Site of(String callSite) {
        var name = callSite.isEmpty() ? UNKNOWN : callSite;
        var known = sites.get(name);
        if (known != null) {
            return known;
        }
        return sites.computeIfAbsent(sites.size() < MOST ? name : OTHERS, unused -> new Site());
    }

    /** What was found so far, most leaks first. */
    List<LeakSite> all() {
        return sites.entrySet().stream()
                .map(entry -> new LeakSite(
                        entry.getKey(),
                        entry.getValue().suspected.sum(),
                        entry.getValue().abandoned.sum(),
                        entry.getValue().reclaimed.sum(),
                        Duration.ofNanos(entry.getValue().longestNanos.get())))
                .sorted(Comparator.comparingLong((LeakSite site) -> site.suspected() + site.abandoned())
                        .reversed()
                        .thenComparing(LeakSite::callSite))
                .toList();
    }
}
