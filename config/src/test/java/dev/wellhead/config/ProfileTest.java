// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.Given.LOCAL;
import static dev.wellhead.config.Given.REMOTE;
import static dev.wellhead.config.Given.setting;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileTest {

    @TempDir
    Path folder;

    private Given given;

    @BeforeEach
    void setUp() {
        given = new Given(folder);
    }

    @ParameterizedTest
    @CsvSource({
        // profile, min, max, acquire s, connect s, statement s, idle s, retries, delay ms, health s, sslmode, pooled
        "production, 5, 50, 5, 10, 30, 60, 3, 1000, 30, verify-full, false",
        "edge, 0, 100, 2, 5, 15, 60, 5, 200, 30, verify-full, true",
        "local, 2, 10, 10, 5, 60, 300, 2, 500, 300, , false",
        "development, 2, 10, 10, 5, 60, 300, 2, 500, 300, , false",
    })
    void bringsItsNumbers(
            String profile,
            int min,
            int max,
            int acquire,
            int connect,
            int statement,
            int idle,
            int retries,
            int delay,
            int health,
            String sslmode,
            boolean pooled) {
        var database = given.env("DATABASE_URL", REMOTE)
                .env("WELLHEAD_PROFILE", profile)
                .database();
        var pool = database.pool();
        assertThat(pool.minIdle()).isEqualTo(min);
        assertThat(pool.maxSize()).isEqualTo(max);
        assertThat(pool.acquireTimeout()).isEqualTo(Duration.ofSeconds(acquire));
        assertThat(pool.connectTimeout()).isEqualTo(Duration.ofSeconds(connect));
        assertThat(pool.statementTimeout()).isEqualTo(Duration.ofSeconds(statement));
        assertThat(pool.idleTimeout()).isEqualTo(Duration.ofSeconds(idle));
        assertThat(database.retry().maxRetries()).isEqualTo(retries);
        assertThat(database.retry().initialDelay()).isEqualTo(Duration.ofMillis(delay));
        assertThat(pool.startRetries()).isEqualTo(retries);
        assertThat(pool.startRetryDelay()).isEqualTo(Duration.ofMillis(delay));
        assertThat(database.health().interval()).isEqualTo(Duration.ofSeconds(health));
        assertThat(pool.driverProperties().get("sslmode")).isEqualTo(sslmode);
        assertThat(pool.pooled()).isEqualTo(pooled);
        assertThat(pool.validationTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(pool.maxLifetime()).isEqualTo(Duration.ofMinutes(30));
        assertThat(pool.keepaliveInterval()).isEqualTo(Duration.ofMinutes(2));
        assertThat(pool.leakThreshold()).isEqualTo(Duration.ofSeconds(60));
        assertThat(pool.createRetryInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(pool.closeTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(pool.housekeeperInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(database.health().limit()).isEqualTo(Duration.ofSeconds(5));
        assertThat(database.health().strikes()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            edge | production  | remote | EDGE       | set by environment WELLHEAD_PROFILE
                 | production  | local  | PRODUCTION | NODE_ENV=production at environment NODE_ENV
                 | development | remote | LOCAL      | NODE_ENV=development at environment NODE_ENV
                 | test        | local  | LOCAL      | nothing else was said and the database is on loopback
                 |             | local  | LOCAL      | nothing else was said and the database is on loopback
                 |             | remote | PRODUCTION | nothing else was said and database default is not on loopback
                 |             |        | LOCAL      | no database is configured, and an embedded one is on loopback
            """)
    void isDetected(String profile, String node, String url, Profile expected, String reason) {
        if (profile != null) {
            given.env("WELLHEAD_PROFILE", profile);
        }
        if (node != null) {
            given.env("NODE_ENV", node);
        }
        if (url != null) {
            given.env("DATABASE_URL", url.equals("local") ? LOCAL : REMOTE);
        }
        var config = given.load();
        assertThat(config.profile()).isEqualTo(expected);
        assertThat(config.profileReason()).isEqualTo(reason);
        assertThat(setting(config, "profile").value()).isEqualTo(expected.text());
    }

    @Test
    void oneRemoteDatabaseAmongLocalOnesMeansProduction() {
        given.yaml("databases:\n  a.url: " + LOCAL + "\n  b.url: " + REMOTE + "\n");
        assertThat(given.load().profile()).isEqualTo(Profile.PRODUCTION);
    }

    @Test
    void nodeEnvironmentIsReadFromDotEnvToo() {
        assertThat(given.dotEnv("NODE_ENV=production\n").load().profileReason())
                .isEqualTo("NODE_ENV=production at .env:1");
    }

    @Test
    void anUnknownProfileIsRefusedWithTheNearest() {
        var problem = given.env("WELLHEAD_PROFILE", "producton").problem();
        assertThat(problem.place()).isEqualTo("environment WELLHEAD_PROFILE");
        assertThat(problem.rule()).isEqualTo("must be one of production, edge, local");
        assertThat(problem.fix()).isEqualTo("did you mean production?");
    }

    @Test
    void productionExceptsLoopbackFromTls() {
        var config = given.env("DATABASE_URL", LOCAL)
                .env("WELLHEAD_PROFILE", "production")
                .load();
        assertThat(config.databases().get(0).pool().driverProperties()).doesNotContainKey("sslmode");
        assertThat(setting(config, "tls.mode"))
                .extracting(Setting::value, Setting::origin)
                .containsExactly("prefer", "profile production, on loopback");
    }

    @Test
    void verifiedTlsTrustsWhatJavaTrustsUnlessToldOtherwise() {
        given.env("DATABASE_URL", REMOTE);
        boolean usualFile = Files.exists(Path.of(System.getProperty("user.home"), ".postgresql", "root.crt"));
        assertThat(given.database().pool().driverProperties().get("sslrootcert"))
                .isEqualTo(usualFile ? null : "system");
        assertThat(setting(given.load(), "pool.driver-properties").origin()).isEqualTo("tls.mode");
        var ca = given.write("ca.pem", "x")
                .env("DB_CA_CERT", folder.resolve("ca.pem").toString());
        assertThat(ca.database().pool().driverProperties())
                .containsEntry("sslrootcert", folder.resolve("ca.pem").toString());
    }

    @ParameterizedTest
    @CsvSource({
        "true, remote, verify-full",
        "true, local, prefer",
        "false, remote, disable",
        "false, local, disable",
    })
    void databaseSslSwitchesVerifiedTls(String ssl, String url, String sslmode) {
        var database = given.env("DATABASE_URL", url.equals("local") ? LOCAL : REMOTE)
                .env("DB_SSL", ssl)
                .database();
        assertThat(database.pool().driverProperties()).containsEntry("sslmode", sslmode);
    }

    @Test
    void theUrlsTlsWinsOverTheProfiles() {
        var config = given.env("DATABASE_URL", REMOTE + "?sslmode=require").load();
        assertThat(config.databases().get(0).pool().jdbcUrl()).endsWith("?sslmode=require");
        assertThat(config.databases().get(0).pool().driverProperties()).containsEntry("sslmode", "require");
        assertThat(setting(config, "tls.mode"))
                .extracting(Setting::value, Setting::origin)
                .containsExactly("require", "environment DATABASE_URL");
    }

    @Test
    void aFlagTakesTheUrlsTlsOutOfIt() {
        var pool = given.env("DATABASE_URL", REMOTE + "?sslmode=require&options=-c%20a=b")
                .flag("tls.mode", "verify-ca")
                .database()
                .pool();
        assertThat(pool.jdbcUrl()).endsWith("/shop?options=-c%20a=b");
        assertThat(pool.driverProperties()).containsEntry("sslmode", "verify-ca");
    }

    @ParameterizedTest
    @CsvSource({"1,2,5", "2,2,5", "3,3,10", "5,3,10", "6,5,15", "10,5,15", "11,8,20", "400,8,20"})
    void workerConcurrencyGivesSizes(int concurrency, int min, int max) {
        var config = given.env("DATABASE_URL", REMOTE)
                .env("WORKER_CONCURRENCY", "1")
                .env("EMAIL_WORKER_CONCURRENCY", String.valueOf(concurrency))
                .load();
        var pool = config.databases().get(0).pool();
        assertThat(pool.minIdle()).isEqualTo(min);
        assertThat(pool.maxSize()).isEqualTo(max);
        assertThat(pool.acquireTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(pool.idleTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(pool.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(setting(config, "pool.max-size").origin()).contains("WORKER_CONCURRENCY=" + concurrency);
    }

    @Test
    void theEnvironmentsWorkerConcurrencyWinsOverThatOfTheDotEnvFile() {
        var config = given.env("DATABASE_URL", REMOTE)
                .env("WORKER_CONCURRENCY", "2")
                .dotEnv("WORKER_CONCURRENCY=50\n")
                .load();
        assertThat(config.databases().get(0).pool().maxSize()).isEqualTo(5);
    }

    @Test
    void ofSeveralWorkersTheLargestCountsWhereverItIsSaid() {
        var config = given.env("DATABASE_URL", REMOTE)
                .env("WORKER_CONCURRENCY", "2")
                .dotEnv("# mail\nMAIL_WORKER_CONCURRENCY=7\n")
                .load();
        assertThat(config.databases().get(0).pool().maxSize()).isEqualTo(15);
        assertThat(setting(config, "pool.max-size").origin()).isEqualTo(".env:2 MAIL_WORKER_CONCURRENCY=7");
    }

    @Test
    void aSizeThatWasSaidSwitchesWorkerSizingOff() {
        var pool = given.env("DATABASE_URL", REMOTE)
                .env("WORKER_CONCURRENCY", "4")
                .env("DB_POOL_MAX", "40")
                .database()
                .pool();
        assertThat(pool.maxSize()).isEqualTo(40);
        assertThat(pool.minIdle()).isEqualTo(5);
        assertThat(pool.acquireTimeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aWorkerConcurrencyThatIsNoNumberIsRefused() {
        var problem = given.env("WORKER_CONCURRENCY", "many").problem();
        assertThat(problem.place()).isEqualTo("environment WORKER_CONCURRENCY");
    }
}
