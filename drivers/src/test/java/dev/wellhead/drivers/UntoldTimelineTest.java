// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.wellhead.pool.HostRole;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Two hosts that both claim to be the primary, and do not tell this login which was promoted later. */
@Timeout(120)
class UntoldTimelineTest {

    private final List<ILoggingEvent> errors = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.wellhead.pool");
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel() == Level.ERROR && event.getFormattedMessage().contains("pool=untold ")) {
                errors.add(event);
            }
        }
    };

    private PostgresServer primary;
    private PostgresServer standby;

    @BeforeEach
    void start() throws SQLException {
        appender.start();
        logger.addAppender(appender);
        primary = PostgresServer.start();
        primary.execute("CREATE ROLE app LOGIN");
        primary.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
        standby = primary.startStandby();
    }

    @AfterEach
    void close() {
        logger.detachAppender(appender);
        standby.close();
        primary.close();
    }

    private WellheadDataSource open() {
        return new WellheadDataSource(PoolConfig.builder()
                .name("untold")
                .jdbcUrl(FailoverTest.url(standby, primary).replace("user=postgres", "user=app"))
                .maxSize(4)
                .minIdle(1)
                .closeTimeout(Duration.ofSeconds(2))
                .build());
    }

    private static int port(WellheadDataSource pool) throws SQLException {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT inet_server_port()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static boolean isDown(WellheadDataSource pool, PostgresServer server) {
        return pool.hosts().stream()
                .anyMatch(host -> host.host().endsWith(":" + server.port()) && host.state() == HostState.DOWN);
    }

    @Test
    void theOneInUseStaysInUseUntilItIsLostAndTheOtherIsToldOf() throws Exception {
        try (var pool = open()) {
            await().until(() -> FailoverTest.isSeen(pool, standby, HostRole.REPLICA));
            assertThat(pool.hosts()).allMatch(host -> host.trouble().contains("permission denied"));
            assertThat(port(pool)).isEqualTo(primary.port());

            standby.promote();
            await().until(() -> FailoverTest.isSeen(pool, standby, HostRole.PRIMARY));
            await().until(() -> !errors.isEmpty());
            assertThat(errors)
                    .singleElement()
                    .satisfies(event -> assertThat(event.getFormattedMessage())
                            .startsWith("more than one host claims to be the primary")
                            .contains(
                                    ":" + standby.port() + " timeline=unknown",
                                    ":" + primary.port() + " timeline=unknown",
                                    "using=127.0.0.1:" + primary.port(),
                                    "fence the others"));
            assertThat(port(pool)).isEqualTo(primary.port());

            primary.kill();
            await().ignoreExceptions().until(() -> port(pool) == standby.port());
            await().until(() -> isDown(pool, primary));
            primary.restart();
            await().until(() -> FailoverTest.isSeen(pool, primary, HostRole.PRIMARY));
            await().until(() -> errors.size() == 2);
            assertThat(errors.get(1).getFormattedMessage()).contains("using=127.0.0.1:" + standby.port());
            assertThat(port(pool)).isEqualTo(standby.port());
        }
    }

    @Test
    void whoOpensAPoolThenGetsTheFirstOfTheList() throws Exception {
        standby.promote();
        try (var pool = open()) {
            assertThat(port(pool)).isEqualTo(standby.port());
            await().until(() -> errors.size() == 1);
            assertThat(errors.get(0).getFormattedMessage()).contains("using=127.0.0.1:" + standby.port());
        }
    }
}
