// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Connections that are of no use any more leave, and it is said. */
class UnhealthyConnectionTest {

    @Test
    void deadIdleConnectionsAreCleanedUpAndSaidAndThoseThatAreOnlyDueAreNot() throws Exception {
        var server = PostgresServer.shared();
        var doubts = new AtomicInteger();
        try (var logs = Logs.of("unhealthy");
                var pool = new WellheadDataSource(Work.config("unhealthy")
                        .minIdle(3)
                        .maxSize(3)
                        .housekeeperInterval(Duration.ofMillis(20))
                        .keepaliveInterval(Duration.ofMillis(500))
                        .build())) {
            pool.onDoubt(doubts::incrementAndGet);
            await().until(() -> pool.snapshot().idle() == 3);
            pool.evictAll();
            await().until(() -> pool.snapshot().counters().closedTotal() == 3
                    && pool.snapshot().idle() == 3);
            assertThat(logs.lines("unhealthy connection cleaned up")).isEmpty();
            assertThat(doubts).hasValue(0);

            for (var pid : Work.sessions(server, "unhealthy")) {
                Work.terminate(server, pid);
            }
            await().until(() -> pool.snapshot().counters().closedTotal() == 6
                    && pool.snapshot().idle() == 3);
            assertThat(logs.lines("unhealthy connection cleaned up"))
                    .first()
                    .asString()
                    .matches("unhealthy connection cleaned up pool=unhealthy connection=\\d+ reason=FAILED_\\w+"
                            + " notLogged=0");
            assertThat(doubts).hasPositiveValue();
            assertThat(Work.pid(pool)).isPositive();
        }
    }
}
