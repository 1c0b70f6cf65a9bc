// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reading many rows in little heap. */
final class StreamPart implements Part {
    /** About as many as a second reads. */
    private static final long ROWS_A_SECOND = 250_000;

    @Override
    public String name() {
        return "stream";
    }

    @Override
    public String what() {
        return "reads many rows (250,000 for each of --seconds) in a heap of 64 MB";
    }

    @Override
    public Effort full() {
        return new Effort(1, 0, 40, List.of());
    }

    @Override
    public Effort quick() {
        return new Effort(1, 0, 8, List.of());
    }

    @Override
    public String run(Effort effort) throws IOException, InterruptedException {
        var text = new StringBuilder();
        for (int i = 0; i < effort.rounds(); i++) {
            text.append(once(effort.seconds() * ROWS_A_SECOND));
        }
        return text.toString();
    }

    private static String once(long rows) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(List.of(
                        java,
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StreamRun.class.getName(),
                        String.valueOf(rows)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = process.getInputStream()) {
            var text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("The JVM with 64 MB did not end well. code=" + code + " rows=" + rows);
            }
            return text;
        } finally {
            process.destroyForcibly();
        }
    }
}
