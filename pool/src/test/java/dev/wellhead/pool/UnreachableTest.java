// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that swallows what is sent, for some connections and not for others. */
class UnreachableTest {

    private static PoolConfig.Builder config(FaultProxy proxy) {
        return PoolConfig.builder().jdbcUrl(proxy.jdbcUrl("postgres"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20})
    void callersAreServedWithinASecondWhenAllIdleConnectionsAreBlackHoled(int callers) throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared());
                var pool = new WellheadDataSource(config(proxy).minIdle(20).build())) {
            await().until(() -> pool.snapshot().idle() == 20);
            // Longer than validateAfterIdle: what was used a moment ago is handed out as it is.
            await().pollDelay(pool.config().validateAfterIdle().plusMillis(100)).until(() -> true);
            proxy.existing().blackHole();

            long began = System.nanoTime();
            var served = new ArrayList<CompletableFuture<Duration>>();
            for (int i = 0; i < callers; i++) {
                served.add(Work.async(() -> {
                    Work.pid(pool);
                    return Work.since(began);
                }));
            }
            for (var one : served) {
                assertThat(Work.get(one)).isLessThan(Duration.ofSeconds(1));
            }
            assertThat(pool.snapshot().counters().refusedTotal()).isZero();
            await().until(() -> pool.snapshot().idle() >= 20);
        }
    }

    @Test
    void connectThatHangsForEverDelaysServiceByLessThanASecond() throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared());
                var pool = new WellheadDataSource(
                        config(proxy).startMode(StartMode.LAZY).build())) {
            proxy.future().blackHole();
            var first = Work.async(() -> {
                long began = System.nanoTime();
                Work.pid(pool);
                return Work.since(began);
            });
            await().pollInterval(Duration.ofMillis(5)).until(() -> proxy.accepted() >= 1);
            proxy.future().clear();
            assertThat(Work.get(first)).isLessThan(Duration.ofSeconds(1));
            await().until(() -> pool.snapshot().idle() >= 2);
        }
    }

    @Test
    void networkThatFailsForAllConnectsAndComesBackServesThoseStillWaiting() throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared());
                var pool = new WellheadDataSource(config(proxy)
                        .minIdle(0)
                        .maxSize(3)
                        .acquireTimeout(Duration.ofSeconds(15))
                        .startMode(StartMode.LAZY)
                        .build())) {
            proxy.future().blackHole();
            var callers = new ArrayList<CompletableFuture<Long>>();
            for (int i = 0; i < 10; i++) {
                callers.add(Work.async(() -> Work.pid(pool)));
            }
            await().until(() -> proxy.accepted() >= 4);
            proxy.future().clear();
            proxy.existing().reset();
            long back = System.nanoTime();
            var sessions = new HashSet<Long>();
            for (var caller : callers) {
                sessions.add(Work.get(caller));
            }
            assertThat(Work.since(back)).isLessThan(Duration.ofSeconds(2));
            assertThat(sessions).hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void resetByTheNetworkCostsEachHolderOneErrorAndThePoolGoesOn() throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared());
                var pool = new WellheadDataSource(config(proxy).minIdle(3).build())) {
            await().until(() -> pool.snapshot().idle() == 3);
            await().pollDelay(pool.config().validateAfterIdle().plusMillis(100)).until(() -> true);
            proxy.existing().reset();
            for (int i = 0; i < 5; i++) {
                assertThat(Work.pid(pool)).isPositive();
            }
            assertThat(pool.snapshot().counters().errors()).isZero();
        }
    }
}
