// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.FaultRun.Work;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What callers see while the network fails. A row of {@code docs/reliability.md} for each. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class FaultMatrixNetworkTest {

    private static final Duration TOLD = FaultRun.LIMIT.plusSeconds(1);

    private static PostgresServer server;
    private FaultProxy proxy;
    private FaultRun run;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void startLoad() throws SQLException {
        server.execute("DROP TABLE IF EXISTS written");
        server.execute(FaultRun.TABLE);
        proxy = FaultProxy.to(server);
        run = FaultRun.start(FaultRun.pool(proxy.jdbcUrl("postgres")).build());
        run.faultBegins();
    }

    @AfterEach
    void stopLoad() throws InterruptedException {
        server.thaw();
        proxy.all().clear();
        run.close();
        proxy.close();
    }

    private FaultReport mended() throws Exception {
        run.serverAccepts();
        return run.end(server.jdbcUrl());
    }

    @Test
    void connectionsAreRefused() throws Exception {
        proxy.refuse();
        proxy.existing().reset();
        run.awaitFailure(ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2019);
        proxy.listen();
        mended().holds("refuse")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2010, ErrorCode.E2019)
                .within(TOLD);
    }

    @Test
    void connectionsAreReset() throws Exception {
        for (int i = 0; i < 3; i++) {
            proxy.existing().reset();
            run.awaitTime(Duration.ofMillis(500));
        }
        mended().holds("reset")
                .felt()
                .toldOnly(ErrorCode.E2001, ErrorCode.E2010)
                .neverTold(ErrorCode.E2010, Work.READ, Work.TRANSACTION)
                .within(TOLD);
    }

    @Test
    void networkIsABlackHole() throws Exception {
        proxy.all().blackHole();
        run.awaitFailure(ErrorCode.E2002, ErrorCode.E2019);
        proxy.all().clear();
        // What was lost stays lost: both transactions may wait for it, and have another limit than a read.
        run.addCallers();
        mended().holds("black hole")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2010, ErrorCode.E2019)
                .within(TOLD);
    }

    @Test
    void networkIsSlow() throws Exception {
        proxy.all().latency(Duration.ofMillis(100));
        run.awaitTime(Duration.ofSeconds(2));
        proxy.all().clear();
        run.serverAccepts();
        var report = run.end(server.jdbcUrl());
        assertThat(report.longest(Work.READ)).isGreaterThan(Duration.ofMillis(200));
        report.holds("slow").served(Work.values()).within(FaultRun.LIMIT);
    }

    @Test
    void connectionsAreHalfOpen() throws Exception {
        // What is open is dead without a word; whoever connects anew gets through.
        proxy.existing().blackHole();
        run.awaitFailure(ErrorCode.E2002, ErrorCode.E2019);
        // Both transactions may be on dead connections.
        run.addCallers();
        mended().holds("half-open")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2010)
                .within(TOLD);
    }

    @Test
    void serverIsFrozen() throws Exception {
        server.freeze();
        run.awaitFailure(ErrorCode.E2002, ErrorCode.E2019);
        server.thaw();
        mended().holds("freeze")
                .toldOnly(ErrorCode.E2001, ErrorCode.E2002, ErrorCode.E2003, ErrorCode.E2010, ErrorCode.E2019)
                .within(TOLD);
    }
}
