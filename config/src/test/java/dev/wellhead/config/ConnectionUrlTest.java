// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wellhead.pool.Secret;
import java.util.Map;
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
            jdbc:postgresql:///db                           | jdbc:postgresql://localhost:5432/db         | ''   | ''
            postgresql:///db?host=h&port=5433&user=u        | jdbc:postgresql://h:5433/db                 | u    | ''
            postgresql://u:pw@/db?host=h                    | jdbc:postgresql://h:5432/db                 | u    | pw
            postgresql://u:pw@[::1]:1,[2001:db8::2]:2/db    | jdbc:postgresql://[::1]:1,[2001:db8::2]:2/db | u   | pw
            postgresql://u:pw@h/db?a=1&a=1                  | jdbc:postgresql://h:5432/db?a=1             | u    | pw
            postgresql://u:pw@h/db?options=a+b              | jdbc:postgresql://h:5432/db?options=a%2Bb   | u    | pw
            mysql://u:p%2Fq+r@h/my%20db?a=b                 | jdbc:mysql://h:3306/my%20db?a=b             | u    | p/q+r
            mysql://a%40b:pw@h:3307/db                      | jdbc:mysql://h:3307/db                      | a@b  | pw
            mariadb://u:pw@[2001:db8::1]/db                 | jdbc:mariadb://[2001:db8::1]:3306/db        | u    | pw
            mariadb://u:pw@h/my%20db                        | jdbc:mariadb://h:3306/my db                 | u    | pw
            mysql://u:pw@a,b:3307/db                        | jdbc:mysql://a,b:3307/db                    | u    | pw
            mariadb:///db?localSocket=/run/x.sock&user=u    | jdbc:mariadb://localhost:3306/db?localSocket=/run/x.sock | u | ''
            mariadb://u:pw@localhost/db?socketPath=%2Frun%2Fx | jdbc:mariadb://localhost:3306/db?localSocket=/run/x | u | pw
            jdbc:mariadb://h/db?user=u&password=p+w         | jdbc:mariadb://h/db                         | u    | p+w
            jdbc:mysql:loadbalance://u:pw@a,b/db            | jdbc:mysql:loadbalance://a,b/db             | u    | pw
            sqlite:./file.db                                | jdbc:sqlite:./file.db                       | ''   | ''
            sqlite::memory:                                 | jdbc:sqlite::memory:                        | ''   | ''
            sqlite:///var/lib/a@b.db                        | jdbc:sqlite:/var/lib/a@b.db                 | ''   | ''
            sqlite://file.db?journal_mode=WAL               | jdbc:sqlite:file.db?journal_mode=WAL        | ''   | ''
            jdbc:sqlite:/var//a@b.db                        | jdbc:sqlite:/var//a@b.db                    | ''   | ''
            h2:mem:x                                        | jdbc:h2:mem:x                               | ''   | ''
            h2:./file;USER=sa;PASSWORD=pw;MODE=MySQL        | jdbc:h2:./file;MODE=MySQL                   | sa   | pw
            h2:tcp://h:9092/~/db                            | jdbc:h2:tcp://h:9092/~/db                   | ''   | ''
            jdbc:oracle:thin:u/pw@//h:1521/service          | jdbc:oracle:thin:@//h:1521/service          | u    | pw
            jdbc:oracle:thin:u/pw@h:1521:sid                | jdbc:oracle:thin:@h:1521:sid                | u    | pw
            jdbc:oracle:thin:@tcps://h:1521/s?a=b           | jdbc:oracle:thin:@tcps://h:1521/s?a=b       | ''   | ''
            jdbc:oracle:thin:u/"p@s/w"@h:1521:sid           | jdbc:oracle:thin:@h:1521:sid                | u    | p@s/w
            jdbc:oracle:oci8:u/pw@tns                       | jdbc:oracle:oci8:@tns                       | u    | pw
            jdbc:sqlserver://h;user=a@b;password={p;}}w};a=b | jdbc:sqlserver://h;a=b                     | a@b  | p;}w
            jdbc:sqlserver://h;a=b;password=pw              | jdbc:sqlserver://h;a=b                      | ''   | pw
            jdbc:db2://h:50000/db:user=u;password=pw;a=b;   | jdbc:db2://h:50000/db:a=b;                  | u    | pw
            """)
    void isTakenApart(String given, String jdbc, String username, String password) throws BadValueException {
        var url = ConnectionUrl.parse(given, driver -> false);
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
                "mysql:/u:s3cret@h/db",
                "mysql://u:s3cret/x@h/db",
                "mariadb://u:s3cret@/db",
                "mariadb://u:s3cret@h/a%2Fb",
                "mysql://u:s3cret@localhost/db?socket=/run/x.sock",
                "mssql://u:s3cret@h/db",
                "postgresql://u:1?s3cret=a@h/db",
                "postgresql://u:s3cret@h/db?password=other",
                "postgresql://u:s3cret@h/db?user=other",
                "postgresql://u:s3cret@h/db?a=1&A=2",
                "postgresql://u:s3cret@h/db?host=other",
                "postgresql:///db?host=/var/run/postgresql&password=s3cret",
                "postgresql://%2Fvar%2Frun%2Fpostgresql/db?password=s3cret",
                "postgresql+psycopg2://u:s3cret@h/db",
                "jdbc:oracle:thin:u/s3cret@x@h:1521:sid",
                "jdbc:mysql://address=(host=h)(user=u)(password=s3cret)/db",
                "jdbc:mysql://(host=h,password=s3cret)/db",
                "sqlite:",
                "sqlite:?password=s3cret",
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

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgre://h/db                      | did you mean postgres?
            mysqll://h/db                       | did you mean mysql?
            postgresql+psycopg2://h/db          | leave out +psycopg2
            mssql://h/db                        | write it as jdbc:sqlserver://host:1433;databaseName=database
            oracle://h/db                       | write it as jdbc:oracle:thin:@//host:1521/service
            file:./dev.db                       | write it as sqlite:./file.db
            mongodb://h/db                      | set MONGODB_URI, or mongodb.uri, which are MongoDB's
            mongodb+srv://h/db                  | set MONGODB_URI, or mongodb.uri, which are MongoDB's
            mysql:h/db                          | write it as mysql://user:password@host/database
            postgresql:///d?host=/tmp           | name host and port, such as postgresql://localhost:5432/database
            mysql://localhost/d?socket=/tmp/x   | add org.mariadb.jdbc:mariadb-java-client
            sqlite:                             | write it as sqlite:./file.db
            """)
    void aWrongOneIsToldTheRightForm(String given, String fix) {
        var refused = catchThrowableOfType(BadValueException.class, () -> ConnectionUrl.parse(given, driver -> false));
        assertThat(refused.fix()).startsWith(fix);
    }

    @ParameterizedTest
    @CsvSource({
        "mysql, mysql mariadb, jdbc:mysql:",
        "mysql, mysql, jdbc:mysql:",
        "mysql, mariadb, jdbc:mariadb:",
        "mysql, none, jdbc:mysql:",
        "mariadb, mysql mariadb, jdbc:mariadb:",
        "mariadb, mysql, jdbc:mysql:",
        "mariadb, none, jdbc:mariadb:",
    })
    void theDriverThatIsThereServesMysqlAndMariadb(String scheme, String drivers, String prefix)
            throws BadValueException {
        var url = ConnectionUrl.parse(scheme + "://h/db", jdbcUrl -> drivers.contains(jdbcUrl.split(":", -1)[1]));
        assertThat(url.jdbcUrl()).isEqualTo(prefix + "//h:3306/db");
    }

    @Test
    void aSocketNeedsTheDriverThatCan() throws BadValueException {
        var url = ConnectionUrl.parse("mysql://u@localhost/db?unix_socket=/run/x.sock&a=b", jdbcUrl -> true);
        assertThat(url.jdbcUrl()).isEqualTo("jdbc:mariadb://localhost:3306/db?a=b&localSocket=/run/x.sock");
        assertThat(url.isLoopback()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://h/db?sslpassword=s%26t&a=b                   | sslpassword           | s&t | jdbc:postgresql://h:5432/db?a=b
            mariadb://h/db?keyStorePassword=s%26t                     | keyStorePassword      | s%26t | jdbc:mariadb://h:3306/db
            mysql://h/db?trustCertificateKeyStorePassword=s%26t       | trustCertificateKeyStorePassword | s&t | jdbc:mysql://h:3306/db
            jdbc:sqlserver://h;trustStorePassword={s;t};a=b           | trustStorePassword    | s;t | jdbc:sqlserver://h;a=b
            jdbc:sqlserver://h;a=b;accessToken=st                     | accessToken           | st  | jdbc:sqlserver://h;a=b
            jdbc:oracle:thin:@tcps://h/s?oracle.net.wallet_password=st | oracle.net.wallet_password | st | jdbc:oracle:thin:@tcps://h/s
            jdbc:snowflake://h/?private_key_pwd=st&a=b                | private_key_pwd       | st  | jdbc:snowflake://h/?a=b
            """)
    void otherSecretsAreTakenOutOfTheUrl(String given, String name, String value, String jdbc)
            throws BadValueException {
        var url = ConnectionUrl.parse(given, driver -> false);
        assertThat(url.jdbcUrl()).isEqualTo(jdbc);
        assertThat(url.secrets()).containsExactly(Map.entry(name, Secret.of(value)));
        assertThat(url.toString()).doesNotContain(value);
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
        "jdbc:sqlserver://localhost\\\\SQLEXPRESS;a=b, true",
        "mysql://localhost/db, true",
        "mysql://db.example.com/db, false",
        "'mariadb://[::1]:1,127.0.0.1:2/db', true",
        "sqlite:./file.db, true",
        "sqlite:/var//lib/x, true",
        "h2:./file, true",
        "h2:tcp://db.example.com/x, false",
        "h2:tcp://localhost/x, true",
        "jdbc:derby://db.example.com/x, false",
        "jdbc:oracle:thin:u/p@db.example.com:1521:sid, false",
        "jdbc:oracle:thin:u/p@localhost:1521:sid, true",
        "jdbc:oracle:thin:@//localhost:1521/s, true",
        "jdbc:oracle:thin:@tns_name, false",
        "jdbc:unknown:whatever, false",
    })
    void knowsLoopback(String given, boolean loopback) throws BadValueException {
        assertThat(ConnectionUrl.parse(given).isLoopback()).isEqualTo(loopback);
    }
}
