// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.Main;

/** Runs parts of the benchmarks and prints their tables on the standard output, as {@code benchmarks/run} is told to. */
public final class Bench {
    private static final int NOT_MEASURED = 1;
    private static final int WRONG_USAGE = 2;

    private Bench() {}

    /** Ends with 0 when all was measured, 1 when something could not be, 2 when there is no such part or option. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        if (arguments.length == 0 || List.of("help", "--help", "-h").contains(arguments[0])) {
            System.out.print(usage());
            return arguments.length == 0 ? WRONG_USAGE : 0;
        }
        if (arguments[0].equals("jmh")) {
            return jmh(Arrays.copyOfRange(arguments, 1, arguments.length));
        }
        try {
            boolean isComplete = true;
            for (var asked : asked(arguments)) {
                isComplete &= print(asked);
            }
            return isComplete ? 0 : NOT_MEASURED;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println("benchmarks/run --help lists parts and options");
            return WRONG_USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return NOT_MEASURED;
        }
    }

    /** What is asked for. */
    private record Asked(Part part, Effort effort, List<String> options) {}

    private static List<Asked> asked(String... arguments) {
        var given = Arrays.asList(arguments).subList(1, arguments.length);
        var options = BenchOptions.parse(given);
        boolean isQuick = arguments[0].equals("quick") || options.isQuick();
        var parts = arguments[0].equals("quick") ? Parts.ALL : List.of(Parts.named(arguments[0]));
        return parts.stream()
                .map(part -> new Asked(part, options.over(isQuick ? part.quick() : part.full()), again(isQuick, given)))
                .toList();
    }

    /** The options, for another JVM. */
    private static List<String> again(boolean isQuick, List<String> given) {
        var again = new ArrayList<>(given);
        if (isQuick && !given.contains("--quick")) {
            again.add("--quick");
        }
        return again;
    }

    /** By the newest JDK beside this one, where this one is too old for the part. */
    private static boolean printByNewerJdk(Asked asked) throws IOException, InterruptedException {
        var java = Jdks.newest(asked.part.oldestJdk());
        if (java.isEmpty()) {
            System.err.printf(
                    "%s not measured: it needs a JDK %d or newer, this is %d and there is none beside it in %s%n",
                    asked.part.name(), asked.part.oldestJdk(), jdk(), System.getProperty("java.home"));
            return false;
        }
        var command = new ArrayList<>(List.of(java.get().toString(), "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Bench.class.getName(), asked.part.name()));
        command.addAll(asked.options);
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    private static boolean canRun(Part part) {
        return jdk() >= part.oldestJdk();
    }

    private static int jdk() {
        return Runtime.version().feature();
    }

    private static int jmh(String... arguments) {
        try {
            Main.main(arguments);
            return 0;
        } catch (IOException e) {
            System.err.println("not measured: " + e);
            return NOT_MEASURED;
        }
    }

    /** Returns whether all of it was measured. */
    private static boolean print(Asked asked) throws InterruptedException {
        long start = System.nanoTime();
        try {
            if (!canRun(asked.part)) {
                return printByNewerJdk(asked);
            }
            print(asked, start, asked.part.run(asked.effort));
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (IncompleteException e) {
            print(asked, start, e.tables());
            System.err.println("not measured: " + e.getMessage());
            return false;
        } catch (Exception e) {
            System.err.println(asked.part.name() + " not measured: " + e);
            return false;
        }
    }

    private static void print(Asked asked, long startNanos, String tables) {
        System.out.printf(
                Locale.ROOT,
                "## %s%n%s. JDK %s, %d cores; rounds=%d warm-up=%d s measured=%d s; took %.0f s%n%n%s%n",
                asked.part.name(),
                asked.part.what(),
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                asked.effort.rounds(),
                asked.effort.warmUpSeconds(),
                asked.effort.seconds(),
                (System.nanoTime() - startNanos) / 1e9,
                tables);
    }

    static String usage() {
        return """
                usage: benchmarks/run PART [options]
                       benchmarks/run quick [options]      every part, shortly
                       benchmarks/run jmh [arguments]      JMH's own command line

                parts:
                %s
                options:
                  --jdk N         run on JDK N, else on JAVA_HOME, else on the java of the PATH; a part that
                                  needs a newer one takes the newest beside it
                  --quick         as short as in benchmarks/run quick
                  --rounds N      how often everything is measured
                  --warm-up N     seconds before each measurement
                  --seconds N     of each measurement
                  --pools A,B     which of %s

                Tables go to the standard output, progress to the standard error. Exit codes: 0 done, 1 something
                could not be measured, 2 wrong usage.
                """.formatted(
                        Parts.ALL.stream()
                                .map(part -> "  %-14s  %s%n".formatted(part.name(), part.what()))
                                .collect(Collectors.joining()),
                        BenchOptions.poolNames());
    }
}
