// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;

/**
 * How long and of whom a part measures.
 *
 * @param rounds how often everything is measured; a table has the median of the rounds, and the lowest and highest
 * @param warmUpSeconds before each measurement, in the same JVM
 * @param seconds of each measurement, where it has no length of its own
 * @param pools which; empty for a part that is not about pools
 */
record Effort(int rounds, int warmUpSeconds, int seconds, List<PoolKind> pools) {

    Effort {
        if (rounds < 1 || warmUpSeconds < 0 || seconds < 1) {
            throw new IllegalArgumentException("rounds=%d warmUpSeconds=%d seconds=%d: at least 1, 0 and 1"
                    .formatted(rounds, warmUpSeconds, seconds));
        }
        pools = List.copyOf(pools);
    }

    /** The same, with other pools. */
    Effort with(List<PoolKind> others) {
        return new Effort(rounds, warmUpSeconds, seconds, others);
    }
}
