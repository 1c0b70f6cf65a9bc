// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.FakeDriver;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** The switches of what is logged while all is well. */
@Timeout(60)
class LogPolicyTest {

    @Test
    void callsAreLoggedWithTheirTimeWhenSwitchedOnAndAtOnce() {
        var logger = (Logger) LoggerFactory.getLogger(Database.class);
        logger.setLevel(Level.INFO);
        try (var driver = FakeDriver.create();
                var database = Database.open(Opened.config("calls", driver.url()));
                var log = new LogCapture()) {
            query(database, "before");
            assertThat(calls(log, "calls")).isEmpty();

            var report = database.reconfigure(database.config().withLog(new LogPolicy(true, Duration.ZERO)));
            assertThat(report.applied()).containsExactly("log.queries", "log.statistics-interval");
            query(database, "load all");
            assertThatThrownBy(() -> database.query("fail", connection -> {
                        throw new IllegalStateException("own");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(calls(log, "calls")).hasSize(2);
            assertThat(calls(log, "calls").get(0))
                    .matches("INFO call done pool=calls operation=\"load all\" succeeded=true elapsedMicros=\\d+");
            assertThat(calls(log, "calls").get(1))
                    .matches("INFO call done pool=calls operation=fail succeeded=false elapsedMicros=\\d+");
        } finally {
            logger.setLevel(null);
        }
    }

    @Test
    void callsStandAtDebugWhereTheyAreSwitchedOff() {
        var logger = (Logger) LoggerFactory.getLogger(Database.class);
        logger.setLevel(Level.DEBUG);
        try (var driver = FakeDriver.create();
                var database = Database.open(Opened.config("quiet-calls", driver.url()));
                var log = new LogCapture()) {
            query(database, "load");
            assertThat(calls(log, "quiet-calls")).singleElement().asString().startsWith("DEBUG call done ");
        } finally {
            logger.setLevel(null);
        }
    }

    @Test
    void numbersAreLoggedEachIntervalAsWhatHappenedSinceTheLineBefore() {
        var config = Opened.config("numbers", "jdbc:fake").withLog(new LogPolicy(false, Duration.ofSeconds(1)));
        try (var driver = FakeDriver.create();
                var log = new LogCapture();
                var database = Database.open(config.withPool(
                        config.pool().toBuilder().jdbcUrl(driver.url()).build()))) {
            query(database, "one");
            query(database, "two");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> statistics(log).stream().anyMatch(line -> line.contains(" calls=2 ")));
            var first = statistics(log).stream()
                    .filter(line -> line.contains(" calls=2 "))
                    .findFirst()
                    .orElseThrow();
            assertThat(first)
                    .matches(
                            "INFO pool statistics pool=numbers intervalMs=\\d+ active=0 idle=1 waiting=0 total=1 maxSize=4"
                                    + " utilization=0.00 acquired=2 waited=\\d refused=0 opened=1 openFailed=0 closed=0 errors=0"
                                    + " rolledBack=0 leaks=0 calls=2 failed=0 retries=0 meanMs=[\\d.]+");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> statistics(log).stream()
                            .anyMatch(line ->
                                    line.contains(" acquired=0 ") && line.endsWith(" calls=0 failed=0 retries=0")));
        }
    }

    @Test
    void noNumbersAreLoggedOfWhatIsSwitchedOffOrDoesNothing() {
        try (var off = FakeDriver.create();
                var idle = FakeDriver.create();
                var log = new LogCapture();
                var silent = Database.open(
                        Opened.config("switched-off", off.url()).withLog(new LogPolicy(false, Duration.ZERO)));
                var unused =
                        Database.open(config("unused", idle).withLog(new LogPolicy(false, Duration.ofSeconds(1))));
                var told = Database.open(
                        Opened.config("told", off.url()).withLog(new LogPolicy(false, Duration.ofSeconds(1))))) {
            query(silent, "load");
            query(told, "load");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> log.lines().stream()
                                    .filter(line -> line.contains("pool statistics pool=told "))
                                    .count()
                            >= 2);
            assertThat(log.lines())
                    .noneMatch(line -> line.contains("pool statistics pool=switched-off "))
                    .noneMatch(line -> line.contains("pool statistics pool=unused "));
            assertThat(unused.snapshot().total()).isZero();
        }
    }

    @Test
    void aNegativeIntervalIsRefused() {
        assertThatThrownBy(() -> new LogPolicy(false, Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("log.statistics-interval");
    }

    private static DatabaseConfig config(String name, FakeDriver driver) {
        PoolConfig pool = Opened.pool(name, driver.url()).minIdle(0).build();
        return Opened.config(pool);
    }

    private static void query(Database database, String operation) {
        database.query(operation, connection -> connection.getAutoCommit());
    }

    private static List<String> calls(LogCapture log, String pool) {
        return log.lines().stream()
                .filter(line -> line.contains(" call done pool=" + pool + " "))
                .toList();
    }

    private static List<String> statistics(LogCapture log) {
        return log.lines().stream()
                .filter(line -> line.contains("pool statistics pool=numbers "))
                .toList();
    }
}
