// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class QuickStartTest {
    @TempDir
    private Path folder;

    @Test
    void runsOnWhatDatabaseUrlNames() throws Exception {
        try (var database = PostgresServer.shared().createDatabase()) {
            assertThat(runWith(database.jdbcUrl()))
                    .startsWith(
                            "recorded",
                            "Optional[Visit[id=3, who=Ada, fromCity=London]]",
                            "visitor: Edsger",
                            "visitor: Ada")
                    .endsWith("health: HEALTHY")
                    .anySatisfy(line -> assertThat(line).contains("success=false", "code=E2007", "retryable=false"));
            // Again, on what the first run left; the refused one has used up a number.
            assertThat(runWith(database.jdbcUrl())).contains("Optional[Visit[id=7, who=Ada, fromCity=London]]");
        }
    }

    @Test
    void readmeShowsExactlyThisSource() throws Exception {
        var root = Path.of("").toAbsolutePath().getParent();
        var source = Files.readString(
                root.resolve("examples/src/main/java/dev/wellhead/examples/QuickStart.java"), StandardCharsets.UTF_8);
        var shown = source.substring(source.indexOf("import "));
        assertThat(Files.readString(root.resolve("README.md"), StandardCharsets.UTF_8))
                .contains("```java\n" + shown + "```\n");
    }

    // As a user runs it: in a process of its own that knows nothing but DATABASE_URL.
    private List<String> runWith(String url) throws Exception {
        var out = folder.resolve("out");
        var err = folder.resolve("err");
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        QuickStart.class.getName())
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("(DATABASE|DB|WELLHEAD)_.*|.*_CONCURRENCY|NODE_ENV"));
        builder.environment().put("DATABASE_URL", url);
        var process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        return Files.readAllLines(out);
    }
}
