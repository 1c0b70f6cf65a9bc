// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.Given.LOCAL;
import static dev.wellhead.config.Given.REMOTE;
import static dev.wellhead.config.Given.login;
import static dev.wellhead.config.Given.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.database.DatabaseConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who wins, and what is said of where it comes from. */
class LayersTest {

    @TempDir
    Path folder;

    private Given given;

    @BeforeEach
    void setUp() {
        given = new Given(folder);
    }

    @Test
    void listsWhatIsSetInTheDriverByDefaultAndNotWhatWasSaid() {
        given.env("DATABASE_URL", REMOTE + "?tcpKeepAlive=false").yaml("pool.driver-properties.ConnectTimeout: 5\n");
        var rows = given.load().settings().stream()
                .filter(setting -> setting.origin().equals("driver default"))
                .toList();
        assertThat(rows).extracting(Setting::key).contains("pool.driver-properties.logServerErrorDetail");
        assertThat(rows).noneMatch(Setting::isChanged);
        assertThat(rows)
                .extracting(Setting::key)
                .doesNotContain("pool.driver-properties.tcpKeepAlive", "pool.driver-properties.connectTimeout");
    }

    @Test
    void databaseUrlAloneIsEnough() {
        var config = given.env("DATABASE_URL", REMOTE).load();
        assertThat(config.databases()).hasSize(1);
        var database = config.databases().get(0);
        assertThat(database.name()).isEqualTo("default");
        assertThat(database.pool().jdbcUrl()).isEqualTo("jdbc:postgresql://db.example.com:6432/shop");
        assertThat(login(database).username()).isEqualTo("app");
        assertThat(login(database).password().reveal()).isEqualTo("s3cret");
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void nothingAtAllIsAConfigurationWithoutDatabases() {
        var config = given.load();
        assertThat(config.databases()).isEmpty();
        assertThat(config.server()).isEqualTo(new ServerConfig("127.0.0.1", 8080, Duration.ofSeconds(25)));
        assertThat(config.profile()).isEqualTo(Profile.LOCAL);
        assertThat(setting(config, "pool.max-size").value()).isEqualTo("10");
        assertThat(setting(config, "url").value()).isEmpty();
    }

    @Test
    void eachLayerWinsOverTheNextAndIsNamedAsOrigin() {
        given.env("DATABASE_URL", LOCAL);
        assertThat(setting(given.load(), "pool.max-waiting"))
                .satisfies(found -> assertSays(found, "pool.max-waiting", "100000", "default", "callers"));
        assertThat(setting(given.load(), "pool.max-size"))
                .satisfies(found -> assertSays(found, "pool.max-size", "10", "profile local", "connections"));
        given.yaml("# sizes\npool:\n  max-size: 11\n");
        assertThat(setting(given.load(), "pool.max-size"))
                .satisfies(found -> assertSays(found, "pool.max-size", "11", "wellhead.yaml:3", "connections"));
        given.dotEnv("\nWELLHEAD_POOL_MAX_SIZE=12\n");
        assertThat(setting(given.load(), "pool.max-size"))
                .satisfies(found -> assertSays(found, "pool.max-size", "12", ".env:2", "connections"));
        given.env("DB_POOL_MAX", "13");
        assertThat(setting(given.load(), "pool.max-size"))
                .satisfies(found -> assertSays(found, "pool.max-size", "13", "environment DB_POOL_MAX", "connections"));
        given.flag("pool.max-size", "14");
        assertThat(setting(given.load(), "pool.max-size"))
                .satisfies(found -> assertSays(found, "pool.max-size", "14", "flag pool.max-size", "connections"));
        given.provided("pool.max-size", "15", "a test");
        assertThat(setting(given.load(), "pool.max-size"))
                .satisfies(found -> assertSays(found, "pool.max-size", "15", "a test", "connections"));
        assertThat(given.database().pool().maxSize()).isEqualTo(15);
    }

    @Test
    void aBuilderSaysTheSameByTheSameKeys() {
        given.env("DATABASE_URL", REMOTE).env("DB_POOL_MAX", "13").flag("pool.max-size", "14");
        var config = given.set("pool.max-size", "15")
                .set("password", "another")
                .set("databases.orders.url", LOCAL)
                .set("databases.orders.pool.acquire-timeout", "7s")
                .load();
        assertThat(config.databases()).extracting(DatabaseConfig::name).containsExactly("default", "orders");
        assertThat(login(config.databases().get(0)).password().reveal()).isEqualTo("another");
        assertThat(config.databases().get(1).pool().acquireTimeout()).hasSeconds(7);
        assertThat(setting(config, "pool.max-size"))
                .satisfies(found -> assertSays(found, "pool.max-size", "15", "builder", "connections"));
        var problem = given.set("pool.max-sise", "1").problem();
        assertThat(problem)
                .isEqualTo(Problem.error(
                        "builder", "pool.max-sise", "", "is not a known key", "did you mean pool.max-size?"));
    }

    @Test
    void aGivenFileIsReadInsteadOfTheOneInTheFolder() {
        given.yaml("pool.max-size: 3\n").write("other.yaml", "url: " + LOCAL + "\npool.max-size: 4\n");
        var file = folder.resolve("other.yaml");
        var config = given.file(file).load();
        assertThat(setting(config, "pool.max-size").origin()).isEqualTo(file + ":2");
        assertThat(config.databases().get(0).pool().maxSize()).isEqualTo(4);
    }

    @Test
    void databasesHaveNamesInFilesAndEnvironment() {
        given.yaml("""
                databases:
                  default:
                    url: postgresql://localhost/main
                  read_model:
                    url: postgresql://localhost/read
                    pool:
                      max-size: 7
                """);
        given.env("WELLHEAD_DATABASES_READ_MODEL_POOL_MIN_IDLE", "1");
        given.env("WELLHEAD_DATABASES_BILLING_EU_URL", "postgresql://localhost/billing");
        var config = given.load();
        assertThat(config.databases())
                .extracting(DatabaseConfig::name)
                .containsExactly("default", "billing-eu", "read_model");
        var read = config.databases().get(2).pool();
        assertThat(read.maxSize()).isEqualTo(7);
        assertThat(read.minIdle()).isEqualTo(1);
        assertThat(setting(config, "databases.read_model.pool.max-size").origin())
                .isEqualTo("wellhead.yaml:7");
        assertThat(setting(config, "databases.read_model.pool.min-idle").origin())
                .isEqualTo("environment WELLHEAD_DATABASES_READ_MODEL_POOL_MIN_IDLE");
    }

    @Test
    void theShortAndTheLongFormMeanTheSameDatabase() {
        given.yaml("url: " + LOCAL + "\ndatabases.default.pool.max-size: 6\n");
        assertThat(given.database().pool().maxSize()).isEqualTo(6);
        given.env("WELLHEAD_DATABASES_DEFAULT_POOL_MAX_SIZE", "5");
        assertThat(given.database().pool().maxSize()).isEqualTo(5);
    }

    @Test
    void whatTheProgramProvidesOpensADatabaseWithEverybodysSettings() {
        given.env("WELLHEAD_POOL_MAX_SIZE", "4");
        given.provided("url", "jdbc:postgresql://localhost:54321/postgres?user=postgres", "embedded server");
        var config = given.load();
        assertThat(config.databases().get(0).pool().maxSize()).isEqualTo(4);
        assertThat(login(config.databases().get(0)).username()).isEqualTo("postgres");
        assertThat(setting(config, "url"))
                .satisfies(found -> assertSays(
                        found, "url", "jdbc:postgresql://localhost:54321/postgres", "embedded server", "URL"));
    }

    @Test
    void serverSettingsHaveKeysAndAnAlias() {
        assertThat(given.env("PORT", "9090").load().server().port()).isEqualTo(9090);
        given.yaml("server:\n  bind: 0.0.0.0\n  drain-timeout: 1m\n");
        assertThat(given.load().server()).isEqualTo(new ServerConfig("0.0.0.0", 9090, Duration.ofMinutes(1)));
    }

    @Test
    void theCeilingOverAllPoolsIsNoDatabasesSetting() {
        assertThat(given.load().maxTotal()).isZero();
        given.env("DATABASE_URL", LOCAL).yaml("max-total: 40\n");
        assertThat(given.load().maxTotal()).isEqualTo(40);
        assertThat(given.env("WELLHEAD_MAX_TOTAL", "50").load().maxTotal()).isEqualTo(50);
        assertThatThrownBy(() -> given.env("WELLHEAD_MAX_TOTAL", "-1").load())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("max-total")
                .hasMessageContaining("0 to 1000000");
    }

    @Test
    void driverPropertiesAreMergedByNameAndMaskedWhenSecret() {
        given.env("DATABASE_URL", LOCAL).env("WELLHEAD_POOL_DRIVER_PROPERTIES", "socketTimeout=30,sslpassword=geheim");
        given.yaml("pool:\n  driver-properties:\n    socketTimeout: 5\n    prepareThreshold: 3\n");
        var config = given.load();
        assertThat(config.databases().get(0).pool().driverProperties())
                .isEqualTo(Map.of("socketTimeout", "30", "sslpassword", "geheim", "prepareThreshold", "3"));
        var setting = setting(config, "pool.driver-properties");
        assertThat(setting.value()).isEqualTo("prepareThreshold=3,socketTimeout=30,sslpassword=****");
        assertThat(setting.origin())
                .isEqualTo("environment WELLHEAD_POOL_DRIVER_PROPERTIES, wellhead.yaml:3, wellhead.yaml:4");
    }

    @Test
    void theUrlMayBeGivenInPartsAndPartsOverrideAUrlBelow() {
        given.dotEnv("DATABASE_URL=" + REMOTE + "?sslmode=require\n");
        given.env("DB_HOST", "10.0.0.7").env("DB_PASSWORD", "other");
        var database = given.database();
        assertThat(database.pool().jdbcUrl()).isEqualTo("jdbc:postgresql://10.0.0.7:6432/shop?sslmode=require");
        assertThat(login(database).username()).isEqualTo("app");
        assertThat(login(database).password().reveal()).isEqualTo("other");
    }

    @Test
    void hostPortNameAndLoginAloneMakeAUrl() {
        given.env("DB_HOST", "db.example.com").env("DB_NAME", "my shop").env("DB_USERNAME", "app");
        var config = given.env("DB_PASSWORD", "p@ss/word").load();
        var database = config.databases().get(0);
        assertThat(database.pool().jdbcUrl()).isEqualTo("jdbc:postgresql://db.example.com:5432/my%20shop");
        assertThat(login(database).password().reveal()).isEqualTo("p@ss/word");
        assertThat(setting(config, "url").origin()).isEqualTo("environment DB_HOST");
        assertThat(setting(config, "address.port").value()).isEqualTo("5432");
    }

    @Test
    void aPasswordFileIsReadWithoutItsLastLineBreak() {
        given.write("secret.txt", "s3cret two\n").env("DB_HOST", "localhost").env("DB_PASSWORD_FILE", "secret.txt");
        assertThat(login(given.database()).password().reveal()).isEqualTo("s3cret two");
        given.env("DB_PASSWORD", "another");
        var problem = given.problem();
        assertThat(problem.rule()).isEqualTo("is given twice, with different values");
        assertThat(problem.value()).isEqualTo("****");
    }

    @ParameterizedTest
    @CsvSource({
        "DATABASE_URL_FILE, url, environment DATABASE_URL_FILE",
        "WELLHEAD_URL_FILE, url, environment WELLHEAD_URL_FILE",
        "WELLHEAD_DATABASES_ORDERS_URL_FILE, databases.orders.url, environment WELLHEAD_DATABASES_ORDERS_URL_FILE",
    })
    void aUrlFileIsReadAsTheUrl(String name, String key, String origin) {
        var config = given.write("url.txt", LOCAL + "\n").env(name, "url.txt").load();
        var database = config.databases().get(0);
        assertThat(database.pool().jdbcUrl()).isEqualTo("jdbc:postgresql://localhost:5432/shop");
        assertThat(login(database).password().reveal()).isEqualTo("s3cret");
        assertThat(setting(config, key).origin()).isEqualTo(origin);
        assertThat(setting(config, key + "-file").value()).isEqualTo("url.txt");
        assertThat(given.problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DB_PASSWORD_FILE", "WELLHEAD_PASSWORD_FILE", "WELLHEAD_DATABASES_DEFAULT_PASSWORD_FILE"})
    void aPasswordFileIsReadUnderEveryName(String name) {
        given.write("secret.txt", "s3cret two\r\n").env("DB_HOST", "localhost");
        assertThat(login(given.env(name, "secret.txt").database()).password().reveal())
                .isEqualTo("s3cret two");
    }

    @ParameterizedTest
    @ValueSource(strings = {"url-file", "password-file"})
    void aSecretFileThatIsMissingIsAnErrorWhereItWasNamed(String key) {
        var problem =
                given.env("DATABASE_URL", LOCAL).yaml(key + ": none.txt\n").problem();
        assertThat(problem)
                .isEqualTo(Problem.error(
                        "wellhead.yaml:1", key, "none.txt", "does not exist", "check the path, or create it"));
    }

    @Test
    void aUrlAndAUrlFileThatDisagreeAreAnErrorThatNamesBoth() {
        given.write("url.txt", REMOTE).env("DATABASE_URL", LOCAL).env("DATABASE_URL_FILE", "url.txt");
        assertThat(given.problems()).anySatisfy(problem -> {
            assertThat(problem.key()).isEqualTo("url");
            assertThat(problem.place()).isEqualTo("environment DATABASE_URL and environment DATABASE_URL_FILE");
            assertThat(problem.toString()).doesNotContain("s3cret");
        });
    }

    @Test
    void aClientKeyIsAPathUnderBothNames() {
        given.env("DATABASE_URL", REMOTE).write("key.pem", "x");
        var path = folder.resolve("key.pem").toString();
        assertThat(given.env("DB_CLIENT_KEY_FILE", path).database().pool().driverProperties())
                .containsEntry("sslkey", path);
        assertThat(given.env("DB_CLIENT_KEY", path).problems()).isEmpty();
    }

    @Test
    void partsOverrideAMysqlUrlAsWell() {
        given.dotEnv("DATABASE_URL=mysql://app:s3cret@db.example.com/shop?a=b\n")
                .env("DB_PORT", "3307");
        var config = given.load();
        var database = config.databases().get(0);
        assertThat(database.pool().jdbcUrl()).isEqualTo("jdbc:mysql://db.example.com:3307/shop?a=b");
        assertThat(login(database).password().reveal()).isEqualTo("s3cret");
        assertThat(setting(config, "address.host").value()).isEqualTo("db.example.com");
        assertThat(config.profile()).isEqualTo(Profile.PRODUCTION);
    }

    @Test
    void aSecretAmongTheParametersOfAUrlBecomesADriverProperty() {
        given.env("DATABASE_URL", REMOTE + "?sslpassword=g%26heim&a=b").yaml("pool.driver-properties.b: c\n");
        var config = given.load();
        var pool = config.databases().get(0).pool();
        assertThat(pool.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example.com:6432/shop?a=b");
        assertThat(pool.driverProperties())
                .containsEntry("sslpassword", "g&heim")
                .containsEntry("b", "c");
        var setting = setting(config, "pool.driver-properties");
        assertThat(setting.value()).contains("sslpassword=****");
        assertThat(setting.origin()).contains("environment DATABASE_URL");
    }

    @Test
    void aNumberOfOursIsLoweredUnderOneOfTheUsersAndTheOriginSaysSo() {
        var config = given.env("DATABASE_URL", REMOTE)
                .env("DB_POOL_MAX", "3")
                .env("WELLHEAD_POOL_MAX_LIFETIME", "90s")
                .env("DB_RETRY_MAX_DELAY_MS", "400")
                .load();
        assertThat(setting(config, "pool.min-idle").value()).isEqualTo("3");
        assertThat(setting(config, "pool.min-idle").origin()).isEqualTo("profile production, lowered to pool.max-size");
        assertThat(setting(config, "pool.keepalive-interval").value()).isEqualTo("1m30s");
        assertThat(setting(config, "pool.keepalive-interval").origin())
                .isEqualTo("default, lowered to pool.max-lifetime");
        assertThat(config.databases().get(0).retry().initialDelay()).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void emptyVariablesCountAsNotSet() {
        assertThat(given.env("DATABASE_URL", "")
                        .env("WELLHEAD_POOL_MAX_SIZE", "")
                        .load()
                        .databases())
                .isEmpty();
    }

    @Test
    void dotEnvTakesQuotesCommentsAndExports() {
        given.dotEnv(
                """
                # a comment
                export DB_HOST=localhost   # here
                DB_USERNAME='it''s'
                """.replace("'it''s'", "'it s#1'") + "DB_PASSWORD=\"two\\nlines \\\"and\\\" $more\"\nDB_NAME=a#b\r\n"
                        + "DB_CA_CERT=\"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\"\nDB_PORT=5433\n");
        var config = given.load();
        var login = login(config.databases().get(0));
        assertThat(login.username()).isEqualTo("it s#1");
        assertThat(login.password().reveal()).isEqualTo("two\nlines \"and\" $more");
        assertThat(setting(config, "address.database").value()).isEqualTo("a#b");
        assertThat(setting(config, "address.port").origin()).isEqualTo(".env:9");
        assertThat(setting(config, "tls.ca-cert").value()).isEqualTo("(PEM text)");
    }

    private static void assertSays(Setting setting, String key, String value, String origin, String unit) {
        assertThat(List.of(setting.key(), setting.value(), setting.origin(), setting.unit()))
                .containsExactly(key, value, origin, unit);
        assertThat(setting.secret()).isFalse();
    }
}
