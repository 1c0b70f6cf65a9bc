// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.Given.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.wellhead.config.ConfigDifference.Entry;
import dev.wellhead.mongo.MongoConfig;
import dev.wellhead.mongo.MongoDatabaseClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys of a section, by the one that {@code wellhead-mongo} brings. */
class MongoKeysTest {

    private static final String REMOTE = "mongodb://app:s3cret@documents.example.com:27017/shop";
    private static final String LOCAL = "mongodb://app:s3cret@localhost:27017/shop";
    private static final String SHOWN = "mongodb://****@documents.example.com:27017/shop";

    @TempDir
    Path folder;

    private Given given;

    @BeforeEach
    void setUp() {
        given = new Given(folder);
    }

    @ParameterizedTest
    @CsvSource({"production, 5, 50, 60, 5", "edge, 5, 50, 60, 5", "local, 2, 10, 300, 10"})
    void profileGivesTheNumbersOfExistingDeployments(
            String profile, int minSize, int maxSize, int idleSeconds, int acquireSeconds) {
        var config = given.env("MONGODB_URI", REMOTE)
                .env("WELLHEAD_PROFILE", profile)
                .load();
        var mongo = mongo(config);
        assertThat(mongo.name()).isEqualTo("mongodb");
        assertThat(mongo.uri().reveal()).isEqualTo(REMOTE);
        assertThat(mongo.minSize()).isEqualTo(minSize);
        assertThat(mongo.maxSize()).isEqualTo(maxSize);
        assertThat(mongo.idleTimeout()).hasSeconds(idleSeconds);
        assertThat(mongo.acquireTimeout()).hasSeconds(acquireSeconds);
        assertThat(mongo.connectTimeout()).hasSeconds(10);
        assertThat(mongo.socketTimeout()).hasSeconds(45);
        assertThat(mongo.selectionTimeout()).hasSeconds(5);
        assertThat(mongo.connectAttempts()).isEqualTo(5);
        assertThat(mongo.leakThreshold()).hasSeconds(60);
        assertThat(setting(config, "mongodb.max-size").origin()).isEqualTo("profile " + profile);
        assertThat(setting(config, "mongodb.socket-timeout").origin()).isEqualTo("default");
    }

    @ParameterizedTest
    @CsvSource({"1,2,5", "2,2,5", "3,3,10", "5,3,10", "6,5,15", "10,5,15", "11,8,20"})
    void workerConcurrencySizesItWhereNothingElseDoes(String concurrency, int minSize, int maxSize) {
        var config = given.env("MONGODB_URI", REMOTE)
                .env("MAIL_WORKER_CONCURRENCY", concurrency)
                .load();
        var mongo = mongo(config);
        assertThat(mongo.minSize()).isEqualTo(minSize);
        assertThat(mongo.maxSize()).isEqualTo(maxSize);
        assertThat(mongo.acquireTimeout()).hasSeconds(30);
        assertThat(mongo.idleTimeout()).hasSeconds(60);
        assertThat(setting(config, "mongodb.max-size").origin())
                .isEqualTo("environment MAIL_WORKER_CONCURRENCY=" + concurrency);
    }

    @ParameterizedTest
    @CsvSource({
        "DB_POOL_SIZE, 40, ''",
        "DB_MIN_POOL_SIZE, 4, ''",
        "WELLHEAD_MONGODB_MAX_SIZE, 40, ''",
        "OTHER, 1, ?maxPoolSize=40",
        "OTHER, 1, ?minPoolSize=4",
    })
    void anySizeThatIsSaidSwitchesWorkerConcurrencyOff(String name, String value, String options) {
        var mongo = mongo(given.env("MONGODB_URI", REMOTE + options)
                .env("WORKER_CONCURRENCY", "1")
                .env(name, value)
                .load());
        assertThat(mongo.acquireTimeout()).hasSeconds(5);
        assertThat(List.of(mongo.minSize(), mongo.maxSize())).isIn(List.of(5, 40), List.of(4, 50));
    }

    @Test
    void keyCountsBeforeTheConnectionStringAndThatBeforeTheProfile() {
        var uri = REMOTE + "?maxPoolSize=20&minPoolSize=3&waitQueueTimeoutMS=700&maxIdleTimeMS=9000"
                + "&connectTimeoutMS=1500&socketTimeoutMS=2500&serverSelectionTimeoutMS=3500";
        var config = given.dotEnv("MONGODB_URI=" + uri + "\n")
                .yaml("mongodb:\n  min-size: 4\n")
                .load();
        var mongo = mongo(config);
        assertThat(mongo.minSize()).isEqualTo(4);
        assertThat(mongo.maxSize()).isEqualTo(20);
        assertThat(mongo.acquireTimeout()).hasMillis(700);
        assertThat(mongo.idleTimeout()).hasSeconds(9);
        assertThat(mongo.connectTimeout()).hasMillis(1_500);
        assertThat(mongo.socketTimeout()).hasMillis(2_500);
        assertThat(mongo.selectionTimeout()).hasMillis(3_500);
        assertThat(config.settings())
                .filteredOn(setting -> setting.key().matches("mongodb\\.(min|max)-size|mongodb\\.idle-timeout"))
                .extracting(Setting::key, Setting::value, Setting::standard, Setting::origin)
                .containsExactly(
                        tuple("mongodb.max-size", "20", "50", ".env:1"),
                        tuple("mongodb.min-size", "4", "5", "wellhead.yaml:2"),
                        tuple("mongodb.idle-timeout", "9s", "1m", ".env:1"));
    }

    @ParameterizedTest
    @CsvSource({
        "WELLHEAD_MONGODB_NAME, documents, mongodb.name, documents",
        "WELLHEAD_MONGODB_MAX_SIZE, 9, mongodb.max-size, 9",
        "WELLHEAD_MONGODB_MIN_SIZE, 1, mongodb.min-size, 1",
        "DB_POOL_SIZE, 9, mongodb.max-size, 9",
        "DB_MIN_POOL_SIZE, 1, mongodb.min-size, 1",
        "WELLHEAD_MONGODB_IDLE_TIMEOUT, 0, mongodb.idle-timeout, 0",
        "WELLHEAD_MONGODB_ACQUIRE_TIMEOUT, 2500ms, mongodb.acquire-timeout, 2s500ms",
        "WELLHEAD_MONGODB_CONNECT_TIMEOUT, 3s, mongodb.connect-timeout, 3s",
        "WELLHEAD_MONGODB_SOCKET_TIMEOUT, 0, mongodb.socket-timeout, 0",
        "WELLHEAD_MONGODB_SERVER_SELECTION_TIMEOUT, 1s, mongodb.server-selection-timeout, 1s",
        "WELLHEAD_MONGODB_CONNECT_ATTEMPTS, 1, mongodb.connect-attempts, 1",
        "WELLHEAD_MONGODB_LEAK_THRESHOLD, 90s, mongodb.leak-threshold, 1m30s",
    })
    void everyNameOfTheEnvironmentReachesItsKey(String name, String value, String key, String shown) {
        var config = given.env("MONGODB_URI", REMOTE).env(name, value).load();
        assertThat(setting(config, key))
                .extracting(Setting::value, Setting::origin)
                .containsExactly(shown, "environment " + name);
        assertThat(mongo(config).toString()).contains(shown.matches("\\d+|documents") ? shown : "PT");
    }

    @Test
    void connectionStringComesFromAFileOfItsOwnThatCountsAsReadFile() {
        given.write("mongo.secret", REMOTE + "\n").yaml("mongodb.uri-file: mongo.secret\n");
        var config = given.env("DB_POOL_SIZE", "40").load();
        assertThat(mongo(config).uri().reveal()).isEqualTo(REMOTE);
        assertThat(mongo(config).maxSize()).isEqualTo(40);
        assertThat(given.loader().files(config)).contains(folder.resolve("mongo.secret"));
    }

    @Test
    void sizesOfDbNamesAreSqlsWithoutAConnectionStringAndAnEmptyOneIsNone() {
        var config = given.env("DATABASE_URL", Given.REMOTE)
                .env("MONGODB_URI", "")
                .env("DB_POOL_SIZE", "40")
                .load();
        assertThat(config.databases().get(0).pool().maxSize()).isEqualTo(40);
        assertThat(setting(config, "mongodb.max-size").value()).isEqualTo("50");
        assertThat(config.sections()).isEmpty();
        assertThat(config.resources()).isEmpty();
    }

    @Test
    void policiesAreThoseOfTheDatabaseCalledDefault() {
        var policies = given.yaml("""
                        retry.max-retries: 7
                        health.interval: 11s
                        limits.call: 3s
                        slow-query-threshold: 2s
                        log.queries: true
                        """).env("MONGODB_URI", REMOTE).load();
        var mongo = mongo(policies).policies();
        assertThat(mongo.retry().maxRetries()).isEqualTo(7);
        assertThat(mongo.health().interval()).hasSeconds(11);
        assertThat(mongo.limits().call()).hasSeconds(3);
        assertThat(mongo.slowQueryThreshold()).hasSeconds(2);
        assertThat(mongo.log().queries()).isTrue();
    }

    @Test
    void policiesCountBesideDatabasesWithOtherNamesToo() {
        given.yaml("""
                        retry.max-retries: 7
                        pool.max-size: 3
                        databases.orders.url: postgresql://localhost/orders
                        """).env("MONGODB_URI", LOCAL);
        assertThat(given.problems())
                .extracting(Problem::key, Problem::rule)
                .containsExactly(tuple("pool.max-size", "means the database called default, which is not configured"));
        assertThat(mongo(given.load()).policies().retry().maxRetries()).isEqualTo(7);
        assertThat(setting(given.load(), "retry.max-retries").value()).isEqualTo("7");
    }

    @ParameterizedTest
    @CsvSource({
        "mongodb://documents.example.com/shop, PRODUCTION",
        "'mongodb://localhost:27017,documents.example.com:27017/shop', PRODUCTION",
        "'mongodb://localhost:27017,127.0.0.1:27018/shop', LOCAL",
        "'mongodb://[::1]:27017/shop', LOCAL",
    })
    void profileIsChosenByItsHostsWhereNothingElseSaysIt(String uri, Profile profile) {
        var config = given.env("MONGODB_URI", uri).load();
        assertThat(config.profile()).isEqualTo(profile);
        assertThat(config.profileReason()).startsWith("nothing else was said and ");
    }

    @Test
    void aLeastOfOursIsLoweredToTheMostThatWasSaid() {
        var config = given.env("MONGODB_URI", REMOTE).env("DB_POOL_SIZE", "3").load();
        assertThat(mongo(config).minSize()).isEqualTo(3);
        assertThat(setting(config, "mongodb.min-size").origin())
                .isEqualTo("profile production, lowered to mongodb.max-size");
        assertThat(mongo(given.env("DB_POOL_SIZE", "")
                                .env("MONGODB_URI", REMOTE + "?maxPoolSize=4")
                                .load())
                        .minSize())
                .isEqualTo(4);
    }

    @Test
    void everyProblemIsToldAtOnceWithItsPlaceAndWithoutTheLogin() {
        given.yaml("""
                        url: postgresql//nonsense
                        mongodb:
                          name: a b
                          acquire-timeout: 0
                          connect-attempts: 0
                          leak-threshold: 2d
                        """)
                .env("MONGODB_URI", "mongodb://app:s3cr@et@documents/shop")
                .env("DB_POOL_SIZE", "many");
        assertThat(given.problems())
                .extracting(Problem::place, Problem::key)
                .containsExactlyInAnyOrder(
                        tuple("wellhead.yaml:1", "url"),
                        tuple("wellhead.yaml:3", "mongodb.name"),
                        tuple("wellhead.yaml:4", "mongodb.acquire-timeout"),
                        tuple("wellhead.yaml:5", "mongodb.connect-attempts"),
                        tuple("wellhead.yaml:6", "mongodb.leak-threshold"),
                        tuple("environment MONGODB_URI", "mongodb.uri"),
                        tuple("environment DB_POOL_SIZE", "mongodb.max-size"));
        assertThat(given.problems().toString()).doesNotContain("s3cr", "et@");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mongodb://app:s3cret",
                "mongodb://app:s3cret@",
                "mongodb://app:s3cr/et@documents/shop",
                "mongodb://app:s3cr@et@documents/shop",
                "mongodb://app:s3cr%et@documents/shop",
                "mongodb://app:s3cret@documents:port/shop",
                "mongo://app:s3cret@documents/shop",
                "app:s3cret@documents",
            })
    void aConnectionStringThatIsNoneIsOneErrorWithoutTheLogin(String uri) {
        var problem = given.env("MONGODB_URI", uri).problem();
        assertThat(problem.place()).isEqualTo("environment MONGODB_URI");
        assertThat(problem.key()).isEqualTo("mongodb.uri");
        assertThat(problem.rule()).startsWith("must be a connection string of MongoDB: ");
        assertThat(problem.fix()).startsWith("write it as mongodb://user:password@host:27017/database");
        assertThat(problem.toString()).doesNotContain("s3cr").doesNotContain("et@");
    }

    @Test
    void leastAboveMostIsRefusedNamingBoth() {
        var problem = given.env("MONGODB_URI", REMOTE)
                .env("DB_POOL_SIZE", "8")
                .yaml("mongodb.min-size: 9\n")
                .problem();
        assertThat(problem)
                .isEqualTo(Problem.error(
                        "wellhead.yaml:1",
                        "mongodb.min-size",
                        "9",
                        "must not be greater than mongodb.max-size=8",
                        "lower it or raise max-size"));
    }

    @Test
    void aNumberInTheConnectionStringIsRefusedAtItsPlace() {
        var problem = given.env("MONGODB_URI", REMOTE + "?maxPoolSize=0").problem();
        assertThat(problem.place()).isEqualTo("environment MONGODB_URI");
        assertThat(problem.key()).isEqualTo("mongodb.max-size");
        assertThat(problem.rule()).isEqualTo("must be from 1 to 10000");
    }

    @Test
    void misspeltKeysNameTheNearest() {
        assertThat(given.env("WELLHEAD_MONGODB_MAX_SISE", "1").problem().fix())
                .isEqualTo("did you mean WELLHEAD_MONGODB_MAX_SIZE?");
        assertThat(new Given(folder).yaml("mongodb.max-sise: 1\n").problem().fix())
                .isEqualTo("did you mean mongodb.max-size?");
    }

    @Test
    void twoConnectionStringsThatDisagreeAreAnErrorWithoutTheLogins() {
        var problem = given.env("MONGODB_URI", REMOTE)
                .env("WELLHEAD_MONGODB_URI", "mongodb://app:hunter2@other/shop")
                .problem();
        assertThat(problem.place()).isEqualTo("environment MONGODB_URI and environment WELLHEAD_MONGODB_URI");
        assertThat(problem.value()).isEqualTo(SHOWN + " and mongodb://****@other/shop");
        assertThat(problem.rule()).isEqualTo("is given twice, with different values");
    }

    @Test
    void aNameThatADatabaseHasIsRefused() {
        var problem = given.env("MONGODB_URI", LOCAL)
                .env("DATABASE_URL", Given.LOCAL)
                .env("WELLHEAD_MONGODB_NAME", "default")
                .problem();
        assertThat(problem.place()).isEqualTo("environment WELLHEAD_MONGODB_NAME");
        assertThat(problem.toString()).contains("mongodb.name=default: is the name of another database too");
    }

    @Test
    void aFlagMayHoldNoLogin() {
        assertThat(given.flag("mongodb.uri", REMOTE).problem().rule()).startsWith("holds a secret");
        assertThat(new Given(folder).flag("mongodb.uri", "nonsense").problem().rule())
                .startsWith("must be a connection string of MongoDB");
        assertThat(mongo(new Given(folder)
                                .flag("mongodb.uri", "mongodb://documents/shop")
                                .load())
                        .maxSize())
                .isEqualTo(50);
    }

    @Test
    void keysWithoutAConnectionStringAreCheckedAndSaidToDoNothing() {
        assertThat(given.yaml("mongodb.max-size: 7\n").problem())
                .isEqualTo(Problem.warning(
                        "wellhead.yaml:1",
                        "mongodb.max-size",
                        "7",
                        "does nothing without mongodb.uri",
                        "set mongodb.uri, or remove this"));
        assertThat(given.load().resources()).isEmpty();
        assertThat(new Given(folder).yaml("mongodb.max-size: 0\n").problem().isError())
                .isTrue();
        assertThat(new Given(folder)
                        .yaml("mongodb: {max-size: 3, min-size: 4}\n")
                        .problems())
                .filteredOn(Problem::isError)
                .extracting(Problem::key)
                .containsExactly("mongodb.min-size");
    }

    @Test
    void loginIsInNoTextOfAConfiguration() {
        var options =
                "?tlsCertificateKeyFilePassword=s3cret&authMechanismProperties=SERVICE_NAME:s3cret&replicaSet=rs0";
        var config = given.env("MONGODB_URI", "mongodb://ada:s3cret@a:27017,b:27018/shop" + options)
                .load();
        assertThat(setting(config, "mongodb.uri").value())
                .isEqualTo("mongodb://****@a:27017,b:27018/shop?tlsCertificateKeyFilePassword=****"
                        + "&authMechanismProperties=****&replicaSet=rs0");
        assertThat(config.toString() + ConfigReport.settings(config, false)).doesNotContain("s3cret", "ada");
    }

    @Test
    void whatChangesTakesARestartAndTheLoginIsOnlySaidToHaveChanged() {
        var before = given.yaml("mongodb.uri: " + REMOTE + "\n").load();
        var after = given.yaml("mongodb.uri: " + REMOTE.replace("s3cret", "hunter2")
                        + "\nmongodb.max-size: 9\nretry.max-retries: 1\n")
                .load();
        var difference = ConfigDifference.between(before, after);
        assertThat(difference.entries())
                .extracting(Entry::toString, Entry::live)
                .containsExactly(
                        tuple("mongodb.uri: changed (wellhead.yaml:1)", false),
                        tuple("mongodb.max-size: 50 -> 9 (wellhead.yaml:2)", false),
                        tuple("retry.max-retries: 3 -> 1 (wellhead.yaml:3)", false));
        var inForce = difference.inForce(
                before, after, List.of(), Set.of("mongodb.uri", "mongodb.max-size", "retry.max-retries"));
        assertThat(ConfigDifference.between(inForce, after)).isEqualTo(difference);
        assertThat(ConfigDifference.between(before, before).isEmpty()).isTrue();
    }

    @Test
    void sharedManagerOpensItWithoutASqlDatabase() {
        var loader = given.env("MONGODB_URI", "mongodb://127.0.0.1:1/shop")
                .env("WELLHEAD_MONGODB_CONNECT_ATTEMPTS", "1")
                .env("WELLHEAD_MONGODB_SERVER_SELECTION_TIMEOUT", "50ms")
                .loader();
        assertThatThrownBy(() -> new EnvironmentManagerSource(loader).open())
                .hasMessageContaining("mongodb")
                .isNotInstanceOf(InvalidConfigException.class);
        assertThat(loader.load().databases()).isEmpty();
    }

    private static MongoConfig mongo(WellheadConfig config) {
        assertThat(config.warnings())
                .filteredOn(problem -> problem.key().startsWith("mongodb"))
                .isEmpty();
        assertThat(config.resources()).singleElement().isInstanceOf(MongoDatabaseClient.class);
        return ((MongoDatabaseClient) config.resources().get(0)).settings();
    }
}
