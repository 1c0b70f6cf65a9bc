// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PoolSizeCommandTest {

    @Test
    void reckonsTheExample() throws Exception {
        var run = CliRun.of("pool", "size", "--query-time", "20ms", "--rps", "500", "--json");
        assertThat(run.code()).isZero();
        assertThat(run.json().toString()).isEqualTo("{\"base\":10,\"min\":2,\"max\":12,\"recommended\":10}");
    }

    @Test
    void printsOneNumberALine() {
        var run = CliRun.of("pool", "size", "--query-time", "20ms", "--rps", "500");
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly("base 10", "min 2", "max 12", "recommended 10");
    }

    @Test
    void absurdLoadIsWrongUsage() {
        var run = CliRun.of("pool", "size", "--query-time", "1h", "--rps", "1000000");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("10000");
    }

    @Test
    void bothNumbersAreNeeded() {
        var run = CliRun.of("pool", "size", "--rps", "500");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--query-time");
    }
}
