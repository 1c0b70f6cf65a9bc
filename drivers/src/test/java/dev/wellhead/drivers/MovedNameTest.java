// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A name that moves to another address under load, as it does when a database is moved behind it: new connections go to
 * the new address, those of before are renewed, and no call fails. In a JVM of its own, for names that a file says.
 */
class MovedNameTest {

    private static final String NAME = "moving.test";
    private static final int CALLERS = 4;

    @Test
    void connectionsFollowTheNameAndNoCallFails(@TempDir Path folder) throws Exception {
        var server = PostgresServer.shared();
        try (var before = at(3, server);
                var moved = at(2, server)) {
            var said =
                    move(folder, "jdbc:postgresql://" + NAME + ":" + server.port() + "/postgres?user=postgres", before);
            assertThat(moved.accepted()).as(said).isGreaterThanOrEqualTo(CALLERS);
        }
    }

    @Test
    void ofSeveralHostsAlsoTheConnectionThatAsksForTheRoleFollows(@TempDir Path folder) throws Exception {
        try (var primary = PostgresServer.start();
                var standby = primary.startStandby();
                var before = at(3, primary);
                var moved = at(2, primary)) {
            var url = FailoverTest.url(primary, standby)
                    .replace("127.0.0.1:" + primary.port(), NAME + ":" + primary.port());
            var said = move(folder, url, before);
            assertThat(moved.accepted()).as(said).isGreaterThan(CALLERS);
        }
    }

    /** Has the name lead elsewhere, and returns what the program said once nothing is open to where it led before. */
    private static String move(Path folder, String url, FaultProxy before) throws Exception {
        var hosts = folder.resolve("hosts");
        Files.writeString(hosts, "127.0.0.3 " + NAME + "\n");
        var out = folder.resolve("out");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.net.hosts.file=" + hosts,
                        "-Dsun.net.inetaddr.ttl=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MovedNameTest.class.getName(),
                        hosts.toString(),
                        url)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !process.isAlive() || Files.readString(out).contains("calls="));
            assertThat(before.accepted()).as(Files.readString(out)).isGreaterThanOrEqualTo(CALLERS);
            await().untilAsserted(() -> assertThat(before.live()).isZero());
            process.getOutputStream().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            var said = Files.readString(out);
            assertThat(process.exitValue()).as(said).isZero();
            assertThat(said).contains("failed=0");
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private static FaultProxy at(int last, PostgresServer server) throws IOException {
        var address = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
        try {
            return FaultProxy.at(address, server.port(), server);
        } catch (IOException e) {
            Assumptions.abort("this machine has no further loopback address: " + e.getMessage());
            throw e;
        }
    }

    /** The program with the pool: the file of names, the URL. */
    public static void main(String[] arguments) throws Exception {
        var hosts = Path.of(arguments[0]);
        var config = PoolConfig.builder()
                .jdbcUrl(arguments[1])
                .minIdle(CALLERS)
                .maxSize(2 * CALLERS)
                // A look at the name is due at each thirtieth pass.
                .housekeeperInterval(Duration.ofMillis(10))
                .build();
        var ends = new AtomicBoolean();
        var failed = new AtomicInteger();
        var calls = new AtomicInteger();
        try (var pool = new WellheadDataSource(config)) {
            await().until(() -> pool.snapshot().idle() >= CALLERS);
            List<CompletableFuture<Void>> callers = IntStream.range(0, CALLERS)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> call(pool, ends, calls, failed), OwnThread.EACH))
                    .toList();
            await().until(() -> calls.get() > 100);
            Files.writeString(hosts, "127.0.0.2 " + NAME + "\n");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> pool.snapshot().counters().closed().get(EvictReason.ADDRESS_LEFT) >= CALLERS);
            int then = calls.get();
            await().until(() -> calls.get() > then + 100);
            ends.set(true);
            callers.forEach(CompletableFuture::join);
            System.out.println("calls=" + calls + " failed=" + failed + " "
                    + pool.snapshot().counters().closed());
            // Until the test has looked.
            while (System.in.read() >= 0) {}
        }
    }

    private static void call(WellheadDataSource pool, AtomicBoolean ends, AtomicInteger calls, AtomicInteger failed) {
        while (!ends.get()) {
            try (var connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("SELECT pg_sleep(0.002)");
                calls.incrementAndGet();
            } catch (SQLException e) {
                failed.incrementAndGet();
                e.printStackTrace();
            }
        }
    }
}
