// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.spi.DriverSupport;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which errors mean that the connection is lost. */
class FatalErrorsOfDriversTest {

    @ParameterizedTest
    @CsvSource({
        "mariadb, 08S01, 0, true",
        "mariadb, 70100, 1927, true",
        "mariadb, HY000, 2013, true",
        "mariadb, HY000, 4031, true",
        "mariadb, 08S01, 1053, true",
        "mariadb, HY000, 1205, false",
        "mariadb, 40001, 1213, false",
        "mariadb, 23000, 1062, false",
        "mariadb, 70100, 1969, false",
        "mariadb, 70100, 1317, false",
        "mariadb, HY000, 1290, false",
        "mysql, HY000, 2006, true",
        "mysql, HY000, 1205, false",
        "h2, 90067, 90067, true",
        "h2, 90098, 90098, true",
        "h2, 90121, 90121, true",
        "h2, 90028, 90028, true",
        "h2, 23505, 23505, false",
        "h2, 57014, 57014, false",
        "h2, 40001, 40001, false",
        "sqlite, , 10, true",
        "sqlite, , 266, true",
        "sqlite, , 26, true",
        "sqlite, , 5, false",
        "sqlite, , 19, false",
        "sqlite, , 9, false"
    })
    void judges(String scheme, String state, int code, boolean fatal) {
        var support = DriverSupport.of("jdbc:" + scheme + ":x").orElseThrow();
        assertThat(support.isFatal(new SQLException("x", state, code))).isEqualTo(fatal);
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:mariadb://h/d, MariaDbSupport",
        "jdbc:mysql://h/d, MySqlSupport",
        "jdbc:mysql://h/d?permitMysqlScheme, MariaDbSupport",
        "jdbc:h2:tcp://h/d, H2Support",
        "jdbc:sqlite::memory:, SqliteSupport"
    })
    void isChosenByUrl(String url, String support) {
        assertThat(DriverSupport.of(url).orElseThrow().getClass().getSimpleName())
                .isEqualTo(support);
    }
}
