// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waiting costs next to nothing: nobody spins. */
class WaitingCostTest {

    private static final int WAITING = 50;
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void endHangingCalls() {
        driver.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"for a release", "for a connect that hangs", "for a database that refuses"})
    void fiftyWaitingCallersUseLessThanATwentiethOfAProcessor(String what) throws Exception {
        try (var pool = new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .maxSize(1)
                .minIdle(0)
                .acquireTimeout(PATIENT)
                .admission(Admission.OFF)
                .closeTimeout(Duration.ofMillis(50))
                .build())) {
            var held = what.equals("for a release") ? pool.getConnection() : null;
            driver.on(
                    FakeOperation.OPEN,
                    what.endsWith("hangs") ? FakeBehavior.hang() : FakeBehavior.fail("refused", "08001", 0));
            for (int i = 0; i < WAITING; i++) {
                var unused = Work.async(pool::getConnection);
            }
            await().until(() -> pool.snapshot().waiting() == WAITING);

            long before = cpuNanos();
            assertThatThrownBy(() -> pool.getConnection("measures one second", Duration.ofSeconds(1)))
                    .isInstanceOf(AcquireRefusedException.class);
            assertThat(TimeUnit.NANOSECONDS.toMillis(cpuNanos() - before)).isLessThan(50);

            if (held != null) {
                held.close();
            }
        }
    }

    /** What callers and the pool's own threads have used so far. */
    private static long cpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(info -> info != null
                        && (info.getThreadName().startsWith("wellhead-")
                                || info.getThreadName().equals("caller")))
                .mapToLong(info -> Math.max(0, threads.getThreadCpuTime(info.getThreadId())))
                .sum();
    }
}
