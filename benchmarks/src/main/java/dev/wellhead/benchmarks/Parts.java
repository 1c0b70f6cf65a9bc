// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;
import java.util.stream.Collectors;

/** All parts, in the order in which the usage has them. */
final class Parts {
    static final List<Part> ALL = List.of(
            new SpeedPart(),
            CrowdPart.contention(),
            CrowdPart.virtual(),
            new SpikePart(),
            new OverloadPart(),
            new StalePart(),
            new HangPart(),
            new RealPart(),
            new FaultsPart(),
            new QueryPart(),
            new StatementsPart(),
            new BatchPart(),
            new CommitPart(),
            new StreamPart());

    private Parts() {}

    /**
     * Finds a part.
     *
     * @throws IllegalArgumentException when there is none of that name; it says which there are
     */
    static Part named(String name) {
        return ALL.stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no part '" + name + "'. parts="
                        + ALL.stream().map(Part::name).collect(Collectors.joining(","))));
    }
}
