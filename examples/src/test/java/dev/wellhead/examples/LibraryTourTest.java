// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LibraryTourTest {

    @Test
    void allOfThemShareOnePool() throws Exception {
        try (var server = PostgresServer.shared().createDatabase();
                var manager = DatabaseManager.builder()
                        .database(DatabaseConfig.of(PoolConfig.builder()
                                .jdbcUrl(server.jdbcUrl())
                                .maxSize(2)
                                .build()))
                        .open()) {
            assertThat(LibraryTour.run(manager.database()))
                    .containsExactly(
                            "Flyway: migrations run: 2",
                            "jOOQ: on the shelf: 2",
                            "Jdbi: on the shelf: 4",
                            "Hibernate: on the shelf: 6",
                            "leases left: 0");
        }
    }

    @Test
    void readmeShowsItsSource() throws Exception {
        var readme = Files.readString(Path.of("README.md"));
        int start = readme.indexOf("```java\n") + "```java\n".length();
        var shown = readme.substring(start, readme.indexOf("```", start));
        var source = Files.readString(Path.of("src/main/java/dev/wellhead/examples/LibraryTour.java"));
        assertThat(source).contains(shown.indent(16));
    }
}
