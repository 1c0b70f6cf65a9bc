// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;

/** What it costs that statements are counted. */
final class StatementsPart implements Part {

    @Override
    public String name() {
        return "statements";
    }

    @Override
    public String what() {
        return "one statement, counted by fingerprint or not, over a driver that does nothing";
    }

    @Override
    public Effort full() {
        return new Effort(3, 2, 3, List.of());
    }

    @Override
    public Effort quick() {
        return new Effort(1, 1, 2, List.of());
    }

    @Override
    public String run(Effort effort) throws Exception {
        return JmhRounds.of(StatementsBenchmark.class, effort).times("unwatched");
    }
}
