// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeCall;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What callers' threads never do: connect, validate, close, abort, write logs. */
class CallerThreadsTest {

    private static final String CALLER = "caller";

    private static final class Kept extends AppenderBase<ILoggingEvent> {
        private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            event.getThreadName();
            events.add(event);
        }
    }

    private final FakeDriver driver = FakeDriver.create();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.wellhead.pool");
    private final Kept log = new Kept();

    @BeforeEach
    void keepLog() {
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
    }

    @AfterEach
    void restoreLog() {
        logger.detachAppender(log);
        logger.setLevel(null);
        logger.setAdditive(true);
        driver.close();
    }

    @Test
    void callersOnlyWaitAndTalkToTheirOwnConnections() throws Exception {
        try (var pool = new WellheadDataSource(PoolConfig.builder()
                .jdbcUrl(driver.url())
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .maxSize(4)
                .maxUses(9)
                .acquireTimeout(Duration.ofMillis(300))
                .createRetryInterval(Duration.ofMillis(10))
                .connectTimeout(Duration.ofMillis(50))
                .validationTimeout(Duration.ofMillis(50))
                .validateAfterIdle(Duration.ZERO)
                .leakThreshold(Duration.ofMillis(5))
                .housekeeperInterval(Duration.ofMillis(5))
                .build())) {
            var callers = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 8; i++) {
                var random = new Random(i);
                callers.add(Work.async(() -> {
                    for (int round = 0; round < 150; round++) {
                        fault(random);
                        call(pool, random);
                    }
                    return true;
                }));
            }
            for (var caller : callers) {
                assertThat(Work.get(caller)).isTrue();
            }
        }
        var apart = EnumSet.of(FakeOperation.OPEN, FakeOperation.VALIDATE, FakeOperation.CLOSE, FakeOperation.ABORT);
        for (var operation : apart) {
            assertThat(driver.calls(operation))
                    .isNotEmpty()
                    .extracting(FakeCall::thread)
                    .noneMatch(CALLER::equals);
        }
        assertThat(log.events)
                .isNotEmpty()
                .extracting(ILoggingEvent::getThreadName)
                .noneMatch(CALLER::equals);
        assertThat(log.events)
                .extracting(ILoggingEvent::getMessage)
                .anyMatch(text -> text.startsWith("connect failed"));
        assertThat(Set.copyOf(log.events.stream().map(ILoggingEvent::getLevel).toList()))
                .contains(Level.WARN);
    }

    private void fault(Random random) {
        switch (random.nextInt(20)) {
            case 0 -> driver.nextOpens(FakeBehavior.fail("starting up", "57P03", 0));
            case 1 -> driver.nextOpens(FakeBehavior.hang());
            case 2 -> driver.on(FakeOperation.VALIDATE, FakeBehavior.answer(false));
            case 3 -> driver.on(FakeOperation.VALIDATE, FakeBehavior.hang());
            case 4 -> driver.on(FakeOperation.EXECUTE, FakeBehavior.fail("gone", "57P01", 0));
            case 5 -> driver.on(FakeOperation.ROLLBACK, FakeBehavior.fail("no", "XX000", 0));
            case 6 -> driver.on(FakeOperation.CLOSE, FakeBehavior.fail("no", "08006", 0));
            case 7 -> driver.on(FakeOperation.EXECUTE, FakeBehavior.fail("read only", "HY000", 1290));
            default -> {
                for (var operation : FakeOperation.values()) {
                    driver.on(operation, FakeBehavior.normal());
                }
            }
        }
    }

    private static void call(WellheadDataSource pool, Random random) {
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(random.nextBoolean());
            try (var statement = connection.createStatement()) {
                statement.execute("SELECT 1");
            }
        } catch (SQLException fault) {
            assertThat(fault.getMessage()).isNotEmpty();
        }
    }
}
