// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.embedded.EmbeddedServerStartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PostgresServerTest {
    private PostgresServer server;

    @BeforeEach
    void start() {
        server = PostgresServer.start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void isRealAndDurableEnough() throws Exception {
        assertThat(server.execute("SHOW server_version")).first().asString().startsWith("18.");
        assertThat(server.execute("SHOW synchronous_commit")).containsExactly("on");
        assertThat(server.execute("SHOW max_connections")).containsExactly("200");
        assertThat(server.isRunning()).isTrue();
    }

    @Test
    void killLosesNoCommitAndRestartKeepsDataAndPort() throws Exception {
        server.execute("CREATE TABLE t(i int)");
        int port = server.port();
        for (int round = 1; round <= 3; round++) {
            server.execute("INSERT INTO t VALUES (" + round + ")");
            List<Long> family = Signals.family(server.pid());
            server.kill();
            assertThat(server.isRunning()).isFalse();
            assertThat(family).hasSizeGreaterThan(3).allMatch(Signals::isDead);
            assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl()))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
            server.restart();
            assertThat(server.port()).isEqualTo(port);
            assertThat(server.execute("SELECT count(*) FROM t")).containsExactly(Integer.toString(round));
        }
    }

    @Test
    void orderlyStopAndImmediateStopKeepData() throws Exception {
        server.execute("CREATE TABLE t(i int)");
        server.stop();
        assertThat(server.isRunning()).isFalse();
        server.restart();
        server.execute("INSERT INTO t VALUES (1)");
        server.stopImmediately();
        assertThat(server.isRunning()).isFalse();
        server.restart();
        assertThat(server.execute("SELECT i FROM t")).containsExactly("1");
    }

    @Test
    void restartOfARunningServerEndsItsConnections() throws Exception {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl())) {
            server.restart();
            assertThat(connection.isValid(1)).isFalse();
        }
        assertThat(server.execute("SELECT 1")).containsExactly("1");
    }

    @Test
    void frozenServerLetsConnectsTimeOutAndGoesOnAfterThaw() throws Exception {
        Properties limits = new Properties();
        limits.setProperty("connectTimeout", "1");
        limits.setProperty("socketTimeout", "1");
        try (Connection open = DriverManager.getConnection(server.jdbcUrl())) {
            server.freeze();
            assertThat(server.isRunning()).isTrue();
            assertThat(open.isValid(1)).isFalse();
            assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), limits))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
        }
        server.thaw();
        assertThat(server.execute("SELECT 1")).containsExactly("1");
    }

    @Test
    void frozenServerCanBeKilledAndRestarted() throws Exception {
        server.execute("CREATE TABLE t AS SELECT 7 AS i");
        server.freeze();
        server.kill();
        server.restart();
        assertThat(server.execute("SELECT i FROM t")).containsExactly("7");
    }

    @Test
    void oneFrozenBackendHoldsUpOnlyItsConnection() throws Exception {
        try (Connection frozen = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = frozen.createStatement()) {
            long pid = onlyBackend();
            server.freezeBackend(pid);
            CompletableFuture<Boolean> answer =
                    CompletableFuture.supplyAsync(() -> execute(statement, "SELECT 1"), OwnThread.EACH);
            assertThat(server.execute("SELECT 2")).containsExactly("2");
            assertThat(answer).isNotDone();
            server.thawBackend(pid);
            assertThat(answer.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void killedBackendEndsItsConnectionAndTheServerRecovers() throws Exception {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl())) {
            server.killBackend(onlyBackend());
            await().until(() -> !connection.isValid(1));
        }
        await().ignoreExceptions().until(() -> server.execute("SELECT 1").equals(List.of("1")));
    }

    @Test
    void onlyItsOwnProcessesCanBeSignalled() {
        assertThatThrownBy(() -> server.killBackend(ProcessHandle.current().pid()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Not a process of this server");
    }

    @Test
    void requiredPasswordIsReallyChecked() throws Exception {
        server.requirePassword("app", "it's \"secret\"");
        server.requirePassword("postgres", "root pw");
        String url = server.urlWithoutUser("postgres");
        DriverManager.getConnection(url, "app", "it's \"secret\"").close();
        assertThatThrownBy(() -> DriverManager.getConnection(url, "app", "wrong"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl())).isInstanceOf(SQLException.class);
        assertThat(server.execute("SELECT 1")).containsExactly("1");
        server.restart();
        assertThat(server.execute("SELECT 1")).containsExactly("1");
    }

    @Test
    void closeLeavesNoProcessAndNoFolderWhateverTheState() throws Exception {
        for (String state : List.of("running", "frozen", "killed", "stopped")) {
            PostgresServer other = PostgresServer.start();
            Path folder = other.dataFolder();
            List<Long> family = Signals.family(other.pid());
            List<Path> memory = PostgresServer.sharedMemory(other.pid());
            switch (state) {
                case "frozen" -> other.freeze();
                case "killed" -> other.kill();
                case "stopped" -> other.stop();
                default -> assertThat(other.isRunning()).isTrue();
            }
            other.close();
            other.close();
            assertThat(family).as(state).allMatch(Signals::isDead);
            assertThat(folder.getParent()).as(state).doesNotExist();
            assertThat(memory).as(state).isNotEmpty().noneMatch(Files::exists);
        }
    }

    @Test
    void settingsReachTheServerAndBadOnesAreReportedWithItsOwnWords() throws Exception {
        try (PostgresServer other = PostgresServer.builder()
                .setting("work_mem", "7MB")
                .maxConnections(12)
                .start()) {
            assertThat(other.execute("SHOW work_mem")).containsExactly("7MB");
            assertThat(other.execute("SHOW max_connections")).containsExactly("12");
        }
        assertThatThrownBy(() -> PostgresServer.builder()
                        .setting("wal_level", "o'ften; x")
                        .start())
                .isInstanceOf(EmbeddedServerStartException.class)
                .hasMessageContaining("wal_level")
                .hasMessageContaining("o'ften; x");
    }

    @Test
    void sharedServerGivesFreshDatabasesAndRefusesHarm() throws Exception {
        PostgresServer shared = PostgresServer.shared();
        assertThat(PostgresServer.shared()).isSameAs(shared);
        try (TestDatabase one = shared.createDatabase();
                TestDatabase two = shared.createDatabase()) {
            one.execute("CREATE TABLE t(i int)");
            assertThat(two.execute("SELECT to_regclass('t')")).containsExactly("null");
            assertThat(one.name()).isNotEqualTo(two.name());
            DriverManager.getConnection(one.jdbcUrl()).close();
        }
        for (Runnable harm :
                List.<Runnable>of(shared::stop, shared::kill, shared::freeze, shared::restart, shared::close)) {
            assertThatThrownBy(harm::run).isInstanceOf(IllegalStateException.class);
        }
        assertThat(shared.isRunning()).isTrue();
    }

    @Test
    void leftoversOfAKilledJvmAreRemoved() throws Exception {
        String classPath = System.getProperty("java.class.path");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        StartAndWait.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String folder;
        long pid;
        try (var lines = jvm.inputReader()) {
            folder = lines.lines()
                    .filter(line -> line.startsWith("folder "))
                    .findFirst()
                    .orElseThrow()
                    .substring(7);
            pid = Long.parseLong(Files.readAllLines(Path.of(folder, "data", "postmaster.pid"))
                    .get(0));
        } finally {
            jvm.destroyForcibly().waitFor();
        }
        assertThat(Signals.isDead(pid)).isFalse();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            TempServers.sweep(Path.of(folder).getParent());
            assertThat(Path.of(folder)).doesNotExist();
        });
        assertThat(Signals.isDead(pid)).isTrue();
    }

    /** Runs in a JVM of its own. */
    static final class StartAndWait {
        private StartAndWait() {}

        public static void main(String[] args) throws Exception {
            PostgresServer server = PostgresServer.start();
            System.out.println("folder " + server.dataFolder().getParent());
            Thread.currentThread().join();
        }
    }

    private long onlyBackend() throws SQLException {
        List<Long> pids = server.backendPids();
        assertThat(pids).hasSize(1);
        return pids.get(0);
    }

    private static boolean execute(Statement statement, String sql) {
        try {
            return statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStandbyFollowsRefusesWritesAndIsPromoted() throws Exception {
        server.execute("CREATE TABLE t (id int)");
        try (PostgresServer standby = server.startStandby()) {
            server.execute("INSERT INTO t VALUES (1)");
            await().until(() -> standby.execute("SELECT id FROM t").equals(List.of("1")));
            assertThatThrownBy(() -> standby.execute("INSERT INTO t VALUES (2)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refused -> assertThat(refused.getSQLState()).isEqualTo("25006"));

            server.kill();
            standby.promote();
            standby.execute("INSERT INTO t VALUES (3)");

            server.restartAsStandbyOf(standby);
            assertThat(server.execute("SELECT pg_is_in_recovery()")).containsExactly("t");
            assertThatThrownBy(() -> server.execute("INSERT INTO t VALUES (4)")).isInstanceOf(SQLException.class);
            await().until(() -> server.execute("SELECT id FROM t ORDER BY id").equals(List.of("1", "3")));
        }
    }
}
