// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Virtual threads, which JDK 21 brought, on two carriers, in a JVM of their own. */
class VirtualCrowdTest {

    private static final Pattern PAIR = Pattern.compile("(\\w+)=(\\w+)");

    @Test
    @Timeout(value = 150, unit = TimeUnit.SECONDS)
    void tenThousandOnTwoCarriersGoOnWhileOneConnectionHangs() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Djdk.virtualThreadScheduler.parallelism=2",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=2",
                        "-cp",
                        System.getProperty("java.class.path"),
                        VirtualCrowd.class.getName())
                .redirectErrorStream(true)
                .start();
        String output;
        try (var out = process.getInputStream()) {
            output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(100, TimeUnit.SECONDS)).as(output).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(output).isZero();
        var result = parse(output.lines()
                .filter(line -> line.startsWith("served="))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output)));
        assertThat(result)
                .containsEntry("all", "true")
                .containsEntry("served", String.valueOf(VirtualCrowd.CROWD))
                .containsEntry("hanging", "1");
        assertThat(Integer.parseInt(result.get("tookMillis"))).isLessThan(30_000);
        // A quarter of one core.
        assertThat(Integer.parseInt(result.get("waitingCpuMillis"))).isLessThan(250);
    }

    private static Map<String, String> parse(String line) {
        return PAIR.matcher(line).results().collect(Collectors.toMap(pair -> pair.group(1), pair -> pair.group(2)));
    }
}
