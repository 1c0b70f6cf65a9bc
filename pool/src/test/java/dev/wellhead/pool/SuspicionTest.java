// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeCall;
import dev.wellhead.testkit.FakeConnection;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one connection's error means for the others. */
class SuspicionTest {

    private static final String MYSQL_READ_ONLY =
            "The MySQL server is running with the --read-only option so it cannot execute this statement";

    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void endHangingCalls() {
        driver.close();
    }

    /** Nothing is validated but what is suspect. */
    private PoolConfig.Builder config() {
        return PoolConfig.builder()
                .jdbcUrl(driver.url())
                .minIdle(0)
                .maxSize(10)
                .keepaliveInterval(Duration.ZERO)
                .validateAfterIdle(Duration.ofMinutes(10));
    }

    private static List<Connection> acquire(WellheadDataSource pool, int count) throws SQLException {
        var held = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            held.add(pool.getConnection());
        }
        return held;
    }

    private static void execute(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("UPDATE t SET a = 1");
        }
    }

    private static FakeConnection fake(Connection connection) throws SQLException {
        return connection.unwrap(FakeConnection.class);
    }

    private List<FakeCall> validations() {
        return driver.calls(FakeOperation.VALIDATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"57P01", "57P02", "08006", "08003", "08S01"})
    void oneLostConnectionHasAllIdleOnesAskedInTheBackgroundAndTheDeadReplaced(String state) throws Exception {
        try (var pool = new WellheadDataSource(config().minIdle(5).maxSize(5).build())) {
            var held = acquire(pool, 5);
            var fakes = new ArrayList<FakeConnection>();
            for (var connection : held) {
                fakes.add(fake(connection));
            }
            fakes.get(4).on(FakeOperation.EXECUTE, FakeBehavior.fail("gone", state, 0));
            for (int i = 0; i < 4; i++) {
                held.get(i).close();
            }
            fakes.get(0).die();
            fakes.get(1).die();
            fakes.get(2).die();

            assertThatThrownBy(() -> execute(held.get(4))).isInstanceOf(SQLException.class);
            held.get(4).close();

            // Nobody asks for a connection, and yet the dead leave and others come in their place.
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.FAILED_VALIDATION) == 3
                    && pool.snapshot().idle() == 5);
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.BROKEN, 1L);
            assertThat(fakes.get(3).isClosed()).isFalse();
            await().until(() -> pool.snapshot().healthy() == 5);
            for (var connection : acquire(pool, 5)) {
                execute(connection);
                connection.close();
            }
            assertThat(pool.snapshot().counters().errors()).isEqualTo(1);
            assertThat(validations()).extracting(FakeCall::thread).allMatch(name -> name.startsWith("wellhead-worker"));
        }
    }

    @Test
    void suspectsAreAskedInParallel() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            var held = acquire(pool, 10);
            var victim = held.remove(0);
            fake(victim).on(FakeOperation.EXECUTE, FakeBehavior.fail("gone", "57P01", 0));
            for (var connection : held) {
                connection.close();
            }
            driver.on(FakeOperation.VALIDATE, FakeBehavior.slow(Duration.ofMillis(100)));
            assertThatThrownBy(() -> execute(victim)).isInstanceOf(SQLException.class);
            await().until(() -> validations().size() == 9);
            assertThat(validations().get(8).atNanos() - validations().get(0).atNanos())
                    .isLessThan(Duration.ofMillis(400).toNanos());
            victim.close();
        }
    }

    @Test
    void errorsByTheHundredDoNotPingTheServerByTheThousand() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            var held = acquire(pool, 9);
            var connection = pool.getConnection();
            for (var other : held) {
                other.close();
            }
            long began = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                fake(connection).on(FakeOperation.EXECUTE, FakeBehavior.fail("gone", "08006", 0));
                var lost = connection;
                assertThatThrownBy(() -> execute(lost)).isInstanceOf(SQLException.class);
                lost.close();
                connection = pool.getConnection();
            }
            connection.close();
            long sweeps = 2 + Work.since(began).toMillis() / 50;
            // Ten at most each, and one for each caller.
            assertThat(validations().size()).isLessThanOrEqualTo((int) (10 * sweeps + 300));
        }
    }

    @Test
    void connectionThatWasHeldWhenTheOthersBecameSuspectIsAskedBeforeItIsHandedOutAgain() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            var held = acquire(pool, 2);
            fake(held.get(0)).on(FakeOperation.EXECUTE, FakeBehavior.fail("gone", "57P01", 0));
            var bystander = fake(held.get(1));
            assertThatThrownBy(() -> execute(held.get(0))).isInstanceOf(SQLException.class);
            held.get(0).close();
            bystander.die();
            held.get(1).close();
            for (int i = 0; i < 5; i++) {
                try (var connection = pool.getConnection()) {
                    execute(connection);
                }
            }
            await().until(bystander::isClosed);
            assertThat(pool.snapshot().counters().errors()).isEqualTo(1);
        }
    }

    @Test
    void whoAnsweredIsNotMadeSuspectByTheSilenceOfAnother() throws Exception {
        try (var pool = new WellheadDataSource(
                config().validationTimeout(Duration.ofMillis(150)).build())) {
            var held = acquire(pool, 4);
            fake(held.get(0)).on(FakeOperation.EXECUTE, FakeBehavior.fail("gone", "57P01", 0));
            fake(held.get(1)).on(FakeOperation.VALIDATE, FakeBehavior.hang());
            for (int i = 1; i < 4; i++) {
                held.get(i).close();
            }
            assertThatThrownBy(() -> execute(held.get(0))).isInstanceOf(SQLException.class);
            held.get(0).close();
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.FAILED_VALIDATION) == 1);
            assertThat(pool.snapshot().healthy()).isEqualTo(2);
            await().during(Duration.ofMillis(150)).until(() -> validations().size() == 3);
        }
    }

    @Test
    void connectionThatIsClosedUnderThePoolIsNeverHandedOut() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            for (int round = 0; round < 10; round++) {
                var connection = pool.getConnection();
                var fake = fake(connection);
                execute(connection);
                connection.close();
                // Longer than the tick within which nobody looks.
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
                fake.jdbc().close();
                try (var next = pool.getConnection()) {
                    execute(next);
                }
            }
            assertThat(pool.snapshot().counters().errors()).isZero();
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.FAILED_VALIDATION, 10L);
        }
    }

    // Servers that take no writes.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cannot execute UPDATE in a read-only transaction | 25006 | 0 | READ_ONLY",
                "The MySQL server is running with the --read-only option | HY000 | 1290 | READ_ONLY",
                "The MySQL server is running with the --super-read-only option | HY000 | 1290 | READ_ONLY",
                "read only | HY000 | 1290 | READ_ONLY",
                "Running in read-only mode | HY000 | 1836 | READ_ONLY",
                "The MySQL server is running with the --secure-file-priv option | HY000 | 1290 | ",
                "Cannot execute statement in a READ ONLY transaction. | 25006 | 1792 | ",
                "ORA-01290: cannot remove unlisted log file | 72000 | 1290 | ",
                "duplicate key | 23505 | 0 | "
            })
    void readOnlyServerIsToldFromOtherErrors(String text, String state, int code, @Nullable EvictReason reason)
            throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            var connection = pool.getConnection();
            var fake = fake(connection);
            fake.on(FakeOperation.EXECUTE, FakeBehavior.fail(text, state, code));
            assertThatThrownBy(() -> execute(connection)).hasMessageContaining(text);
            connection.close();
            await().until(() -> fake.isClosed() == (reason != null));
            assertThat(pool.snapshot().counters().closed().get(EvictReason.READ_ONLY))
                    .isEqualTo(reason == null ? 0 : 1);
        }
    }

    @Test
    void readOnlyServerIsLeftAndAFreshConnectionIsOpenedThoughOthersAreIdle() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            var held = acquire(pool, 4);
            driver.on(FakeOperation.EXECUTE, FakeBehavior.fail(MYSQL_READ_ONLY, "HY000", 1290));
            for (int i = 1; i < 4; i++) {
                held.get(i).close();
            }
            assertThatThrownBy(() -> execute(held.get(0))).hasMessageContaining("--read-only");
            held.get(0).close();
            driver.on(FakeOperation.EXECUTE, FakeBehavior.normal());
            // All were opened before: none of them is used again, and who comes gets one opened since.
            await().until(() -> pool.snapshot().counters().closed().get(EvictReason.READ_ONLY) == 4);
            try (var fresh = pool.getConnection()) {
                execute(fresh);
                assertThat(fake(fresh).number()).isEqualTo(5);
            }
        }
    }

    @Test
    void readOnlyTransactionOfUnknownCauseCostsOneConnectionAndHasTheOthersAsked() throws Exception {
        try (var pool = new WellheadDataSource(config().build())) {
            var held = acquire(pool, 4);
            fake(held.get(0)).on(FakeOperation.EXECUTE, FakeBehavior.fail("read-only transaction", "25006", 0));
            for (int i = 1; i < 4; i++) {
                held.get(i).close();
            }
            assertThatThrownBy(() -> execute(held.get(0))).isInstanceOf(SQLException.class);
            held.get(0).close();
            await().until(() -> validations().size() >= 3 && pool.snapshot().idle() >= 3);
            assertThat(pool.snapshot().counters().closed()).containsEntry(EvictReason.READ_ONLY, 1L);
            assertThat(pool.snapshot().counters().closedTotal()).isEqualTo(1);
            try (var next = pool.getConnection()) {
                execute(next);
            }
            await().until(() -> driver.opened() == 5 || pool.snapshot().idle() == 3);
        }
    }

    @Test
    void holderWhoMadeHisConnectionReadOnlyHimselfIsNoSign() throws Exception {
        driver.on(FakeOperation.EXECUTE, FakeBehavior.fail("read-only transaction", "25006", 0));
        try (var pool = new WellheadDataSource(config().build())) {
            try (var connection = pool.getConnection()) {
                connection.setReadOnly(true);
                assertThatThrownBy(() -> execute(connection)).isInstanceOf(SQLException.class);
            }
            assertThat(pool.snapshot().counters().closedTotal()).isZero();
            assertThat(pool.snapshot().idle()).isEqualTo(1);
        }
    }

    @Test
    void readOnlyPoolTakesReadOnlyServersForGranted() throws Exception {
        driver.on(FakeOperation.EXECUTE, FakeBehavior.fail(MYSQL_READ_ONLY, "HY000", 1290));
        try (var pool = new WellheadDataSource(config().readOnly(true).build())) {
            try (var connection = pool.getConnection()) {
                assertThatThrownBy(() -> execute(connection)).isInstanceOf(SQLException.class);
            }
            assertThat(pool.snapshot().counters().closedTotal()).isZero();
        }
    }

    @Test
    void clusterWithoutPrimaryIsNotStormed() throws Exception {
        driver.on(FakeOperation.EXECUTE, FakeBehavior.fail(MYSQL_READ_ONLY, "HY000", 1290));
        try (var pool = new WellheadDataSource(config().build())) {
            long began = System.nanoTime();
            for (int i = 0; i < 2_000 || Work.since(began).toMillis() < 1_500; i++) {
                try (var connection = pool.getConnection()) {
                    assertThatThrownBy(() -> execute(connection)).isInstanceOf(SQLException.class);
                }
            }
            // At once, after one second, after two more, after four more.
            var evicted = pool.snapshot().counters().closed().get(EvictReason.READ_ONLY);
            assertThat(evicted).isBetween(2L, 3L + Work.since(began).toSeconds());
            assertThat(driver.opened())
                    .isLessThanOrEqualTo(5 + (int) Work.since(began).toSeconds());
        }
    }
}
