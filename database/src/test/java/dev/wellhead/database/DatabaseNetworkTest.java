// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.Cut;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Over a network that fails at the worst moment. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DatabaseNetworkTest {

    private TestDatabase real;
    private FaultProxy proxy;
    private Database database;

    @BeforeEach
    void open() throws SQLException {
        real = PostgresServer.shared().createDatabase();
        real.execute("CREATE TABLE item (id int)");
        proxy = FaultProxy.to(PostgresServer.shared());
        database = Opened.database(proxy.jdbcUrl(real.name()), UnaryOperator.identity());
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
        proxy.close();
    }

    @Test
    void blackHoledControlConnectionIsStallAndTheNextCheckRecovers() {
        assertThat(database.checkHealth().verdict()).isEqualTo(Verdict.HEALTHY);
        awaitAdvice();
        assertThat(database.checkHealth().verdict()).isEqualTo(Verdict.HEALTHY);
        proxy.existing().blackHole();
        long start = System.nanoTime();
        assertThat(database.checkHealth().verdict()).isEqualTo(Verdict.NETWORK_STALL);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(2_500));
        assertThat(database.checkHealth().verdict()).isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void resetControlConnectionIsReplacedWithinTheSameCheck() {
        assertThat(database.checkHealth().verdict()).isEqualTo(Verdict.HEALTHY);
        proxy.existing().reset();
        await().until(() -> proxy.live() == 0);
        assertThat(database.checkHealth().verdict()).isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void refusedPortIsDown() {
        proxy.refuse();
        proxy.existing().reset();
        var report = database.checkHealth();
        assertThat(report.verdict()).isEqualTo(Verdict.DATABASE_DOWN);
        assertThat(report.error()).hasValueSatisfying(text -> assertThat(text).doesNotContain("127.0.0.1"));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void noHookRunsWhenTheCommitIsInDoubt(Direction lost) throws SQLException {
        var unasked = Opened.config("unasked", proxy.jdbcUrl(real.name()))
                .withOutcome(new OutcomePolicy(CommitOutcomeMode.OFF, Duration.ofSeconds(1)));
        List<String> ran = new ArrayList<>();
        try (var database = Database.open(unasked)) {
            assertThatThrownBy(() -> database.transaction("save", tx -> {
                        tx.update("insert", "INSERT INTO item VALUES (1)");
                        tx.afterCommit(() -> ran.add("committed"));
                        tx.afterRollback(() -> ran.add("rolled back"));
                        assertThatThrownBy(() -> tx.savepoint("try", inside -> {
                                    inside.afterRollback(() -> ran.add("savepoint rolled back"));
                                    throw new IllegalStateException("mine");
                                }))
                                .hasMessage("mine");
                        proxy.existing().cutBefore(lost, "COMMIT", Cut.RESET);
                        return null;
                    }))
                    .isInstanceOfSatisfying(CommitOutcomeUnknownException.class, e -> {
                        assertThat(e.phase()).isEqualTo(Phase.COMMIT_SENT);
                        assertThat(e.kind()).isEqualTo(ErrorKind.AMBIGUOUS);
                        assertThat(e.retryable()).isFalse();
                        assertThat(e.attempts()).isEqualTo(1);
                    });
        }
        assertThat(ran).containsExactly("savepoint rolled back");
        assertThat(real.execute("SELECT count(*) FROM item")).containsExactly(lost == Direction.TO_SERVER ? "0" : "1");
    }

    @Test
    void connectionLostBeforeCommitIsRollbackForItsHooksAndRunsAgain() throws SQLException {
        List<String> ran = new ArrayList<>();
        var fault = new AtomicBoolean(true);
        database.transaction("save", tx -> {
            tx.update("insert", "INSERT INTO item VALUES (1)");
            tx.afterCommit(() -> ran.add("committed"));
            tx.afterRollback(
                    () -> ran.add("rolled back, leases " + database.leases().size()));
            if (fault.getAndSet(false)) {
                proxy.existing().reset();
            }
            return tx.update("insert", "INSERT INTO item VALUES (2)");
        });
        assertThat(ran).containsExactly("rolled back, leases 0", "committed");
        assertThat(real.execute("SELECT id FROM item ORDER BY id")).containsExactly("1", "2");
    }

    @Test
    void connectionLostBeforeCommitIsTheErrorOfItsStatementWithoutRetry() {
        var once = database.with(CallOptions.DEFAULT.withRetry(RetryPolicy.NONE));
        assertThatThrownBy(() -> once.transaction("save", tx -> {
                    tx.update("insert", "INSERT INTO item VALUES (1)");
                    proxy.existing().reset();
                    return tx.update("insert", "INSERT INTO item VALUES (2)");
                }))
                .isInstanceOfSatisfying(ConnectionLostException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
                    assertThat(e.operation()).isEqualTo("insert");
                });
    }

    @Test
    void streamWhoseConnectionBreaksFailsAndLetsGo() {
        try (var rows =
                database.query("read", "SELECT generate_series(1, 100000)").fetchSize(10).stream(Integer.class)) {
            var iterator = rows.iterator();
            iterator.next();
            proxy.existing().reset();
            assertThatThrownBy(() -> iterator.forEachRemaining(row -> {}))
                    .isInstanceOfSatisfying(
                            ConnectionLostException.class,
                            e -> assertThat(e.operation()).isEqualTo("read"));
            assertThat(database.leases()).isEmpty();
        }
    }

    /** The first check is followed by questions of the advice, over its connection, in a transaction that is rolled back. */
    private void awaitAdvice() {
        await().until(() -> real.execute("SELECT state FROM pg_stat_activity WHERE query = 'ROLLBACK' AND datname = '"
                        + real.name() + "'")
                .equals(List.of("idle")));
    }
}
