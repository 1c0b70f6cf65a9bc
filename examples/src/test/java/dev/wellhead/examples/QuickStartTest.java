// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    private List<String> runWith(String url) throws Exception {
        return ExampleProcess.run(folder, QuickStart.class, Map.of("DATABASE_URL", url));
    }
}
