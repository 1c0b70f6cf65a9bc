// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;

/** What it costs that the outcome of a commit can be found out. */
final class CommitPart implements Part {

    @Override
    public String name() {
        return "commit";
    }

    @Override
    public String what() {
        return "transactions with and without a known outcome, on a real PostgreSQL";
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
        return JmhRounds.of(CommitBenchmark.class, effort).rowsPerSecond("off", "rows");
    }
}
