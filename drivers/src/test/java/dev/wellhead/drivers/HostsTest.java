// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.HostRole;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.ReplicaReads;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A primary, its standby, and who is connected to which. */
@Timeout(120)
class HostsTest {

    private PostgresServer primary;
    private PostgresServer standby;

    @BeforeEach
    void start() throws SQLException {
        primary = PostgresServer.start();
        primary.execute("CREATE TABLE t (id int)");
        standby = primary.startStandby();
    }

    @AfterEach
    void close() {
        standby.close();
        primary.close();
    }

    private PoolConfig.Builder config(String parameters) {
        return PoolConfig.builder()
                .name("hosts")
                .jdbcUrl(FailoverTest.url(standby, primary) + parameters)
                .maxSize(4)
                .minIdle(1)
                .closeTimeout(Duration.ofSeconds(2));
    }

    private WellheadDataSource open(PoolConfig config) {
        var pool = new WellheadDataSource(config);
        await().until(() -> pool.hosts().stream().noneMatch(host -> host.state() == HostState.UNKNOWN));
        return pool;
    }

    private WellheadDataSource open() {
        return open(config("").build());
    }

    private HostSnapshot seen(WellheadDataSource pool, PostgresServer server) {
        return pool.hosts().stream()
                .filter(host -> host.host().endsWith(":" + server.port()))
                .findFirst()
                .orElseThrow();
    }

    private static int port(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT inet_server_port()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static int readsAt(WellheadDataSource pool) throws SQLException {
        try (var connection = pool.readOnly().getConnection()) {
            assertThat(connection.isReadOnly()).isTrue();
            return port(connection);
        }
    }

    private static int writesAt(WellheadDataSource pool) throws SQLException {
        try (var connection = pool.getConnection()) {
            assertThat(connection.isReadOnly()).isFalse();
            return port(connection);
        }
    }

    @Test
    void readersGoToTheReplicaAndWritersToThePrimary() throws Exception {
        try (var pool = open()) {
            assertThat(writesAt(pool)).isEqualTo(primary.port());
            assertThat(readsAt(pool)).isEqualTo(standby.port());
            assertThat(pool.readFallbacks()).isZero();
            try (var held = pool.readOnly().named("report").getConnection()) {
                assertThat(port(held)).isEqualTo(standby.port());
                assertThat(seen(pool, standby).active()).isEqualTo(1);
                assertThat(pool.leases())
                        .singleElement()
                        .satisfies(lease -> assertThat(lease.operation()).isEqualTo("report"));
            }
            assertThat(seen(pool, primary).role()).isEqualTo(HostRole.PRIMARY);
            assertThat(seen(pool, primary).isTarget()).isTrue();
            assertThat(seen(pool, standby).role()).isEqualTo(HostRole.REPLICA);
            // Not known before the standby has reached its primary.
            await().until(() -> seen(pool, standby).lag().isPresent());
        }
    }

    @Test
    void withoutReplicaReadsEverybodyGoesToThePrimary() throws Exception {
        try (var pool = open(config("").replicaReads(ReplicaReads.OFF).build())) {
            assertThat(readsAt(pool)).isEqualTo(primary.port());
            try (var connection = pool.getConnection()) {
                connection.setReadOnly(true);
                assertThat(port(connection)).isEqualTo(primary.port());
            }
        }
    }

    @Test
    void setReadOnlyAsTheFirstCallChangesTheHostAndBack() throws Exception {
        try (var pool = open()) {
            for (int i = 0; i < 3; i++) {
                try (var connection = pool.getConnection()) {
                    connection.setReadOnly(true);
                    assertThat(connection.isReadOnly()).isTrue();
                    assertThat(port(connection)).isEqualTo(standby.port());
                    assertThat(pool.snapshot().active()).isZero();
                    connection.setReadOnly(false);
                    assertThat(connection.isClosed()).isFalse();
                    assertThat(pool.snapshot().active()).isZero();
                    assertThat(seen(pool, standby).active()).isZero();
                    assertThat(port(connection)).isEqualTo(primary.port());
                    assertThat(connection.isReadOnly()).isFalse();
                }
                assertThat(pool.snapshot().active()).isZero();
                assertThat(writesAt(pool)).isEqualTo(primary.port());
            }
        }
    }

    /** The calls in the order in which Spring's transaction managers make them. */
    @Test
    void aReadOnlyTransactionRunsOnTheReplica() throws Exception {
        try (var pool = open()) {
            var connection = pool.getConnection();
            connection.setReadOnly(true);
            int isolation = connection.getTransactionIsolation();
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            assertThat(port(connection)).isEqualTo(standby.port());
            assertThatThrownBy(() -> connection.setReadOnly(false))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("a transaction is open");
            connection.commit();
            connection.setAutoCommit(true);
            connection.setTransactionIsolation(isolation);
            connection.setReadOnly(false);
            connection.close();
            assertThat(connection.isClosed()).isTrue();
            assertThatThrownBy(connection::createStatement).isInstanceOf(SQLException.class);
            assertThat(pool.leases()).isEmpty();
        }
    }

    @Test
    void afterAStatementTheConnectionStaysWhereItIs() throws Exception {
        try (var pool = open();
                var connection = pool.getConnection()) {
            assertThat(port(connection)).isEqualTo(primary.port());
            connection.setReadOnly(true);
            assertThat(port(connection)).isEqualTo(primary.port());
            connection.setReadOnly(false);
            try (var statement = connection.createStatement()) {
                assertThat(statement.executeUpdate("INSERT INTO t VALUES (1)")).isEqualTo(1);
            }
        }
    }

    @Test
    void readersAreSpreadOverTheReplicas() throws Exception {
        try (var second = primary.startStandby()) {
            var url = FailoverTest.url(primary, standby)
                    .replace("/postgres?", ",127.0.0.1:" + second.port() + "/postgres?");
            try (var pool = open(config("")
                    .jdbcUrl(url)
                    .replicaReads(ReplicaReads.ROUND_ROBIN)
                    .build())) {
                await().until(() -> seen(pool, standby).role() == HostRole.REPLICA
                        && seen(pool, second).role() == HostRole.REPLICA);
                int atFirst = 0;
                for (int i = 0; i < 10; i++) {
                    atFirst += readsAt(pool) == standby.port() ? 1 : 0;
                }
                assertThat(atFirst).isEqualTo(5);
                pool.reconfigure(pool.config().toBuilder()
                        .replicaReads(ReplicaReads.LEAST_ACTIVE)
                        .build());
                try (var held = pool.readOnly().getConnection()) {
                    int other = port(held) == standby.port() ? second.port() : standby.port();
                    for (int i = 0; i < 10; i++) {
                        assertThat(readsAt(pool)).isEqualTo(other);
                    }
                }
            }
        }
    }

    @Test
    void aDeadReplicaIsTakenOutAndBackIn() throws Exception {
        var events = new CopyOnWriteArrayList<PoolEvent>();
        try (var pool = open()) {
            pool.addListener(events::add);
            assertThat(readsAt(pool)).isEqualTo(standby.port());
            standby.kill();
            await().until(() -> seen(pool, standby).state() == HostState.DOWN);
            assertThat(readsAt(pool)).isEqualTo(primary.port());
            assertThat(pool.readFallbacks()).isPositive();
            try (var connection = pool.getConnection()) {
                connection.setReadOnly(true);
                assertThat(port(connection)).isEqualTo(primary.port());
            }
            standby.restart();
            await().until(() -> readsAt(pool) == standby.port());
            assertThat(writesAt(pool)).isEqualTo(primary.port());
            await().untilAsserted(() -> assertThat(events)
                    .filteredOn(PoolEvent.HostChanged.class::isInstance)
                    .extracting(event -> ((PoolEvent.HostChanged) event).after().state())
                    .containsExactly(HostState.DOWN, HostState.UP));
        }
    }

    @Test
    void callersWaitingForAReplicaThatFreezesGoOnElsewhere() throws Exception {
        try (var pool = open(config("").maxSize(1).build());
                var held = pool.readOnly().getConnection()) {
            assertThat(port(held)).isEqualTo(standby.port());
            standby.freeze();
            assertThat(readsAt(pool)).isEqualTo(primary.port());
        }
    }

    @Test
    void aReplicaTooFarBehindIsNotReadFrom() throws Exception {
        try (var pool = open(config("").maxReplicaLag(Duration.ofMillis(500)).build())) {
            primary.execute("INSERT INTO t VALUES (1)");
            await().until(() -> readsAt(pool) == standby.port());
            standby.execute("SELECT pg_wal_replay_pause()");
            primary.execute("INSERT INTO t VALUES (2)");
            await().until(() -> seen(pool, standby).state() == HostState.LAGGING);
            assertThat(seen(pool, standby).lag().orElseThrow()).isGreaterThan(Duration.ofMillis(500));
            assertThat(readsAt(pool)).isEqualTo(primary.port());
            standby.execute("SELECT pg_wal_replay_resume()");
            await().until(() -> readsAt(pool) == standby.port());
        }
    }

    @Test
    void aReplicaThatWillNotTellItsLagIsReadFromUnlessThereIsALimit() throws Exception {
        primary.execute("CREATE ROLE app LOGIN");
        primary.execute("REVOKE EXECUTE ON FUNCTION pg_last_xact_replay_timestamp() FROM PUBLIC");
        await().until(() ->
                standby.execute("SELECT 1 FROM pg_roles WHERE rolname = 'app'").equals(java.util.List.of("1")));
        var url = FailoverTest.url(standby, primary).replace("user=postgres", "user=app");
        try (var pool = open(config("").jdbcUrl(url).build())) {
            assertThat(readsAt(pool)).isEqualTo(standby.port());
            assertThat(seen(pool, standby).trouble()).contains("permission denied");
            assertThat(seen(pool, standby).lag()).isEmpty();
            pool.reconfigure(pool.config().toBuilder()
                    .maxReplicaLag(Duration.ofMinutes(1))
                    .build());
            await().until(() -> seen(pool, standby).state() == HostState.LAGGING);
            assertThat(readsAt(pool)).isEqualTo(primary.port());
        }
    }

    @Test
    void ofTwoPrimariesTheOnePromotedLaterIsUsedAndAFencedOneIsNot() throws Exception {
        try (var pool = open()) {
            assertThat(writesAt(pool)).isEqualTo(primary.port());
            standby.promote();
            // Who is on the old one at that moment is cut off, for it still takes writes.
            await().ignoreExceptionsInstanceOf(SQLException.class).until(() -> writesAt(pool) == standby.port());
            assertThat(seen(pool, primary).role()).isEqualTo(HostRole.PRIMARY);

            primary.execute("ALTER SYSTEM SET default_transaction_read_only = on");
            primary.execute("SELECT pg_reload_conf()");
            await().until(() -> seen(pool, primary).role() == HostRole.READ_ONLY);
            assertThat(readsAt(pool)).isEqualTo(standby.port());

            primary.restartAsStandbyOf(standby);
            await().until(() -> seen(pool, primary).role() == HostRole.REPLICA);
            await().until(() -> readsAt(pool) == primary.port());
            assertThat(writesAt(pool)).isEqualTo(standby.port());
        }
    }

    @Test
    void aHostOfAnotherClusterIsNeverUsed() throws Exception {
        try (var stranger = PostgresServer.start();
                var pool = open(
                        config("").jdbcUrl(FailoverTest.url(primary, stranger)).build())) {
            await().until(() -> seen(pool, stranger).state() == HostState.OTHER_CLUSTER);
            assertThat(seen(pool, stranger).trouble()).contains("cluster");
            assertThat(writesAt(pool)).isEqualTo(primary.port());
            primary.kill();
            await().until(() -> seen(pool, primary).state() == HostState.DOWN);
            assertThatThrownBy(() -> pool.getConnection("no", Duration.ofMillis(500)))
                    .isInstanceOf(SQLException.class);
            assertThat(stranger.backendPids()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"preferSecondary", "preferPrimary"})
    void callersComeBackToThePreferredHostWithoutAFailureOnceItIsSteady(String target) throws Exception {
        var preferred = target.equals("preferPrimary") ? primary : standby;
        var other = target.equals("preferPrimary") ? standby : primary;
        var config = config("&targetServerType=" + target).build();
        var ends = new AtomicBoolean();
        var failures = new AtomicInteger();
        var calls = new AtomicInteger();
        try (var pool = open(config)) {
            await().until(() -> seen(pool, preferred).isTarget());
            assertThat(writesAt(pool)).isEqualTo(preferred.port());
            var callers = IntStream.range(0, 4)
                    .mapToObj(i ->
                            CompletableFuture.runAsync(() -> callUntil(pool, ends, calls, failures), OwnThread.EACH))
                    .toList();
            try {
                preferred.stopImmediately();
                await().until(() -> seen(pool, other).isTarget());
                int then = calls.get();
                await().until(() -> calls.get() > then + 100);
                failures.set(0);

                preferred.restart();
                await().atMost(Duration.ofSeconds(40))
                        .until(() -> seen(pool, preferred).isTarget());
                await().until(() -> pool.snapshot().counters().closed().get(EvictReason.FAILOVER) > 0
                        && writesAt(pool) == preferred.port());
                int back = calls.get();
                await().until(() -> calls.get() > back + 100);
                assertThat(failures).hasValue(0);
            } finally {
                ends.set(true);
                callers.forEach(CompletableFuture::join);
            }
        }
    }

    private static void callUntil(
            WellheadDataSource pool, AtomicBoolean ends, AtomicInteger calls, AtomicInteger failures) {
        while (!ends.get()) {
            try (var connection = pool.getConnection()) {
                port(connection);
                calls.incrementAndGet();
            } catch (SQLException e) {
                failures.incrementAndGet();
            }
        }
    }

    @Test
    void theTargetIsThatOfTheUrl() throws Exception {
        try (var pool = open(config("&targetServerType=secondary").build())) {
            assertThat(writesAt(pool)).isEqualTo(standby.port());
        }
        try (var pool = open(config("&target_session_attrs=prefer-standby").build())) {
            assertThat(writesAt(pool)).isEqualTo(standby.port());
            standby.kill();
            await().ignoreExceptions().until(() -> writesAt(pool) == primary.port());
        }
    }
}
