// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What counts as a connect begun, and as a reconnection. */
class ReconnectionTest {

    private static final FakeBehavior REFUSED = FakeBehavior.fail("refused", "08001", 0);

    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void close() {
        driver.close();
    }

    private PoolConfig.Builder config() {
        return PoolConfig.builder()
                .name("again")
                .jdbcUrl(driver.url())
                .maxSize(2)
                .minIdle(0)
                .createRetryInterval(Duration.ofMillis(10))
                .startMode(StartMode.LAZY);
    }

    @Test
    void whatIsOpenedAsThePoolGrowsIsNone() throws Exception {
        try (var pool = new WellheadDataSource(config().build());
                var one = pool.getConnection();
                var two = pool.getConnection()) {
            assertThat(one).isNotSameAs(two);
            assertThat(pool.snapshot().counters().openAttempts()).isEqualTo(2);
            assertThat(pool.snapshot().counters().reconnected()).isZero();
        }
    }

    @Test
    void theFirstAfterAFailedConnectIsOneAndTheNextIsNot() throws Exception {
        driver.nextOpens(REFUSED, REFUSED);
        try (var pool = new WellheadDataSource(config().build());
                var one = pool.getConnection()) {
            assertThat(one.isClosed()).isFalse();
            var counters = pool.snapshot().counters();
            assertThat(counters.openFailed()).isEqualTo(2);
            assertThat(counters.reconnected()).isEqualTo(1);
            try (var two = pool.getConnection()) {
                assertThat(two.isClosed()).isFalse();
                assertThat(pool.snapshot().counters().reconnected()).isEqualTo(1);
                assertThat(pool.snapshot().counters().openAttempts()).isEqualTo(4);
            }
        }
    }

    @Test
    void aLostConnectionIsMadeUpForOnceAndARetiredOneNever() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            driver.on(FakeOperation.EXECUTE, FakeBehavior.fail("gone", "08006", 0));
            try (var lost = pool.getConnection();
                    var statement = lost.createStatement()) {
                assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
            }
            driver.on(FakeOperation.EXECUTE, FakeBehavior.normal());
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.BROKEN) == 1);
            pool.getConnection().close();
            await().until(() -> pool.snapshot().counters().reconnected() == 1);

            pool.evictAll();
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.REQUESTED) == 1);
            pool.getConnection().close();
            assertThat(pool.snapshot().counters().reconnected()).isEqualTo(1);
        }
    }

    @Test
    void aStartThatNeedsSeveralAttemptsCountsThem() {
        driver.nextOpens(REFUSED);
        try (var pool = new WellheadDataSource(config().startMode(StartMode.WAIT)
                .startRetries(3)
                .startRetryDelay(Duration.ofMillis(1))
                .build())) {
            var counters = pool.snapshot().counters();
            assertThat(counters.openAttempts()).isEqualTo(2);
            assertThat(counters.openFailed()).isEqualTo(1);
            assertThat(counters.reconnected()).isEqualTo(1);
        }
    }

    @Test
    void refusalsForWantOfAConnectionAreTimeouts() throws Exception {
        try (var pool = new WellheadDataSource(config().maxSize(1)
                        .acquireTimeout(Duration.ofMillis(50))
                        .build());
                var held = pool.getConnection()) {
            assertThat(held.isClosed()).isFalse();
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
            assertThat(pool.snapshot().counters().timeouts()).isEqualTo(1);
            pool.pause();
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
            assertThat(pool.snapshot().counters().refusedTotal()).isEqualTo(2);
            assertThat(pool.snapshot().counters().timeouts()).isEqualTo(1);
        }
    }
}
