// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What went one way through a proxy.
 *
 * @param forwardedBytes bytes passed on
 * @param swallowedBytes bytes thrown away
 */
record Traffic(LongAdder forwardedBytes, LongAdder swallowedBytes) {
    static Map<Direction, Traffic> none() {
        return Map.of(
                Direction.TO_SERVER, new Traffic(new LongAdder(), new LongAdder()),
                Direction.TO_CLIENT, new Traffic(new LongAdder(), new LongAdder()));
    }

    static Traffic of(Map<Direction, Traffic> traffic, Direction direction) {
        Traffic found = traffic.get(direction);
        if (found == null) {
            throw new IllegalStateException("no counters for " + direction);
        }
        return found;
    }
}
