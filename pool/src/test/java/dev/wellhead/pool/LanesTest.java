// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeDriver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kinds of callers with shares of their own. */
class LanesTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void endHangingCalls() {
        driver.close();
    }

    private WellheadDataSource pool(int maxSize, Lane... lanes) {
        return new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(driver.url())
                .minIdle(0)
                .maxSize(maxSize)
                .lanes(List.of(lanes))
                .acquireTimeout(LIMIT)
                .closeTimeout(Duration.ofMillis(300))
                .build());
    }

    private static LaneUse use(WellheadDataSource pool, String lane) {
        return pool.snapshot().lanes().stream()
                .filter(one -> one.lane().equals(lane))
                .findFirst()
                .orElseThrow();
    }

    private static List<CompletableFuture<Connection>> acquire(DataSource source, int count) {
        var asked = new ArrayList<CompletableFuture<Connection>>();
        for (int i = 0; i < count; i++) {
            asked.add(Work.async(source::getConnection));
        }
        return asked;
    }

    private static List<CompletableFuture<Connection>> queue(WellheadDataSource pool, String lane, int count) {
        int before = use(pool, lane).waiting();
        var asked = acquire(pool.lane(lane), count);
        await().until(() -> use(pool, lane).waiting() == before + count);
        return asked;
    }

    private static List<Connection> hold(WellheadDataSource pool, String lane, int count) {
        return acquire(pool.lane(lane), count).stream().map(Work::get).toList();
    }

    @Test
    void laneThatTakesAllItCanNeverHoldsMoreThanItsCeiling() throws SQLException {
        try (var pool = pool(5, Lane.of("batch", 0, 3))) {
            var held = hold(pool, "batch", 3);
            var more = queue(pool, "batch", 7);

            assertThat(use(pool, "batch")).isEqualTo(new LaneUse("batch", 3, 7, 0, 3));
            assertThat(driver.openNow()).isEqualTo(3);
            try (var first = pool.getConnection();
                    var second = pool.getConnection()) {
                assertThat(List.of(first, second)).doesNotHaveDuplicates();
                assertThat(use(pool, Lane.DEFAULT).held()).isEqualTo(2);
                held.get(0).close();
                assertThat(Work.get(CompletableFuture.anyOf(more.toArray(CompletableFuture[]::new))))
                        .isNotNull();
                assertThat(use(pool, "batch").held()).isEqualTo(3);
            }
        }
    }

    @Test
    void freedConnectionsGoToWhomTheyAreGuaranteedUntilTheirShareIsTheirs() throws SQLException {
        try (var pool = pool(4, Lane.of("batch", 1, 4))) {
            var batch = hold(pool, "batch", 4);
            var batchMore = queue(pool, "batch", 2);
            var requests = queue(pool, Lane.DEFAULT, 4);

            for (int i = 0; i < 3; i++) {
                batch.get(i).close();
                int expected = i + 1;
                await().until(() ->
                        requests.stream().filter(CompletableFuture::isDone).count() == expected);
            }
            assertThat(batchMore).noneMatch(CompletableFuture::isDone);
            assertThat(use(pool, Lane.DEFAULT)).isEqualTo(new LaneUse(Lane.DEFAULT, 3, 1, 3, 4));

            batch.get(3).close();

            // Now both hold their share and the guaranteed one of batch is free: it goes to batch.
            await().until(() -> batchMore.stream().anyMatch(CompletableFuture::isDone));
            assertThat(use(pool, "batch").held()).isEqualTo(1);
            assertThat(use(pool, Lane.DEFAULT).held()).isEqualTo(3);
        }
    }

    @Test
    void keptConnectionsServeTheirLaneWhileThePoolIsFull() throws SQLException {
        try (var pool = pool(3, Lane.of("admin", 1, 2).kept())) {
            hold(pool, Lane.DEFAULT, 2);
            queue(pool, Lane.DEFAULT, 5);

            try (var connection = pool.lane("admin").getConnection()) {
                assertThat(connection.isClosed()).isFalse();
                assertThat(use(pool, "admin")).isEqualTo(new LaneUse("admin", 1, 0, 1, 2));
            }
            // It does not go to those who wait, but stays for its lane.
            assertThat(use(pool, Lane.DEFAULT)).isEqualTo(new LaneUse(Lane.DEFAULT, 2, 5, 2, 3));
        }
    }

    @Test
    void unusedShareIsLentAndComesBackWithTheNextRelease() throws SQLException {
        try (var pool = pool(3, Lane.of("reports", 2, 3))) {
            var requests = hold(pool, Lane.DEFAULT, 3);
            var more = queue(pool, Lane.DEFAULT, 1);
            var reports = queue(pool, "reports", 1);

            requests.get(0).close();

            assertThat(Work.get(reports.get(0))).isNotNull();
            assertThat(more.get(0)).isNotDone();
        }
    }

    @Test
    void connectionThatLeavesGivesItsPlaceInTheLaneBack() throws SQLException {
        try (var pool = pool(4, Lane.of("batch", 0, 1))) {
            var held = hold(pool, "batch", 1).get(0);
            var next = queue(pool, "batch", 1);

            held.abort(Runnable::run);

            assertThat(Work.get(next.get(0))).isNotNull();
            assertThat(use(pool, "batch")).isEqualTo(new LaneUse("batch", 1, 0, 0, 1));
        }
    }

    @Test
    void refusalsTellWhatEachLaneHoldsAndWants() {
        try (var pool = pool(2, Lane.of("batch", 0, 1))) {
            hold(pool, "batch", 1);

            pool.reconfigure(pool.config().toBuilder()
                    .acquireTimeout(Duration.ofMillis(50))
                    .build());
            assertThatThrownBy(() -> pool.lane("batch").named("nightly").getConnection())
                    .isInstanceOf(AcquireRefusedException.class)
                    .hasMessageContaining("Lane batch: held=1 waiting=0 guaranteed=0 ceiling=1.")
                    .hasMessageContaining("Lane default: held=0 waiting=0 guaranteed=2 ceiling=2.")
                    .hasMessageContaining("for operation 'nightly' in lane batch (")
                    .hasMessageContaining("Next: lane batch holds its ceiling of 1:");
        }
    }

    @Test
    void refusalSaysThatTheRestIsKeptForOthers() {
        try (var pool = pool(2, Lane.of("admin", 1, 1).kept())) {
            hold(pool, Lane.DEFAULT, 1);

            assertThatThrownBy(() -> acquireElsewhere(pool, Lane.DEFAULT))
                    .hasMessageContaining("in lane default (")
                    .hasMessageContaining("Next: what this pool has left is kept for other lanes");
        }
    }

    /** On a thread that holds nothing. */
    private static void acquireElsewhere(WellheadDataSource pool, String lane) throws Throwable {
        try {
            Work.async(() -> pool.lane(lane).getConnection(Duration.ofMillis(50)))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause();
        }
    }

    @Test
    void refusalsStayShortHoweverManyLanes() {
        var lanes = new ArrayList<Lane>();
        for (int i = 0; i < 40; i++) {
            lanes.add(Lane.of("lane-" + i, 0, 1));
        }
        try (var pool = pool(2, lanes.toArray(Lane[]::new))) {
            hold(pool, "lane-30", 1);

            assertThatThrownBy(() -> acquireElsewhere(pool, "lane-30"))
                    .hasMessageContaining(". Lane lane-30: held=1 ")
                    .hasMessageContaining(" 33 more lanes.");
        }
    }

    @Test
    void lowerSizeThatComesWithOtherLanesWaitsForThem() {
        try (var pool = pool(10, Lane.of("batch", 0, 8))) {
            var report = pool.reconfigure(pool.config().toBuilder()
                    .maxSize(5)
                    .lanes(List.of(Lane.of("batch", 0, 4)))
                    .maxWaiting(7)
                    .build());

            assertThat(report.needRestart())
                    .containsExactlyInAnyOrder(
                            new ReconfigureReport.Change("max-size", "10", "5"),
                            new ReconfigureReport.Change("lanes", "[batch=0..8]", "[batch=0..4]"));
            assertThat(report.changed()).containsExactly(new ReconfigureReport.Change("max-waiting", "100000", "7"));
            assertThat(pool.config().maxSize()).isEqualTo(10);
        }
    }

    @Test
    void fullLineOfOneLaneDoesNotRefuseAnother() throws SQLException {
        try (var pool = new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(driver.url())
                .maxSize(3)
                .minIdle(0)
                .maxWaiting(2)
                .lanes(List.of(Lane.of("batch", 0, 1)))
                .acquireTimeout(LIMIT)
                .closeTimeout(Duration.ofMillis(300))
                .build())) {
            hold(pool, "batch", 1);
            hold(pool, Lane.DEFAULT, 2);
            queue(pool, "batch", 2);

            assertThatThrownBy(() -> pool.lane("batch").getConnection())
                    .isInstanceOfSatisfying(
                            AcquireRefusedException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.LINE_FULL));
            assertThat(queue(pool, Lane.DEFAULT, 1).get(0)).isNotDone();
        }
    }

    @Test
    void poolsWithoutLanesShowNone() {
        try (var pool = pool(2)) {
            assertThat(pool.snapshot().lanes()).isEmpty();
        }
    }

    @Test
    void everyLaneKeepsItsRulesUnderManyCallers() throws Exception {
        var lanes = List.of(Lane.of("batch", 1, 4), Lane.of("admin", 1, 2).kept(), Lane.of("reports", 2, 3));
        try (var pool = pool(8, lanes.toArray(Lane[]::new))) {
            var names = List.of(Lane.DEFAULT, "batch", "admin", "reports");
            var ceilings = List.of(7, 4, 2, 3);
            var held = names.stream().map(name -> new AtomicInteger()).toList();
            var most = names.stream().map(name -> new AtomicInteger()).toList();
            var threads = new ArrayList<CompletableFuture<Integer>>();
            for (int thread = 0; thread < 24; thread++) {
                var random = new Random(thread);
                int lane = thread % names.size();
                threads.add(Work.async(() -> {
                    for (int i = 0; i < 400; i++) {
                        var connection = pool.lane(names.get(lane)).getConnection();
                        int now = held.get(lane).incrementAndGet();
                        most.get(lane).accumulateAndGet(now, Math::max);
                        if (random.nextInt(4) == 0) {
                            Thread.onSpinWait();
                        }
                        held.get(lane).decrementAndGet();
                        if (random.nextInt(50) == 0) {
                            connection.abort(Runnable::run);
                        } else {
                            connection.close();
                        }
                    }
                    return 0;
                }));
            }
            threads.forEach(Work::get);

            for (int lane = 0; lane < names.size(); lane++) {
                assertThat(most.get(lane).get()).as(names.get(lane)).isBetween(1, ceilings.get(lane));
            }
            assertThat(driver.peakOpen()).isLessThanOrEqualTo(8);
            assertThat(pool.snapshot().lanes()).allMatch(lane -> lane.held() == 0 && lane.waiting() == 0);
            assertThat(pool.snapshot().counters().released()).isEqualTo(24 * 400);
        }
    }
}
