// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.FaultRun.Work;
import dev.wellhead.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What callers see while the primary is elsewhere, or nowhere. A row of {@code docs/reliability.md} for each. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class FaultMatrixPlaceTest {

    private static final Duration TOLD = FaultRun.LIMIT.plusSeconds(1);
    private static final String NAME = "primary.test";

    @Test
    void standbyIsPromoted() throws Exception {
        try (var primary = PostgresServer.start();
                var standby = primary.startStandby()) {
            primary.execute(FaultRun.TABLE);
            // Else a primary that dies takes with it what the standby has not got yet.
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
            primary.execute("SELECT pg_reload_conf()");
            var url = "jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port()
                    + "/postgres?user=" + primary.user();
            try (var run = FaultRun.start(FaultRun.pool(url).build())) {
                run.faultBegins();
                primary.kill();
                standby.promote();
                run.serverAccepts();
                run.end(standby.jdbcUrl())
                        .holds("failover")
                        .toldOnly(
                                ErrorCode.E2001,
                                ErrorCode.E2002,
                                ErrorCode.E2003,
                                ErrorCode.E2010,
                                ErrorCode.E2014,
                                ErrorCode.E2019)
                        .felt()
                        .within(TOLD);
            }
        }
    }

    @Test
    void primaryIsReadOnly() throws Exception {
        try (var server = PostgresServer.start()) {
            server.execute(FaultRun.TABLE);
            try (var run = FaultRun.start(FaultRun.pool(server.jdbcUrl()).build())) {
                run.faultBegins();
                server.execute("ALTER SYSTEM SET default_transaction_read_only = on");
                server.execute("SELECT pg_reload_conf()");
                run.awaitFailure(ErrorCode.E2014);
                server.execute("ALTER SYSTEM RESET default_transaction_read_only");
                server.execute("SELECT pg_reload_conf()");
                run.serverAccepts();
                run.end(server.jdbcUrl())
                        .holds("read-only primary")
                        .toldOnly(ErrorCode.E2014)
                        .served(Work.READ)
                        .within(TOLD);
            }
        }
    }

    /** In a JVM of its own, for names that a file says. */
    @Test
    void nameIsNotFound(@TempDir Path folder) throws Exception {
        try (var server = PostgresServer.start()) {
            server.execute(FaultRun.TABLE);
            var hosts = folder.resolve("hosts");
            var out = folder.resolve("out");
            Files.writeString(hosts, "127.0.0.1 " + NAME + "\n");
            var process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Djdk.net.hosts.file=" + hosts,
                            "-Dsun.net.inetaddr.ttl=0",
                            "-cp",
                            System.getProperty("java.class.path"),
                            FaultMatrixPlaceTest.class.getName(),
                            hosts.toString(),
                            server.jdbcUrl())
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
    }

    /** The program with the load: the file of names, the URL. */
    public static void main(String[] arguments) throws Exception {
        // By its default the JVM remembers for 10 s that a name was not found.
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        var hosts = Path.of(arguments[0]);
        var url = arguments[1];
        try (var run =
                FaultRun.start(FaultRun.pool(url.replace("127.0.0.1", NAME)).build())) {
            run.faultBegins();
            Files.writeString(hosts, "127.0.0.1 other.test\n");
            try (var connection = DriverManager.getConnection(url)) {
                endOthers(connection);
            }
            run.awaitFailure(ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2019);
            Files.writeString(hosts, "127.0.0.1 " + NAME + "\n");
            run.serverAccepts();
            run.end(url)
                    .holds("name not found")
                    .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2010, ErrorCode.E2019)
                    .within(TOLD);
        }
    }

    private static void endOthers(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
        }
    }
}
