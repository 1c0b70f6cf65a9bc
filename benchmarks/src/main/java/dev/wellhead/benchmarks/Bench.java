// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks and prints their tables.
 *
 * <p>Each round runs every benchmark once, in a JVM of its own, and a ratio is that of two results of one round. So what
 * else the machine does in between hits both sides of most ratios alike; the table has their medians, and the lowest and
 * highest for an error bar.
 */
public final class Bench {
    private static final String USAGE = """
            usage: ./bench query [rounds]    one mapped row over a driver that does nothing: time and allocation
                   ./bench batch [rounds]    inserts into a real PostgreSQL, one by one and together
                   ./bench stream [rows]     reads that many rows in a heap of 64 MB
                   ./bench jmh [arguments]   JMH's own command line
            """;

    private Bench() {}

    /** Runs one of the commands; ends with 2 when there is none such. */
    public static void main(String[] arguments) throws Exception {
        var command = arguments.length == 0 ? "" : arguments[0];
        boolean isJmh = command.equals("jmh");
        if (!isJmh && (arguments.length > 2 || (arguments.length == 2 && !arguments[1].matches("[1-9][0-9]{0,8}")))) {
            refuse();
        }
        int number = arguments.length == 2 && !isJmh ? Integer.parseInt(arguments[1]) : -1;
        switch (command) {
            case "query" ->
                System.out.println(rounds(QueryOneBenchmark.class, number < 0 ? 5 : number, 18)
                        .times("plainJdbc"));
            case "batch" ->
                System.out.println(
                        rounds(BatchBenchmark.class, number < 0 ? 3 : number, 2).rowsPerSecond("single", "rows"));
            case "stream" -> System.exit(stream(number < 0 ? 10_000_000 : number));
            case "jmh" -> Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            default -> refuse();
        }
    }

    private static void refuse() {
        System.err.print(USAGE);
        System.exit(2);
    }

    private static Rounds rounds(Class<?> benchmark, int count, int warmUpSeconds) throws RunnerException {
        var rounds = new Rounds();
        for (int i = 1; i <= count; i++) {
            System.err.println("round " + i + " of " + count);
            var options = new OptionsBuilder()
                    .include("\\b" + benchmark.getSimpleName() + "\\.")
                    .forks(1)
                    .warmupIterations(warmUpSeconds)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(3)
                    .measurementTime(TimeValue.seconds(1))
                    .jvmArgs("-Xms512m", "-Xmx512m")
                    .addProfiler(GCProfiler.class)
                    .addProfiler(CpuProfiler.class)
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build();
            rounds.add(new Runner(options).run());
        }
        return rounds;
    }

    private static int stream(long rows) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(List.of(
                        java,
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StreamRun.class.getName(),
                        String.valueOf(rows)))
                .inheritIO()
                .start()
                .waitFor();
    }
}
