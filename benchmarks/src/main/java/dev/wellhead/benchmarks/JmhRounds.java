// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** How JMH measures: a fork a round, with allocation and CPU time. */
final class JmhRounds {
    /** From here on a JDK warns of what JMH uses, in each fork, and JMH prints that among the tables. */
    private static final int WARNS_OF_UNSAFE = 23;

    private JmhRounds() {}

    /** All rounds of a benchmark class. */
    static Rounds of(Class<?> benchmark, Effort effort) throws RunnerException {
        var rounds = new Rounds();
        for (int i = 1; i <= effort.rounds(); i++) {
            System.err.println(benchmark.getSimpleName() + ", round " + i + " of " + effort.rounds());
            rounds.add(run(options(benchmark, effort)));
        }
        return rounds;
    }

    /** One fork of all its benchmarks; the caller may add parameters and threads. */
    static ChainedOptionsBuilder options(Class<?> benchmark, Effort effort) {
        return new OptionsBuilder()
                .include("\\b" + benchmark.getSimpleName() + "\\.")
                .forks(1)
                .warmupIterations(effort.warmUpSeconds())
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(effort.seconds())
                .measurementTime(TimeValue.seconds(1))
                .jvmArgs(jvmArguments().toArray(String[]::new))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
    }

    private static List<String> jvmArguments() {
        var arguments = new ArrayList<>(Fork.JVM_ARGUMENTS);
        if (Runtime.version().feature() >= WARNS_OF_UNSAFE) {
            arguments.add("--sun-misc-unsafe-memory-access=allow");
        }
        return arguments;
    }

    /** Runs it. */
    static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        return new Runner(options.build()).run();
    }
}
