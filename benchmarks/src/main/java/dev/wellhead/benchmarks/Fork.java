// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own in which one pool is measured once. It writes its results to the standard output, a line each; what
 * else it writes there goes to the standard error of this one.
 */
final class Fork {
    /** For every JVM that measures, so that all have the same. */
    static final List<String> JVM_ARGUMENTS = List.of("-Xms512m", "-Xmx512m");

    private static final String RESULT = "result ";
    private static final int MOST_SECONDS = 600;

    private Fork() {}

    /** Called in the JVM that was started: part, pool, case, warm-up, seconds. */
    public static void main(String[] arguments) throws Exception {
        var pool = PoolKind.valueOf(arguments[1]);
        var effort = new Effort(1, Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]), List.of(pool));
        if (!(Parts.named(arguments[0]) instanceof PoolPart part)) {
            throw new IllegalArgumentException("not a part that forks: " + arguments[0]);
        }
        var results = part.measure(pool, arguments[2], effort);
        results.forEach((key, value) -> System.out.println(RESULT + key + ' ' + value));
        System.out.flush();
        // Some pools leave threads that keep a JVM alive.
        System.exit(0);
    }

    /** Starts one and waits for its results. */
    static Map<String, Double> measure(PoolPart part, PoolKind pool, String caseName, Effort effort)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_ARGUMENTS);
        command.addAll(part.jvmArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fork.class.getName()));
        command.addAll(List.of(part.name(), pool.name(), caseName));
        command.addAll(List.of(String.valueOf(effort.warmUpSeconds()), String.valueOf(effort.seconds())));
        var output = Files.createTempFile("wellhead-bench", ".out");
        try {
            var process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                boolean isEnded = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
                if (!isEnded || process.exitValue() != 0) {
                    throw new IOException("The JVM that measured %s. part=%s pool=%s case=%s"
                            .formatted(
                                    isEnded
                                            ? "ended with code " + process.exitValue()
                                            : "had not ended after " + MOST_SECONDS + " s",
                                    part.name(),
                                    pool.option(),
                                    caseName));
                }
            } finally {
                process.destroyForcibly();
            }
            return results(Files.readAllLines(output));
        } finally {
            Files.delete(output);
        }
    }

    private static Map<String, Double> results(List<String> lines) {
        var results = new LinkedHashMap<String, Double>();
        for (var line : lines) {
            if (line.startsWith(RESULT)) {
                var words = line.split(" ", -1);
                results.put(words[1], Double.valueOf(words[2]));
            } else {
                System.err.println(line);
            }
        }
        return results;
    }
}
