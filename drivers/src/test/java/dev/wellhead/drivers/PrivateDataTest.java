// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Databases that each connection has for itself: the pool warns where the drivers make such. */
class PrivateDataTest {

    @ParameterizedTest
    @CsvSource({
        "jdbc:sqlite::memory:, 2, true, true",
        "jdbc:sqlite:, 2, true, true",
        "jdbc:sqlite:file::memory:, 2, true, true",
        "jdbc:sqlite:file:lonely?mode=memory, 2, true, true",
        "jdbc:h2:mem:, 2, true, true",
        "jdbc:h2:mem:;MODE=PostgreSQL, 2, true, true",
        "jdbc:sqlite::memory:, 1, true, false",
        "jdbc:sqlite:file::memory:?cache=shared, 2, false, false",
        "jdbc:sqlite:file:common?mode=memory&cache=shared, 2, false, false",
        "jdbc:h2:mem:common, 2, false, false"
    })
    void warnsWhereConnectionsDoNotShareTheirData(String url, int maxSize, boolean isPrivate, boolean warns)
            throws SQLException {
        var appender = new ListAppender<ILoggingEvent>();
        var logger = (Logger) LoggerFactory.getLogger("dev.wellhead.pool");
        appender.start();
        logger.addAppender(appender);
        try (var pool = new WellheadDataSource(PoolConfig.builder()
                .name("private-data")
                .jdbcUrl(url)
                .minIdle(1)
                .maxSize(maxSize)
                .build())) {
            assertThat(appender.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .filteredOn(line -> line.startsWith("each connection has a database of its own"))
                    .hasSize(warns ? 1 : 0)
                    .allMatch(line -> line.contains("pool=private-data url=" + url + " maxSize=" + maxSize));
            if (maxSize > 1) {
                try (var one = pool.getConnection();
                        var other = pool.getConnection()) {
                    run(one, "CREATE TABLE seen (i integer)");
                    if (isPrivate) {
                        assertThatThrownBy(() -> run(other, "INSERT INTO seen VALUES (1)"))
                                .isInstanceOf(SQLException.class);
                    } else {
                        run(other, "INSERT INTO seen VALUES (1)");
                    }
                }
            }
        } finally {
            logger.detachAppender(appender);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
