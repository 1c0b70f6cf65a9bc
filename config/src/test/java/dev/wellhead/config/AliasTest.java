// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.Given.LOCAL;
import static dev.wellhead.config.Given.setting;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names that are in other people's environments. */
class AliasTest {

    @TempDir
    Path folder;

    private Given given;

    @BeforeEach
    void setUp() {
        given = new Given(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "DATABASE_POOL_MIN, 1, pool.min-idle, 1",
        "DATABASE_POOL_MAX, 9, pool.max-size, 9",
        "DATABASE_CONNECTION_TIMEOUT, 2500, pool.acquire-timeout, 2s500ms",
        "DATABASE_CONNECTION_TIMEOUT, 3s, pool.acquire-timeout, 3s",
        "DATABASE_IDLE_TIMEOUT, 30000, pool.idle-timeout, 30s",
        "DB_POOL_MAX, 9, pool.max-size, 9",
        "DB_POOL_MIN, 1, pool.min-idle, 1",
        "DB_POOL_SIZE, 9, pool.max-size, 9",
        "DB_MIN_POOL_SIZE, 1, pool.min-idle, 1",
        "DB_IDLE_TIMEOUT_MS, 30000, pool.idle-timeout, 30s",
        "DB_CONNECTION_TIMEOUT_MS, 2000, pool.acquire-timeout, 2s",
        "DB_STATEMENT_TIMEOUT_MS, 5000, pool.statement-timeout, 5s",
        "DB_MAX_RETRIES, 7, retry.max-retries, 7",
        "DB_RETRY_INITIAL_DELAY_MS, 100, retry.initial-delay, 100ms",
        "DB_RETRY_MAX_DELAY_MS, 7000, retry.max-delay, 7s",
        "DB_PORT, 5432, address.port, 5432",
        "DB_NAME, shop, address.database, shop",
        "DB_HOST, localhost, address.host, localhost",
        "DB_USERNAME, app, username, app",
        "DB_PASSWORD, s3cret, password, ****",
        "DB_SSL, false, tls.mode, disable",
        "PORT, 9000, server.port, 9000",
    })
    void meansAKeyOfOurs(String name, String value, String key, String shown) {
        var config = given.env("DATABASE_URL", LOCAL).env(name, value).load();
        assertThat(setting(config, key))
                .extracting(Setting::value, Setting::origin)
                .satisfies(pair -> {
                    assertThat(pair.get(0)).isEqualTo(shown);
                    assertThat(pair.get(1)).asString().matches("environment (DATABASE_URL|" + name + ")");
                });
    }

    @Test
    void twoThatDisagreeAreAnErrorThatNamesBoth() {
        var problem = given.env("DATABASE_URL", LOCAL)
                .env("DATABASE_POOL_MAX", "5")
                .env("DB_POOL_MAX", "6")
                .problem();
        assertThat(problem)
                .isEqualTo(Problem.error(
                        "environment DATABASE_POOL_MAX and environment DB_POOL_MAX",
                        "pool.max-size",
                        "5 and 6",
                        "is given twice, with different values",
                        "keep one of the two, or give both the same value"));
    }

    @Test
    void twoThatAgreeInDifferentWordsAreFine() {
        var database = given.env("DATABASE_URL", LOCAL)
                .env("DATABASE_IDLE_TIMEOUT", "30000")
                .env("WELLHEAD_POOL_IDLE_TIMEOUT", "30s")
                .database();
        assertThat(database.pool().idleTimeout()).hasSeconds(30);
    }

    @ParameterizedTest
    @CsvSource({
        "DB_HOST, other, address.host",
        "DB_PORT, 5433, address.port",
        "DB_NAME, other, address.database",
        "DB_USERNAME, other, username",
        "DB_PASSWORD, other, password",
        "DB_SSL, true, tls.mode",
    })
    void aPartThatDisagreesWithTheUrlIsAnErrorThatNamesBoth(String name, String value, String key) {
        var problem = given.env("DATABASE_URL", LOCAL + "?sslmode=disable")
                .env(name, value)
                .problem();
        assertThat(problem.key()).isEqualTo(key);
        assertThat(problem.place()).contains("environment DATABASE_URL").contains("environment " + name);
        assertThat(problem.toString()).doesNotContain("s3cret");
    }

    @Test
    void poolSizesAreMongosWhenItsUriIsSet() {
        var config = given.env("DATABASE_URL", LOCAL)
                .env("MONGODB_URI", "mongodb://localhost/app")
                .env("DB_POOL_SIZE", "50")
                .load();
        assertThat(config.databases().get(0).pool().maxSize()).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({"DB_POOL_MAXX, DB_POOL_MAX", "DATABASE_ULR, DATABASE_URL", "DB_PASWORD, DB_PASSWORD"})
    void aNearMissIsAWarning(String name, String meant) {
        var config = given.env(name, "1").load();
        assertThat(config.warnings()).singleElement().satisfies(warning -> {
            assertThat(warning.severity()).isEqualTo(Severity.WARNING);
            assertThat(warning.place()).isEqualTo("environment " + name);
            assertThat(warning.fix()).contains(meant + "?");
        });
    }

    @Test
    void foreignNamesFarFromOursAreLeftAlone() {
        given.env("DB_MIGRATIONS_FOLDER", "x")
                .env("DATABASE_REPLICATION_SLOT", "y")
                .env("PATH", "/bin");
        assertThat(given.problems()).isEmpty();
    }

    @Test
    void aSwitchThatIsNeitherTrueNorFalseIsRefused() {
        var problem = given.env("DB_SSL", "maybe").problem();
        assertThat(problem.place()).isEqualTo("environment DB_SSL");
        assertThat(problem.rule()).isEqualTo("must be true or false");
    }
}
