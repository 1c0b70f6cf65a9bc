// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionUrlTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://u:pw@h:5433/db?sslmode=require     | jdbc:postgresql://h:5433/db?sslmode=require | u    | pw
            postgres://u:pw@h/db                            | jdbc:postgresql://h:5432/db                 | u    | pw
            POSTGRES://u:pw@h/db                            | jdbc:postgresql://h:5432/db                 | u    | pw
            postgresql://h                                  | jdbc:postgresql://h:5432/                   | ''   | ''
            postgresql://u@h/db                             | jdbc:postgresql://h:5432/db                 | u    | ''
            postgresql://a%40b:p%2Fq%3A%20r@h/my%20db       | jdbc:postgresql://h:5432/my%20db            | a@b  | p/q: r
            postgresql://u:a+b@h/db                         | jdbc:postgresql://h:5432/db                 | u    | a+b
            postgresql://u:a@b@h/db                         | jdbc:postgresql://h:5432/db                 | u    | a@b
            postgresql://u:a:b@h/db                         | jdbc:postgresql://h:5432/db                 | u    | a:b
            postgresql://h/db?user=u&password=p%26q&a=b     | jdbc:postgresql://h:5432/db?a=b             | u    | p&q
            postgresql://u:pw@[2001:db8::1]:5433/db         | jdbc:postgresql://[2001:db8::1]:5433/db     | u    | pw
            postgresql://u:pw@[::1]/db                      | jdbc:postgresql://[::1]:5432/db             | u    | pw
            postgresql://u:pw@a:1,b:2/db                    | jdbc:postgresql://a:1,b:2/db                | u    | pw
            jdbc:postgresql://h:5433/db?user=u&password=pw  | jdbc:postgresql://h:5433/db                 | u    | pw
            jdbc:postgresql://u:pw@h/db?ssl=true            | jdbc:postgresql://h:5432/db?ssl=true        | u    | pw
            jdbc:postgresql:db                              | jdbc:postgresql://localhost:5432/db         | ''   | ''
            jdbc:mysql://u:pw@h:3306/db?useSSL=true         | jdbc:mysql://h:3306/db?useSSL=true          | u    | pw
            jdbc:mysql://h/db?user=u&password=pw&a=b        | jdbc:mysql://h/db?a=b                       | u    | pw
            jdbc:sqlserver://h:1433;user=u;password=pw;a=b  | jdbc:sqlserver://h:1433;a=b                 | u    | pw
            jdbc:h2:mem:test;USER=sa;PASSWORD=pw            | jdbc:h2:mem:test                            | sa   | pw
            jdbc:sqlite:/tmp/a.db                           | jdbc:sqlite:/tmp/a.db                       | ''   | ''
            """)
    void isTakenApart(String given, String jdbc, String username, String password) throws BadValueException {
        var url = ConnectionUrl.parse(given);
        assertThat(url.jdbcUrl()).isEqualTo(jdbc);
        assertThat(url.username()).isEqualTo(username);
        assertThat(url.password().reveal()).isEqualTo(password);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:s3cret@/db",
                "postgresql://u:s3cret@:5432/db",
                "postgresql://u:s3cret@h:0/db",
                "postgresql://u:s3cret@h:65536/db",
                "postgresql://u:s3cret@h:port/db",
                "postgresql://u:s3cret@h:5432/db/more",
                "postgresql://u:s3cret@h h/db",
                "postgresql://u:s3cret@${DB_HOST}/db",
                "postgresql://u:s3cret/x@h/db",
                "postgresql://u:s3cret?x@h/db",
                "postgresql://u:12?s3cret@h/db",
                "postgresql://u:12/s3cret@h/db",
                "postgresql://u:s3cret#x@h/db",
                "postgresql://u:s3cret%zz@h/db",
                "postgresql://u:s3cret%@h/db",
                "postgresql://u:s3cret@[::1/db",
                "postgresql:/u:s3cret@h/db",
                "postgre://u:s3cret@h/db",
                "mysql://u:s3cret@h/db",
                "mongodb://u:s3cret@h/db",
                "jdbc:",
                "jdbc:postgresql://u:s3cret@h:x/db",
                "jdbc:mysql://u:s3cret@x@h/db",
                "s3cret",
                "",
            })
    void aMalformedOneIsRefusedWithoutShowingIt(String given) {
        var refused = catchThrowableOfType(BadValueException.class, () -> ConnectionUrl.parse(given));
        assertThat(refused).isNotNull();
        assertThat(refused.rule()).isNotBlank();
        assertThat(refused.fix()).isNotBlank();
        assertThat(refused).hasNoCause().hasMessageNotContaining("s3cret");
        assertThat(ConnectionUrl.shown(given)).doesNotContain("s3cret");
    }

    @Test
    void anotherDatabasesSchemeIsToldItsJdbcForm() {
        var refused = catchThrowableOfType(BadValueException.class, () -> ConnectionUrl.parse("mysql://h/db"));
        assertThat(refused.fix()).isEqualTo("write it as jdbc:mysql://host/database");
        var typo = catchThrowableOfType(BadValueException.class, () -> ConnectionUrl.parse("postgre://h/db"));
        assertThat(typo.fix()).startsWith("did you mean postgres?");
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://localhost/db, true",
        "postgresql://LOCALHOST:1/db, true",
        "postgresql://127.0.0.1/db, true",
        "postgresql://127.9.9.9/db, true",
        "postgresql://[::1]:5432/db, true",
        "postgresql://db.localhost/db, true",
        "jdbc:h2:mem:x, true",
        "jdbc:mysql://localhost:3306/x, true",
        "'postgresql://localhost,127.0.0.1/db', true",
        "'postgresql://localhost,db.example.com/db', false",
        "postgresql://db.example.com/db, false",
        "postgresql://127.example.com/db, false",
        "postgresql://[2001:db8::1]/db, false",
        "postgresql://10.0.0.1/db, false",
        "jdbc:mysql://db.example.com/x, false",
        "jdbc:sqlserver://db.example.com;a=b, false",
    })
    void knowsLoopback(String given, boolean loopback) throws BadValueException {
        assertThat(ConnectionUrl.parse(given).isLoopback()).isEqualTo(loopback);
    }
}
