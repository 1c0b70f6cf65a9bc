// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That each of them runs, so that they do not rot. Numbers are for {@code benchmarks/run}. */
class BenchmarksRunTest {

    @Test
    void eachBenchmarkRunsOnce() throws RunnerException {
        System.setProperty("jmh.ignoreLock", "true");
        var options = new OptionsBuilder()
                .include("dev\\.wellhead\\.")
                .param("rows", "10")
                .mode(Mode.SingleShotTime)
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        assertThat(new Runner(options).run())
                .extracting(result -> result.getParams().getBenchmark().replaceFirst(".*\\.", ""))
                .contains("plainJdbc", "wellhead", "jdbi", "spring", "single", "batch");
    }

    @Test
    void allReadersOfTheOneRowMakeTheSameOfIt() throws Exception {
        var benchmark = new QueryOneBenchmark();
        try {
            assertThat(benchmark.plainJdbc())
                    .isEqualTo(Visitor.ANSWER)
                    .isEqualTo(benchmark.wellhead())
                    .isEqualTo(benchmark.wellheadFind())
                    .isEqualTo(benchmark.wellheadNamed())
                    .isEqualTo(benchmark.jdbi())
                    .isEqualTo(benchmark.jdbiNamed())
                    .isEqualTo(benchmark.spring())
                    .isEqualTo(benchmark.springNamed());
            assertThat(benchmark.wellheadSnakeCase())
                    .isEqualTo(Visitor.Spelled.ANSWER)
                    .isEqualTo(benchmark.jdbiSnakeCase())
                    .isEqualTo(benchmark.springSnakeCase());
        } finally {
            benchmark.close();
        }
    }

    @Test
    void theStreamReadsWhatIsReadByHand() throws Exception {
        try (var real = new RealDatabase()) {
            var streamed = StreamRun.streamed(real.database(), 10_000);
            assertThat(streamed.checksum())
                    .isEqualTo(StreamRun.byHand(real.database(), 10_000).checksum())
                    .isGreaterThan(10_000L * 10_001 / 2);
            assertThat(streamed.text()).contains("Database.stream", "10,000 rows in");
        }
    }
}
