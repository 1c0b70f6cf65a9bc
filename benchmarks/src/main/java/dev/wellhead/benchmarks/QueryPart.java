// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;

/** One mapped row. */
final class QueryPart implements Part {

    @Override
    public String name() {
        return "query";
    }

    @Override
    public String what() {
        return "one mapped row over a driver that does nothing: time and allocation";
    }

    @Override
    public Effort full() {
        return new Effort(3, 18, 3, List.of());
    }

    @Override
    public Effort quick() {
        return new Effort(1, 5, 2, List.of());
    }

    @Override
    public String run(Effort effort) throws Exception {
        return JmhRounds.of(QueryOneBenchmark.class, effort).times("plainJdbc");
    }
}
