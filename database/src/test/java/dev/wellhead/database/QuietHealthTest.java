// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.FakeDriver;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A database that sleeps while nobody is connected is not down, and is woken by none but who asks it. */
class QuietHealthTest {

    private static final HealthPolicy OFTEN =
            new HealthPolicy(true, Duration.ofMillis(20), Duration.ofMillis(1_500), 3);

    private static DatabaseConfig config(FakeDriver driver) {
        var pool = Opened.pool("sleepy", driver.url())
                .startMode(StartMode.FAIL_FAST)
                .quietAfter(Duration.ofMillis(400))
                .housekeeperInterval(Duration.ofMillis(20))
                .build();
        return new DatabaseConfig(pool, Opened.QUICK, OFTEN, Duration.ofSeconds(5));
    }

    @Test
    void quietDatabaseReadsAsHealthyAndStaysAsleepUntilAskedLive() throws Exception {
        try (var driver = FakeDriver.create();
                var database = Database.open(config(driver))) {
            await().until(() -> database.health().verdict() == Verdict.HEALTHY);
            await().until(() ->
                    database.snapshot().counters().closed().get(EvictReason.QUIET) > 0 && driver.openNow() == 0);
            int opened = driver.opened();
            int calls = driver.calls().size();

            await().during(Duration.ofMillis(300)).until(() -> {
                var known = database.health();
                return known.healthy() && known.verdict() == Verdict.HEALTHY;
            });
            assertThat(driver.opened()).isEqualTo(opened);
            assertThat(driver.calls()).hasSize(calls);

            var live = database.checkHealth();
            assertThat(live.healthy()).isTrue();
            assertThat(live.verdict()).isEqualTo(Verdict.HEALTHY);
            assertThat(driver.opened()).isEqualTo(opened + 1);
            // The check's own connection goes again, and the pool has opened none for it.
            assertThat(database.snapshot().total()).isZero();
            await().until(() -> driver.openNow() == 0);
        }
    }
}
