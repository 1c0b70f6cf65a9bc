// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A pool that nobody uses leaves a database alone that sleeps while nobody is connected. */
class QuietTest {

    private static final Duration QUIET = Duration.ofMillis(600);

    private static PoolConfig.Builder config(String name) {
        return Work.config(name)
                .minIdle(2)
                .quietAfter(QUIET)
                .keepaliveInterval(Duration.ofMillis(50))
                .housekeeperInterval(Duration.ofMillis(20));
    }

    @Test
    void closesAllAndOpensNothingBeforeTheNextAcquire() throws Exception {
        var server = PostgresServer.shared();
        // Long enough that a busy machine opens both before the pool goes quiet again.
        var quietAfter = Duration.ofSeconds(3);
        try (var pool =
                new WellheadDataSource(config("quiet").quietAfter(quietAfter).build())) {
            await().until(() -> pool.snapshot().total() == 2);
            assertThat(pool.isQuiet()).isFalse();
            await().until(() -> pool.isQuiet() && Work.sessions(server, "quiet").isEmpty());
            long opened = pool.snapshot().counters().opened();
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.QUIET, 2L);
            await().during(Duration.ofMillis(300))
                    .until(() -> pool.isQuiet()
                            && pool.snapshot().total() + pool.snapshot().opening() == 0);
            assertThat(pool.snapshot().counters().opened()).isEqualTo(opened);

            assertThat(Work.pid(pool)).isPositive();
            assertThat(pool.isQuiet()).isFalse();
            // A third is opened where the first was held for longer than two passes.
            await().until(() -> pool.snapshot().total() >= 2);
            await().until(() -> pool.isQuiet() && pool.snapshot().total() == 0);
        }
    }

    @Test
    void leaseThatIsHeldKeepsThePoolAwake() throws Exception {
        try (var pool = new WellheadDataSource(config("held").build());
                var lease = pool.getConnection()) {
            long pid = Work.pid(lease);
            await().during(QUIET.multipliedBy(2)).until(() -> !pool.isQuiet());
            assertThat(Work.pid(lease)).isEqualTo(pid);
        }
    }

    @Test
    void offByDefaultAndSwitchedWhileThePoolRuns() throws Exception {
        try (var pool = new WellheadDataSource(
                config("switched").quietAfter(Duration.ZERO).build())) {
            await().until(() -> pool.snapshot().total() == 2);
            await().during(QUIET.multipliedBy(2)).until(() -> !pool.isQuiet());
            assertThat(pool.snapshot().total()).isEqualTo(2);
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.QUIET, 0L);
            pool.reconfigure(config("switched").build());
            await().until(() -> pool.snapshot().total() == 0);
            pool.reconfigure(config("switched").quietAfter(Duration.ZERO).build());
            await().until(() -> pool.snapshot().total() == 2);
        }
    }
}
