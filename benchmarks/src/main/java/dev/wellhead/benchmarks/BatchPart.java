// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;

/** Inserts, one by one and together. */
final class BatchPart implements Part {

    @Override
    public String name() {
        return "batch";
    }

    @Override
    public String what() {
        return "inserts into a real PostgreSQL, one by one and together";
    }

    @Override
    public Effort full() {
        return new Effort(3, 2, 3, List.of());
    }

    @Override
    public Effort quick() {
        return new Effort(1, 1, 1, List.of());
    }

    @Override
    public String run(Effort effort) throws Exception {
        return JmhRounds.of(BatchBenchmark.class, effort).rowsPerSecond("single", "rows");
    }
}
