// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClients;
import dev.wellhead.testkit.MongoServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MongoQuickStartTest {
    @TempDir
    private Path folder;

    @Test
    void runsOnWhatMongodbUriNames() throws Exception {
        try (var server = MongoServer.start()) {
            var uri = server.uri() + "/shop";
            for (int run = 1; run <= 2; run++) {
                assertThat(ExampleProcess.run(folder, MongoQuickStart.class, Map.of("MONGODB_URI", uri)))
                        .satisfies(MongoQuickStartTest::isAsExpected);
            }
            try (var reader = MongoClients.create(server.uri())) {
                assertThat(reader.getDatabase("shop").getCollection("visit").find())
                        .hasSize(2)
                        .allSatisfy(visit -> assertThat(visit).containsOnlyKeys("_id", "who", "fromCity"));
            }
        }
    }

    @Test
    void runsOnAStandInWithoutAServer() throws Exception {
        assertThat(ExampleProcess.run(folder, MongoQuickStart.class, Map.of()))
                .satisfies(MongoQuickStartTest::isAsExpected);
    }

    private static void isAsExpected(Iterable<? extends String> said) {
        // The ping of the opening, the write and the read.
        assertThat(said)
                .map(String.class::cast)
                .containsExactly(
                        "same: true",
                        "pool: documents RUNNING active=0 waiting=0 max=10",
                        "acquired: 3, refused: 0",
                        "calls: 2",
                        "leases left: 0",
                        "parts: [MongoDatabaseClient[documents]]");
    }
}
