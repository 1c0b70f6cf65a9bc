// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each connect asks anew where its name leads, whichever the driver. In a JVM of its own, for names that a file says. */
class NameAtConnectTest {

    private static final String NAME = "moving.test";
    private static final String SERVER = "127.0.0.1 " + NAME + "\n";
    /** The test servers listen on 127.0.0.1 alone. */
    private static final String NOBODY = "127.0.0.9 " + NAME + "\n";

    @ParameterizedTest
    @ValueSource(strings = {"postgresql", "mariadb", "mysql"})
    void eachConnectResolvesTheName(String driver, @TempDir Path folder) throws Exception {
        var url = switch (driver) {
            case "postgresql" -> PostgresServer.shared().jdbcUrl();
            case "mariadb" -> MariaDbContract.Shared.SERVER.jdbcUrl();
            default -> MariaDbContract.Shared.SERVER.mysqlUrl("test");
        };
        var hosts = folder.resolve("hosts");
        var out = folder.resolve("out");
        Files.writeString(hosts, NOBODY);
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.net.hosts.file=" + hosts,
                        "-Dsun.net.inetaddr.ttl=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NameAtConnectTest.class.getName(),
                        hosts.toString(),
                        url.replace("127.0.0.1", NAME))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(out)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** The program with the pool: the file of names, the URL. */
    public static void main(String[] arguments) throws Exception {
        var hosts = Path.of(arguments[0]);
        var config = PoolConfig.builder()
                .jdbcUrl(arguments[1])
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .maxSize(2)
                .createRetryInterval(Duration.ofMillis(50))
                .build();
        try (var pool = new WellheadDataSource(config)) {
            requireRefused(pool);
            Files.writeString(hosts, SERVER);
            try (var held = pool.getConnection("found", Duration.ofSeconds(10))) {
                Files.writeString(hosts, NOBODY);
                // The wait may have begun a second connect, which found the name as well.
                await().until(() -> pool.snapshot().opening() == 0);
                pool.evictAll();
                requireRefused(pool);
                if (!held.isValid(5)) {
                    throw new IllegalStateException("the connection of before is gone");
                }
                Files.writeString(hosts, SERVER);
                pool.getConnection("found again", Duration.ofSeconds(10)).close();
            }
        }
    }

    private static void requireRefused(WellheadDataSource pool) {
        try {
            pool.getConnection("refused", Duration.ofSeconds(1)).close();
        } catch (SQLException e) {
            if (String.valueOf(e.getCause()).toLowerCase(java.util.Locale.ROOT).contains("unknown host")) {
                throw new IllegalStateException("the name was not found", e);
            }
            return;
        }
        throw new IllegalStateException("connected to an address at which nobody listens");
    }
}
