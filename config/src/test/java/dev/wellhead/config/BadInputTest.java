// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.Given.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each gets one clear error with place, rule and mend. */
class BadInputTest {

    @TempDir
    Path folder;

    private Given given;

    @BeforeEach
    void setUp() {
        given = new Given(folder);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pool.max-sise: 5                 | pool.max-sise                | did you mean pool.max-size?
            max-size: 5                      | max-size                     | did you mean pool.max-size?
            pool.maxSize: 5                  | pool.maxSize                 | did you mean pool.max-size?
            databases.a.pool.mx-size: 5      | databases.a.pool.mx-size     | did you mean databases.a.pool.max-size?
            databases.a.server.port: 5       | databases.a.server.port      | see wellhead config show for all keys
            qwertyuiopasdfgh: 5              | qwertyuiopasdfgh             | see wellhead config show for all keys
            """)
    void anUnknownKeyNamesTheNearest(String line, String key, String fix) {
        assertThat(given.yaml("\n" + line + "\n").problem())
                .isEqualTo(Problem.error("wellhead.yaml:2", key, "", "is not a known key", fix));
    }

    @ParameterizedTest
    @CsvSource({
        "WELLHEAD_POOL_MAX_SISE, WELLHEAD_POOL_MAX_SIZE",
        "WELLHEAD_MAX_SIZE, WELLHEAD_POOL_MAX_SIZE",
        "WELLHEAD_PORT, WELLHEAD_SERVER_PORT",
        "WELLHEAD_DATABASES_A_ULR, WELLHEAD_DATABASES_A_URL",
    })
    void anUnknownNameOfOursIsAnErrorThatNamesTheNearest(String name, String nearest) {
        var problem = given.env(name, "5").problem();
        assertThat(problem.isError()).isTrue();
        assertThat(problem.place()).isEqualTo("environment " + name);
        assertThat(problem.fix()).isEqualTo("did you mean " + nearest + "?");
    }

    @ParameterizedTest
    @CsvSource({"cert, key", "key, cert"})
    void ofCertificateAndKeyOneAloneIsRefused(String given, String missing) {
        assertThat(this.given.yaml("server.tls-" + given + ": a.pem\n").problem())
                .isEqualTo(Problem.error(
                        "wellhead.yaml:1",
                        "server.tls-" + given,
                        "",
                        "stands without server.tls-" + missing,
                        "give both, or neither for plain HTTP"));
    }

    @Test
    void aNameThatMayMeanTwoDatabasesIsRefused() {
        given.yaml("databases:\n  read-model.url: " + LOCAL + "\n  read_model.url: " + LOCAL + "\n");
        assertThat(given.problems()).isEmpty();
        assertThat(given.env("WELLHEAD_DATABASES_READ_MODEL_POOL_MAX_SIZE", "5").problem())
                .isEqualTo(Problem.error(
                        "environment WELLHEAD_DATABASES_READ_MODEL_POOL_MAX_SIZE",
                        "",
                        "",
                        "may mean any of the databases read-model, read_model",
                        "set it where names are written out, or rename all but one of them"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            schema=public             | remove it and set pool.schema
            connection_limit=5        | remove it and set pool.max-size
            pgbouncer=true            | remove it and set pool.pooled
            target_session_attrs=any  | write it as targetServerType, with the values that this driver knows
            socketTimeuot=5           | did you mean socketTimeout?
            nonsense=1                | remove it
            """)
    void aParameterThatTheDriverIgnoresIsAWarning(String parameter, String fix) {
        var known = "?sslmode=require&socketTimeout=30&options=-c%20a=b&ssl=true&sslcert=/x&ApplicationName=y&";
        var config = given.env("DATABASE_URL", LOCAL + known + parameter).load();
        assertThat(config.warnings()).singleElement().satisfies(warning -> {
            assertThat(warning.place()).isEqualTo("environment DATABASE_URL");
            assertThat(warning.key()).isEqualTo("url");
            assertThat(warning.rule())
                    .isEqualTo("holds the parameter " + parameter.split("=", -1)[0]
                            + ", which PostgreSQL's JDBC driver ignores");
            assertThat(warning.fix()).isEqualTo(fix);
            assertThat(warning.toString()).doesNotContain("s3cret");
        });
    }

    @Test
    void amongSeveralHostsThePoolChoosesByLibpqsWordsToo() {
        var several = "postgresql://app:s3cret@127.0.0.1:5432,127.0.0.1:5433/shop?target_session_attrs=prefer-standby";
        assertThat(given.env("DATABASE_URL", several).load().warnings()).isEmpty();
    }

    @Test
    void aHostNamedTwiceIsRefusedWithBothPlaces() {
        var problem = given.env("DATABASE_URL", "postgresql://app:s3cret@db1,db2:5432,db1:5432/shop")
                .problem();
        assertThat(problem.key()).isEqualTo("url");
        assertThat(problem.rule()).contains("host 1 and host 3 of the list are both db1:5432");
        assertThat(problem.fix()).isEqualTo("remove one of the two");
        assertThat(problem.toString()).doesNotContain("s3cret");
    }

    @Test
    void aVariableThatIsNotPutInIsAWarning() {
        given.yaml("url: postgresql://app:${DB_PASSWORD}@127.0.0.1/shop\npool.init-sql: SELECT '$x', '${'\n")
                .dotEnv("WELLHEAD_POOL_SCHEMA=${SCHEMA:-public}\n");
        assertThat(given.load().warnings())
                .extracting(Problem::place, Problem::key, Problem::rule)
                .containsExactlyInAnyOrder(
                        Tuple.tuple(
                                "wellhead.yaml:1",
                                "url",
                                "holds ${...}, which is taken as it stands: variables are not put in"),
                        Tuple.tuple(
                                ".env:1",
                                "pool.schema",
                                "holds ${...}, which is taken as it stands: variables are not put in"));
        assertThat(given.load().warnings().toString()).doesNotContain("DB_PASSWORD");
    }

    @Test
    void aSecondDocumentIsRefusedWithItsOwnMend() {
        assertThat(given.yaml("pool.max-size: 5\n---\npool.max-size: 6\n")
                        .problem()
                        .fix())
                .isEqualTo("keep one document; remove ---");
    }

    @Test
    void aNumberWithoutUnitIsRefusedInEveryForm() {
        given.env("DATABASE_URL", LOCAL)
                .env("WELLHEAD_POOL_IDLE_TIMEOUT", "60000")
                .yaml("pool:\n  acquire-timeout: 5000\n")
                .dotEnv("WELLHEAD_HEALTH_INTERVAL=30\n")
                .flag("slow-query-threshold", "5000");
        assertThat(given.problems())
                .hasSize(4)
                .allSatisfy(problem -> assertThat(problem.rule()).isEqualTo("is a number without a unit"))
                .extracting(Problem::place, Problem::fix)
                .contains(Tuple.tuple("wellhead.yaml:2", "say which: 5000ms (5s), or 5000s"));
    }

    @Test
    void nulCharactersAreProblemsAndNoCrash() {
        for (var key : new String[] {"tls.ca-cert", "tls.client-cert", "tls.client-key", "password-file"}) {
            var problems = new Given(folder)
                    .env("DATABASE_URL", Given.REMOTE)
                    .yaml(key + ": \"a\\0b\"\n")
                    .problems();
            assertThat(problems).as(key).isNotEmpty();
        }
    }

    @Test
    void anUnknownFlagIsRefused() {
        assertThat(given.flag("pool.size", "5").problem().place()).isEqualTo("flag pool.size");
    }

    @Test
    void allProblemsAreListedAtOnce() {
        given.env("DATABASE_URL", LOCAL)
                .env("WELLHEAD_POOL_MAX_SIZE", "-1")
                .env("WELLHEAD_POOL_MIN_IDLE", "x")
                .yaml(
                        "pool:\n  acquire-timeout: -5s\n  idle-timeout: 30\n  max-lifetime: 900d\nretry:\n  max-retries: -2\n")
                .dotEnv("WELLHEAD_NONSENSE=1\n")
                .flag("server.port", "70000");
        var refused = catchThrowableOfType(InvalidConfigException.class, given::load);
        assertThat(refused.problems())
                .extracting(Problem::place, Problem::key, Problem::value)
                .containsExactlyInAnyOrder(
                        Tuple.tuple("environment WELLHEAD_POOL_MAX_SIZE", "pool.max-size", "-1"),
                        Tuple.tuple("environment WELLHEAD_POOL_MIN_IDLE", "pool.min-idle", "x"),
                        Tuple.tuple("wellhead.yaml:2", "pool.acquire-timeout", "-5s"),
                        Tuple.tuple("wellhead.yaml:3", "pool.idle-timeout", "30"),
                        Tuple.tuple("wellhead.yaml:4", "pool.max-lifetime", "900d"),
                        Tuple.tuple("wellhead.yaml:6", "retry.max-retries", "-2"),
                        Tuple.tuple(".env:1", "WELLHEAD_NONSENSE", ""),
                        Tuple.tuple("flag server.port", "server.port", "70000"));
        assertThat(refused).hasMessageStartingWith("Invalid configuration: 8 problems\n");
        assertThat(given.problems()).isEqualTo(refused.problems());
    }

    @Test
    void moreIdleThanAllIsRefusedAtThePlaceOfTheUser() {
        given.env("DATABASE_URL", LOCAL).yaml("pool.max-size: 5\npool.min-idle: 6\n");
        assertThat(given.problem())
                .isEqualTo(Problem.error(
                        "wellhead.yaml:2",
                        "pool.min-idle",
                        "6",
                        "must not exceed max-size=5",
                        "lower min-idle to at most 5 or raise max-size to at least 6"));
    }

    @Test
    void moreIdleThanTheProfilesMaximumIsRefused() {
        var problem = given.env("DATABASE_URL", LOCAL).env("DB_POOL_MIN", "11").problem();
        assertThat(problem.place()).isEqualTo("environment DB_POOL_MIN");
        assertThat(problem.rule()).isEqualTo("must not exceed max-size=10");
    }

    @ParameterizedTest
    @CsvSource({
        "pool.max-size, 0, must be from 1 to 10000",
        "pool.max-size, 10001, must be from 1 to 10000",
        "pool.max-size, 99999999999, must be a whole number from 1 to 10000",
        "pool.max-size, 5.5, must be a whole number from 1 to 10000",
        "pool.min-idle, -1, must be from 0 to 10000",
        "pool.acquire-timeout, 0, must be longer than zero",
        "pool.acquire-timeout, 400d, must be at most 365d",
        "pool.max-lifetime-jitter, 2, must be from 0 to 0.9",
        "pool.read-only, perhaps, must be true or false",
        "pool.isolation, total, 'must be one of read-uncommitted, read-committed, repeatable-read, serializable'",
        "retry.multiplier, 0.5, must be from 1 to 100",
        "retry.max-retries, 1001, must be from 0 to 1000",
        "health.interval, 0, must be longer than zero",
        "health.strikes, 0, must be from 1 to 1000",
        "slow-query-threshold, -1s, must not be negative",
        "server.port, -1, must be from 0 to 65535",
        "address.port, 0, must be from 1 to 65535",
        "address.host, http://x, must be one host name or address",
        "tls.ca-cert, /no/such/file, is neither PEM text nor a file that can be read",
    })
    void aValueOutOfRangeIsRefused(String key, String value, String rule) {
        given.env("WELLHEAD_ADDRESS_HOST", "localhost");
        var problem = given.flag(key, value).problem();
        assertThat(problem.place()).isEqualTo("flag " + key);
        assertThat(problem.key()).isEqualTo(key);
        assertThat(problem.value()).isEqualTo(value);
        assertThat(problem.rule()).isEqualTo(rule);
        assertThat(problem.fix()).isNotBlank();
    }

    @Test
    void retriesWhosePausesShrinkAreRefused() {
        given.yaml("retry.initial-delay: 9s\nretry.max-delay: 8s\n");
        assertThat(given.problem())
                .extracting(Problem::place, Problem::rule)
                .containsExactly("wellhead.yaml:1", "must not exceed retry.max-delay=8s");
    }

    @Test
    void aMalformedUrlShowsItsSchemeOnly() {
        assertThat(given.env("DATABASE_URL", "postgresql://u:s3cret/x@host/db").problem())
                .satisfies(problem -> {
                    assertThat(problem.place()).isEqualTo("environment DATABASE_URL");
                    assertThat(problem.key()).isEqualTo("url");
                    assertThat(problem.value()).isEqualTo("postgresql://****");
                    assertThat(problem.fix()).contains("percent-encode");
                });
    }

    @Test
    void aNamedDatabaseNeedsAUrl() {
        var problem =
                given.yaml("databases:\n  orders:\n    pool.max-size: 5\n").problem();
        assertThat(problem)
                .extracting(Problem::place, Problem::key)
                .containsExactly("wellhead.yaml:3", "databases.orders.url");
    }

    @Test
    void loginOrPortWithoutHostIsRefused() {
        assertThat(given.env("DB_PORT", "5432").env("DB_PASSWORD", "s3cret").problems())
                .hasSize(2)
                .allSatisfy(problem -> {
                    assertThat(problem.rule()).isEqualTo("is given, but neither a URL nor a host");
                    assertThat(problem.toString()).doesNotContain("s3cret");
                });
    }

    @Test
    void settingsOfADefaultThatIsNotConfiguredAreAWarning() {
        given.yaml("databases.orders.url: " + LOCAL + "\npool.max-size: 5\n");
        assertThat(given.load().warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning.place()).isEqualTo("wellhead.yaml:2"));
    }

    @Test
    void secretsInFlagsAreRefusedAndNotRepeated() {
        var problems = given.flag("password", "s3cret")
                .flag("url", LOCAL)
                .flag("pool.driver-properties.sslpassword", "s3cret")
                .problems();
        assertThat(problems).hasSize(3).allSatisfy(problem -> {
            assertThat(problem.place()).startsWith("flag ");
            assertThat(problem.fix()).contains("WELLHEAD_PASSWORD");
            assertThat(problem.toString()).doesNotContain("s3cret");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'pool:\n\tmax-size: 5'               | wellhead.yaml:2 | TAB
            'pool:\n  max-size: [5'              | wellhead.yaml:2 | is not YAML
            'a: b: c'                            | wellhead.yaml:1 | is not YAML
            'pool.max-size: 5\npool.max-size: 5' | wellhead.yaml:2 | stands twice: also at wellhead.yaml:1
            'pool:\n  max-size: 5\npool:\n  max-size: 5' | wellhead.yaml:3 | stands twice: also at wellhead.yaml:1
            'pool:\n  max-size: 5\npool.max-size: 6'     | wellhead.yaml:3 | stands twice: also at wellhead.yaml:2
            'url:\npool.max-size: 5'             | wellhead.yaml:1 | has no value
            'pool: {}'                           | wellhead.yaml:1 | has no value
            'pool.max-size: [1, 2]'              | wellhead.yaml:1 | is a list
            '- a\n- b'                           | wellhead.yaml:1 | must hold keys and values
            'just words'                         | wellhead.yaml:1 | must hold keys and values
            '? [a]\n: b'                         | wellhead.yaml:1 | has a key that is no plain text
            'a: 1\n---\nb: 2'                    | wellhead.yaml    | is not YAML
            'pool: &p\n  <<: *p'                 | wellhead.yaml:2 | merge
            'a: 1\n\nb: \u0001'                  | wellhead.yaml:3 | holds a control character
            """)
    void aFileThatIsNotGoodYamlIsRefusedWithTheLine(String text, String place, String rule) {
        var problems =
                given.yaml(text.replace("\\n", "\n").replace("\\t", "\t")).problems();
        assertThat(problems).anySatisfy(problem -> {
            assertThat(problem.place()).startsWith(place);
            assertThat(problem.rule()).contains(rule);
            assertThat(problem.fix()).isNotBlank();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'pool: &p\n  a: *p'                          | wellhead.yaml:2 | holds itself
            'pool: &p\n  a: *p\n  b: *p\n  c: *p'        | wellhead.yaml:2 | holds itself
            'a: &a\n  b: &b\n    c: *a\n    d: *b'       | wellhead.yaml:3 | holds itself
            'a: &a\n- *a'                                | wellhead.yaml:1 | is a list
            """)
    void aCycleOfAliasesIsOneErrorWithTheLine(String text, String place, String rule) {
        var problem = given.yaml(text.replace("\\n", "\n")).problem();
        assertThat(problem.place()).isEqualTo(place);
        assertThat(problem.rule()).startsWith(rule);
        assertThat(problem.fix()).isNotBlank();
    }

    @Test
    void aBombOfAliasesIsOneErrorWithTheLine() {
        var bomb = new StringBuilder("a0: &a0 {x: 1, y: 2}\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("a%d: &a%d {x: *a%d, y: *a%d}%n".formatted(i, i, i - 1, i - 1));
        }
        var problem = given.yaml(bomb.toString()).problem();
        assertThat(problem.place()).matches("wellhead.yaml:\\d+");
        assertThat(problem.rule()).isEqualTo("repeats other parts (*) more than 50 times");
    }

    @Test
    void aFileTooDeepOrWithTooManyValuesIsOneError() {
        for (var deep : new String[] {"[".repeat(5_000), "- ".repeat(5_000), "{a: ".repeat(5_000)}) {
            assertThat(given.yaml(deep).problem())
                    .satisfies(problem -> assertThat(problem.rule()).contains("Nesting Depth exceeded"))
                    .satisfies(problem -> assertThat(problem.fix()).isEqualTo("use at most 20 levels"));
        }
        assertThat(given.yaml("\n" + "{a: ".repeat(21) + "1" + "}".repeat(21)).problem())
                .extracting(Problem::place, Problem::rule)
                .containsExactly("wellhead.yaml:2", "is nested too deep");
        var many = new StringBuilder();
        for (int i = 1; i <= 10_001; i++) {
            many.append("k").append(i).append(": 1\n");
        }
        assertThat(given.yaml(many.toString()).problem())
                .extracting(Problem::place, Problem::rule)
                .containsExactly("wellhead.yaml:10001", "holds more than 10000 values");
    }

    @Test
    void anAliasMayRepeatTheSettingsOfAnotherDatabase() {
        given.yaml("""
                databases:
                  a: {url: postgresql://localhost/a, pool: &sizes {max-size: 7, min-idle: 1}}
                  b: {url: postgresql://localhost/b, pool: *sizes}
                """);
        assertThat(given.load().databases())
                .hasSize(2)
                .allSatisfy(database -> assertThat(database.pool().maxSize()).isEqualTo(7));
    }

    @Test
    void whateverStandsInAFileIsAProblemAndNoCrash() {
        var random = new Random(20_260);
        var good = """
                url: &u postgresql://localhost/a
                pool: &p
                  max-size: 5
                  driver-properties: {a: [1, 2]}
                databases:
                  b: {url: *u, pool: *p}
                """;
        var signs = "{}[]&*!|>%@`'\":,-?#\t\n \\\u0001\u0085\uFEFFa0";
        for (int i = 0; i < 3_000; i++) {
            var text = new StringBuilder(good);
            for (int edits = random.nextInt(8); edits >= 0; edits--) {
                text.setCharAt(random.nextInt(text.length()), signs.charAt(random.nextInt(signs.length())));
            }
            var statements = new Statements();
            YamlFile.read(text.toString(), "f", statements);
            PropertiesFile.read(text.toString(), "f", statements);
            DotEnvFile.parse(text.toString(), "f", statements);
            assertThat(statements.problems()).allSatisfy(problem -> {
                assertThat(problem.rule()).isNotBlank();
                assertThat(problem.fix()).isNotBlank();
            });
        }
    }

    @Test
    void anEmptyFileSaysNothing() {
        assertThat(given.yaml("# only a comment\n").problems()).isEmpty();
        assertThat(given.yaml("").dotEnv("").problems()).isEmpty();
    }

    @Test
    void aFolderInPlaceOfTheFileIsRefused() throws IOException {
        Files.createDirectory(folder.resolve("wellhead.yaml"));
        Files.createDirectory(folder.resolve(".env"));
        assertThat(given.problems())
                .extracting(Problem::place, Problem::rule)
                .containsExactlyInAnyOrder(
                        Tuple.tuple("wellhead.yaml", "is a directory"), Tuple.tuple(".env", "is a directory"));
    }

    @Test
    void aGivenFileThatIsMissingIsRefused() {
        var file = folder.resolve("none.yaml");
        assertThat(given.file(file).problem())
                .extracting(Problem::place, Problem::rule)
                .containsExactly(file.toString(), "does not exist");
    }

    @Test
    void aFileWithoutReadPermissionIsRefused() throws IOException {
        given.yaml("pool.max-size: 5\n");
        var file = folder.resolve("wellhead.yaml");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-wx------"));
        Assumptions.assumeFalse(Files.isReadable(file), "root reads everything");
        assertThat(given.problem().rule()).isEqualTo("cannot be read by this user");
    }

    @Test
    void aFileInAnotherEncodingIsRefusedWithTheLine() throws IOException {
        Files.write(folder.resolve("wellhead.yaml"), new byte[] {'a', ':', ' ', '1', '\n', '#', (byte) 0xE4, '\n'});
        assertThat(given.problem().rule()).isEqualTo("is not UTF-8 from line 2 on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32", "UTF-32LE"})
    void aFileInSixteenOrMoreBitsIsRefused(String encoding) throws IOException {
        for (var name : new String[] {"wellhead.yaml", "wellhead.properties", ".env"}) {
            Files.write(folder.resolve(name), "A=1\n".getBytes(Charset.forName(encoding)));
            assertThat(given.problem())
                    .satisfies(problem -> assertThat(problem.place()).isEqualTo(name))
                    .satisfies(problem ->
                            assertThat(problem.rule()).isIn("holds a NUL character in line 1", "is UTF-16, not UTF-8"))
                    .satisfies(problem -> assertThat(problem.fix()).startsWith("save it as UTF-8"));
            Files.delete(folder.resolve(name));
        }
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstKey() throws IOException {
        assertThat(given.yaml("\uFEFFpool.max-size: 5\n").problems()).isEmpty();
        assertThat(given.dotEnv("\uFEFFDB_POOL_MAX=5\n").problems()).isEmpty();
        Files.delete(folder.resolve("wellhead.yaml"));
        assertThat(given.properties("\uFEFFpool.max-size=5\n").problems()).isEmpty();
    }

    @Test
    void aHugeFileIsRefused() {
        assertThat(given.yaml("#".repeat(1024 * 1024 + 1)).problem().rule()).isEqualTo("is larger than 1 MiB");
    }

    @Test
    void theOtherEndingIsAWarning() {
        assertThat(given.write("wellhead.yml", "pool.max-size: 5\n").load().warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning.fix()).isEqualTo("rename it to wellhead.yaml"));
    }

    @Test
    void theOtherEndingBesidePropertiesIsAWarningThatNamesBoth() {
        given.write("wellhead.yml", "pool.max-size: 5\n").properties("pool.max-size=6\n");
        assertThat(given.load().warnings())
                .containsExactly(
                        Problem.warning("wellhead.yml", "", "", "is not read", "remove it, or wellhead.properties"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'A=1\nnonsense'          | .env:2 | is not NAME=value
            'A=1\n\nB="open\nC=2'    | .env:3 | has a quote that is never closed
            'DB_X1=1\nDB_X1=2'       | .env:2 | has another value than at .env:1
            'DB_HOST="a" b'          | .env:1 | has a quote that is never closed
            """)
    void aBadLineInDotEnvIsRefused(String text, String place, String rule) {
        assertThat(given.dotEnv(text.replace("\\n", "\n")).problems()).anySatisfy(problem -> {
            assertThat(problem.place()).isEqualTo(place);
            assertThat(problem.rule()).isEqualTo(rule);
        });
    }

    @Test
    void tlsKeysOfAnotherDriverAreRefused() {
        given.env("DATABASE_URL", "jdbc:mysql://db.example.com/x").env("DB_SSL", "true");
        assertThat(given.problem().rule()).isEqualTo("is known for PostgreSQL URLs only");
    }

    @Test
    void partsOfAnAddressCannotBeMixedWithAnotherDriversUrl() {
        given.env("DATABASE_URL", "jdbc:sqlserver://db.example.com").env("DB_PORT", "1433");
        assertThat(given.problem().key()).isEqualTo("address.port");
    }

    @Test
    void anOldKeyFormatIsRefusedWithTheCommandThatConverts() {
        given.env("DATABASE_URL", LOCAL).env("DB_CLIENT_KEY", "-----BEGIN RSA PRIVATE KEY-----\ns3cret\n-----END");
        assertThat(given.problem()).satisfies(problem -> {
            assertThat(problem.fix()).contains("openssl pkcs8");
            assertThat(problem.toString()).doesNotContain("s3cret");
        });
    }

    @Test
    void aBadValueThatDoesNotCountIsAWarning() {
        given.yaml("pool:\n  idle-timeout: soon\n  max-size: 5\n").env("DB_IDLE_TIMEOUT_MS", "1000");
        assertThat(given.load().warnings()).singleElement().satisfies(warning -> {
            assertThat(warning.place()).isEqualTo("wellhead.yaml:2");
            assertThat(warning.value()).isEqualTo("soon");
            assertThat(warning.rule()).startsWith("must be a duration; it does not count");
        });
    }

    @Test
    void aBadNameOfADatabaseIsNamedAsSuch() {
        assertThat(given.yaml("databases:\n  bad name:\n    url: " + LOCAL + "\n")
                        .problem())
                .satisfies(problem -> {
                    assertThat(problem.rule()).isEqualTo("does not name a database and a key");
                    assertThat(problem.toString()).doesNotContain("s3cret");
                });
        assertThat(given.yaml("databases: 5\n").problem().fix()).contains("see wellhead config show");
    }
}
