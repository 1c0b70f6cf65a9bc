// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedServerTest {
    @TempDir
    private Path temp;

    private Path folder() {
        return temp.resolve("a folder's name/postgres");
    }

    @Test
    void keepsDataAndPortAndIsDurable() throws Exception {
        int port;
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            port = server.port();
            assertThat(server.url()).isEqualTo("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres");
            for (String name : List.of("fsync", "synchronous_commit", "full_page_writes", "data_checksums")) {
                assertThat(query(server, "SHOW " + name)).as(name).isEqualTo("on");
            }
            assertThat(query(server, "SHOW max_connections")).isEqualTo("200");
            assertThat(query(server, "SHOW server_version"))
                    .isEqualTo(server.version())
                    .startsWith("18.");
            update(server, "CREATE TABLE t AS SELECT 42 AS i");
        }
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            assertThat(server.port()).isEqualTo(port);
            assertThat(query(server, "SELECT i FROM t")).isEqualTo("42");
        }
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            server.closeImmediately();
            assertThat(server.isRunning()).isFalse();
        }
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            assertThat(query(server, "SELECT i FROM t")).isEqualTo("42");
        }
    }

    @Test
    void strangeFilesInTheFolderDoNotKeepItFromStarting() throws Exception {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("last-port"), "99999");
        for (String text : List.of("port=abc", "pid=12345678901234567890", "url=\\u00zz", "\0")) {
            Files.writeString(folder().resolve("running.properties"), text);
            assertThat(EmbeddedServer.findRunning(folder())).as(text).isEmpty();
        }
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            assertThat(query(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void folderMayHoldWhatMeansSomethingToAShell() throws Exception {
        Path hostile = temp.resolve("cash $HOME `touch hit` $(touch hit) \"x\" \\ 'é'");
        try (EmbeddedServer server = EmbeddedServer.start(hostile)) {
            assertThat(query(server, "SELECT 1")).isEqualTo("1");
            assertThat(hostile.resolve("server.log")).exists();
        }
        assertThat(List.of(Path.of("hit"), hostile.resolve("hit")))
                .allSatisfy(hit -> assertThat(hit).doesNotExist());
        try (EmbeddedServer server = EmbeddedServer.start(hostile)) {
            assertThat(query(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void ownerKilledWhileItMadeTheDataLeavesNothingThatDisturbsTheNext() throws Exception {
        Process first = startOwner("wait");
        try {
            await().atMost(Duration.ofSeconds(60)).until(this::dataIsBeingMade);
        } finally {
            first.destroyForcibly().waitFor();
        }
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            update(server, "CREATE TABLE t AS SELECT 42 AS i");
        }
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            assertThat(query(server, "SELECT i FROM t")).isEqualTo("42");
        }
    }

    private boolean dataIsBeingMade() throws Exception {
        if (!Files.isDirectory(folder())) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder(), 2)) {
            return files.anyMatch(file -> file.endsWith("PG_VERSION"));
        }
    }

    @Test
    void closeEndsAllProcessesAlsoWithOpenTransactionsAndTwice() throws Exception {
        EmbeddedServer server = EmbeddedServer.start(folder());
        try (Connection connection = DriverManager.getConnection(server.url());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE TABLE t(i int)");
            server.close();
            server.close();
        }
        assertThat(server.isRunning()).isFalse();
        assertThat(Processes.workingIn(server.dataFolder())).isEmpty();
        assertThat(EmbeddedServer.findRunning(folder())).isEmpty();
    }

    @Test
    void frozenServerIsStoppedByForceWithinTheLimits() throws Exception {
        EmbeddedServer server = EmbeddedServer.start(EmbeddedServerConfig.builder(folder())
                .stopTimeout(Duration.ofMillis(100))
                .build());
        Processes.signal(
                "STOP", Processes.workingIn(server.dataFolder()).stream().mapToLong(pid -> pid));
        server.close();
        assertThat(Processes.workingIn(server.dataFolder())).isEmpty();
    }

    @Test
    void secondOpenerOfTheSameJvmIsToldWhereTheServerIs() {
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            assertThat(EmbeddedServer.findRunning(folder())).contains(server.running());
            assertThatThrownBy(() -> EmbeddedServer.start(folder()))
                    .isInstanceOfSatisfying(
                            EmbeddedServerLockedException.class,
                            e -> assertThat(e.running()).contains(server.running()))
                    .hasMessageContaining(server.url());
            assertThat(server.isRunning()).isTrue();
        }
    }

    @Test
    void openerOfAnotherProcessIsToldWhereTheServerIsAndTakesOverWhenItsOwnerIsKilled() throws Exception {
        Process owner = startOwner("wait");
        RunningServer running;
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> EmbeddedServer.findRunning(folder()).isPresent());
            running = EmbeddedServer.findRunning(folder()).orElseThrow();
            assertThat(running.ownerPid()).isEqualTo(owner.pid());
            assertThatThrownBy(() -> EmbeddedServer.start(folder()))
                    .isInstanceOfSatisfying(
                            EmbeddedServerLockedException.class,
                            e -> assertThat(e.running()).contains(running));
            try (Connection connection = DriverManager.getConnection(running.url())) {
                assertThat(connection.isValid(5)).isTrue();
            }
        } finally {
            owner.destroyForcibly().waitFor();
        }
        assertThat(Processes.isAlive(running.pid())).isTrue();
        assertThat(EmbeddedServer.findRunning(folder())).isEmpty();
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            assertThat(Processes.isAlive(running.pid())).isFalse();
            assertThat(server.port()).isEqualTo(running.port());
            assertThat(query(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void jvmThatExitsNormallyLeavesNoServer() throws Exception {
        Process owner = startOwner("exit");
        assertThat(owner.waitFor()).isZero();
        assertThat(folder().resolve("data/PG_VERSION")).exists();
        assertThat(Processes.workingIn(folder().resolve("data"))).isEmpty();
        assertThat(folder().resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void processesOfAKilledPostmasterAreEndedBeforeTheNextStart() throws Exception {
        EmbeddedServer first = EmbeddedServer.start(folder());
        List<Long> children = ProcessHandle.of(first.pid())
                .orElseThrow()
                .children()
                .map(ProcessHandle::pid)
                .toList();
        Processes.signal("STOP", children.stream().mapToLong(pid -> pid));
        Processes.signal("KILL", LongStream.of(first.pid()));
        await().until(() -> !first.isRunning());
        assertThat(children).isNotEmpty().allMatch(Processes::isAlive);
        first.close();
        try (EmbeddedServer second = EmbeddedServer.start(folder())) {
            assertThat(children).noneMatch(Processes::isAlive);
            assertThat(query(second, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void pidFileWithTheNumberOfAnotherProgramIsNoObstacleAndThatProgramLives() throws Exception {
        EmbeddedServer.start(folder()).close();
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            Path data = folder().resolve("data");
            Files.writeString(data.resolve("postmaster.pid"), other.pid() + "\n" + data + "\n1\n5432\n\n\n\nready\n");
            EmbeddedServer.start(folder()).close();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void dataOfAnotherMajorVersionIsRefusedUntouched() throws Exception {
        EmbeddedServer.start(folder()).close();
        Path version = folder().resolve("data/PG_VERSION");
        Files.writeString(version, "15\n");
        assertThatThrownBy(() -> EmbeddedServer.start(folder()))
                .isInstanceOf(EmbeddedServerVersionException.class)
                .hasMessageContaining(folder().resolve("data").toRealPath().toString())
                .hasMessageContaining("found version 15")
                .hasMessageContaining("version 18")
                .hasMessageContaining("move the folder away")
                .hasMessageContaining("dump it with PostgreSQL 15");
        Files.writeString(version, "18\n");
        EmbeddedServer.start(folder()).close();
    }

    @Test
    void halfWrittenDataIsSetAsideNeverDeleted() throws Exception {
        Path data = folder().resolve("data");
        Files.createDirectories(data);
        Files.writeString(data.resolve("postgresql.conf"), "half");
        Files.createDirectories(folder().resolve("data.new"));
        EmbeddedServer.start(folder()).close();
        Files.delete(data.resolve("global/pg_control"));
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            assertThat(query(server, "SELECT 1")).isEqualTo("1");
        }
        try (Stream<Path> kept = Files.list(folder())) {
            List<Path> broken = kept.filter(path -> path.toString().contains("data.broken-"))
                    .toList();
            assertThat(broken).hasSize(3);
            assertThat(broken).anyMatch(path -> Files.exists(path.resolve("base")));
            assertThat(broken).anyMatch(path -> Files.exists(path.resolve("postgresql.conf")));
        }
    }

    @Test
    void takenPortIsAnErrorWhenAskedForAndAvoidedWhenOnlyRemembered() throws Exception {
        int port;
        try (EmbeddedServer server = EmbeddedServer.start(folder())) {
            port = server.port();
        }
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedServer.start(EmbeddedServerConfig.builder(folder())
                            .port(taken.getLocalPort())
                            .build()))
                    .isInstanceOf(EmbeddedServerStartException.class)
                    .hasMessageContaining("port=" + port);
            try (EmbeddedServer server = EmbeddedServer.start(folder())) {
                assertThat(server.port()).isNotEqualTo(port);
            }
        }
    }

    @Test
    void serverThatDoesNotStartIsReportedWithItsLogAndFreesTheFolder() throws Exception {
        EmbeddedServer.start(folder()).close();
        Files.writeString(folder().resolve("data/postgresql.conf"), "shared_buffers = 'much'\n");
        assertThatThrownBy(() -> EmbeddedServer.start(folder()))
                .isInstanceOf(EmbeddedServerStartException.class)
                .hasMessageContaining("invalid value for parameter \"shared_buffers\"");
        Files.writeString(folder().resolve("data/postgresql.conf"), "");
        EmbeddedServer.start(folder()).close();
    }

    @Test
    void binariesAreUnpackedOnceAlsoByTwoAtATime() throws Exception {
        Path cache = temp.resolve("cache");
        EmbeddedServerConfig config =
                EmbeddedServerConfig.builder(folder()).cacheFolder(cache).build();
        List<Binaries> both = Stream.of(config, config)
                .parallel()
                .map(one -> {
                    try {
                        return Binaries.unpacked(one);
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .toList();
        assertThat(both.get(0).program("postgres")).isEqualTo(both.get(1).program("postgres"));
        try (Stream<Path> entries = Files.list(cache)) {
            assertThat(entries.toList()).hasSize(1);
        }
        assertThat(Files.getPosixFilePermissions(cache)).hasSize(3);
    }

    @Test
    void allViolationsAreToldAtOnce() {
        assertThatThrownBy(() -> EmbeddedServerConfig.builder(folder())
                        .port(70_000)
                        .maxConnections(1)
                        .stopTimeout(Duration.ZERO)
                        .setting("listen_addresses", "*")
                        .setting("Work Mem", "1")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "port=70000", "maxConnections=1", "stopTimeout=PT0S", "listen_addresses=*", "Work Mem");
    }

    /** Runs in a JVM of its own. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] args) throws Exception {
            EmbeddedServer server = EmbeddedServer.start(Path.of(args[0]));
            if (args[1].equals("wait")) {
                Thread.currentThread().join();
            }
            System.exit(server.isRunning() ? 0 : 1);
        }
    }

    private Process startOwner(String what) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName(),
                        folder().toString(),
                        what)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("owner.log").toFile())
                .start();
    }

    private static String query(EmbeddedServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static void update(EmbeddedServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
