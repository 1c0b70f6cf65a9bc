// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.FaultRun.Work;
import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.CredentialsProvider;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What callers see while the server fails. A row of {@code docs/reliability.md} for each. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class FaultMatrixServerTest {

    private static final Duration TOLD = FaultRun.LIMIT.plusSeconds(1);
    private static final String END_CLERKS =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clerk'";

    private static PostgresServer server;
    private FaultRun run;

    /** What it is told is the password from then on. */
    private static final class Vault implements CredentialsProvider {
        private volatile String password = "first";

        @Override
        public Credentials credentials() {
            return Credentials.of("clerk", password);
        }
    }

    private final Vault vault = new Vault();

    @BeforeAll
    static void startServer() throws SQLException {
        server = PostgresServer.start();
        server.requirePassword("clerk", "first");
        server.execute("GRANT ALL ON SCHEMA public TO clerk");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void create() throws SQLException {
        server.execute("ALTER ROLE clerk PASSWORD 'first'");
        server.execute("DROP TABLE IF EXISTS written");
        server.execute(FaultRun.TABLE);
        server.execute("GRANT ALL ON written TO clerk");
    }

    @AfterEach
    void stopLoad() throws InterruptedException {
        if (run != null) {
            run.close();
        }
    }

    private void startLoad() {
        run = FaultRun.start(FaultRun.pool(server.urlWithoutUser("postgres"))
                .credentials(vault)
                .build());
        run.faultBegins();
    }

    private FaultReport mended() throws Exception {
        run.serverAccepts();
        return run.end(server.jdbcUrl());
    }

    @Test
    void backendIsKilled() throws Exception {
        startLoad();
        try (var other = DriverManager.getConnection(server.jdbcUrl())) {
            var clerk = server.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'clerk' LIMIT 1");
            server.killBackend(Long.parseLong(clerk.get(0)));
            // The server ends all others too, and recovers.
            await().until(() -> !other.isValid(1));
        }
        await().pollInterval(Duration.ofMillis(10))
                .ignoreExceptions()
                .until(() -> server.execute("SELECT 1").contains("1"));
        mended().holds("kill -9 backend")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2010, ErrorCode.E2019)
                .felt()
                .within(TOLD);
    }

    @Test
    void serverIsKilled() throws Exception {
        startLoad();
        server.kill();
        run.awaitFailure(ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2019);
        server.restart();
        mended().holds("kill -9 server")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2010, ErrorCode.E2019)
                .within(TOLD);
    }

    @Test
    void serverRestarts() throws Exception {
        startLoad();
        server.restart();
        mended().holds("restart")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2010, ErrorCode.E2019)
                .felt()
                .within(TOLD);
    }

    @Test
    void diskIsFull(@TempDir Path folder) throws Exception {
        var disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(
                isDone("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString()),
                "disk full not run: no tmpfs could be mounted, which takes root");
        try {
            var space = Files.createDirectory(disk.resolve("space"));
            server.execute("CREATE TABLESPACE small LOCATION '" + space + "'");
            server.execute("ALTER TABLE written SET TABLESPACE small");
            startLoad();
            var filler = disk.resolve("filler");
            fill(filler);
            run.awaitFailure(ErrorCode.E2007);
            Files.delete(filler);
            mended().holds("disk full")
                    .toldOnly(ErrorCode.E2007)
                    .served(Work.READ)
                    .within(FaultRun.LIMIT);
            run.close();
        } finally {
            server.execute("DROP TABLE IF EXISTS written");
            server.execute("DROP TABLESPACE IF EXISTS small");
            assertThat(isDone("umount", disk.toString()) || isDone("umount", "-l", disk.toString()))
                    .isTrue();
        }
    }

    private static void fill(Path filler) throws IOException {
        try (var out = Files.newOutputStream(filler)) {
            var block = new byte[4_096];
            for (int i = 0; i < 4_096; i++) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
            return;
        }
        throw new IllegalStateException("16 MB fit onto a disk of 8 MB");
    }

    private static boolean isDone(String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notHere) {
            return false;
        }
    }

    @Test
    void serverTakesNoMoreConnections() throws Exception {
        startLoad();
        try {
            // The same 53300 as of a server that is full, without keeping this test itself out.
            server.execute("ALTER ROLE clerk CONNECTION LIMIT 0");
            server.execute(END_CLERKS);
            run.awaitFailure(ErrorCode.E2011, ErrorCode.E2019);
        } finally {
            server.execute("ALTER ROLE clerk CONNECTION LIMIT -1");
        }
        mended().holds("too many connections")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2010, ErrorCode.E2011, ErrorCode.E2019)
                .within(TOLD);
    }

    @Test
    void passwordIsChanged() throws Exception {
        startLoad();
        server.execute("ALTER ROLE clerk PASSWORD 'second'");
        server.execute(END_CLERKS);
        run.awaitFailure(ErrorCode.E2008);
        vault.password = "second";
        mended().holds("password changed")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2008, ErrorCode.E2010, ErrorCode.E2019)
                .within(TOLD);
    }
}
