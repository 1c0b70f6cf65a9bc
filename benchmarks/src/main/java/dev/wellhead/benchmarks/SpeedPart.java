// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;

/** What a pool itself costs where nobody has to wait. */
final class SpeedPart implements Part {
    /**
     * Threads wait for what is compiled for them: 32 of them on few cores leave the compiler so little that what is
     * measured would be code that is not compiled yet.
     */
    private static final String COMPILES_FIRST = "-XX:-BackgroundCompilation";

    private static final List<Integer> THREADS = List.of(1, 2, 8, 32);

    @Override
    public String name() {
        return "speed";
    }

    @Override
    public String what() {
        return "acquire and close, and a query, on 32 connections of a driver that does nothing";
    }

    @Override
    public Effort full() {
        return new Effort(
                2,
                3,
                3,
                Stream.of(PoolKind.values())
                        .filter(kind -> kind != PoolKind.DIRECT)
                        .toList());
    }

    @Override
    public Effort quick() {
        return new Effort(
                1, 1, 1, List.of(PoolKind.WELLHEAD, PoolKind.WELLHEAD_BARE, PoolKind.HIKARI, PoolKind.HIKARI_METRICS));
    }

    @Override
    public String run(Effort effort) throws RunnerException {
        var table = new SpeedTable(THREADS);
        var pools = effort.pools().stream().map(Enum::name).toArray(String[]::new);
        for (int round = 1; round <= effort.rounds(); round++) {
            for (int threads : THREADS) {
                System.err.printf("speed, round %d of %d, threads=%d%n", round, effort.rounds(), threads);
                table.add(JmhRounds.run(JmhRounds.options(SpeedBenchmark.class, effort)
                        .jvmArgsAppend(COMPILES_FIRST)
                        .param("pool", pools)
                        .threads(threads)));
            }
        }
        return Stream.of("acquire", "query").map(table::markdown).reduce("", String::concat);
    }
}
