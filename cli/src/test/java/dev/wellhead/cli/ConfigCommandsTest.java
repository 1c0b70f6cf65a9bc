// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandsTest {
    @TempDir
    private Path folder;

    private static final Map<String, String> SECRETS = Map.of(
            "DATABASE_URL", "postgresql://app:hunter2@127.0.0.1:5432/shop?sslpassword=hunter3",
            "WELLHEAD_POOL_DRIVER_PROPERTIES", "sslpassword=hunter4,socketTimeout=30",
            "WELLHEAD_DATABASES_ORDERS_URL", "postgresql://127.0.0.1/orders",
            "WELLHEAD_DATABASES_ORDERS_PASSWORD", "hunter5",
            "MONGODB_URI", "mongodb://app:hunter6@127.0.0.1/shop?tlsCertificateKeyFilePassword=hunter7");

    @Test
    void showNamesValueDefaultAndOriginAndMasksSecrets() {
        var run = CliRun.in(folder, SECRETS, "config", "show", "--set", "pool.max-size=7");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .containsPattern("\npool.max-size +7 +10 +connections +flag --set pool.max-size\n")
                .contains("\ndatabase default\n", "\ndatabase orders\n", "DATABASE_URL", "****");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).doesNotContain("hunter");
        assertThat(CliRun.in(folder, SECRETS, "config", "show", "--json").out()).doesNotContain("hunter");
    }

    @Test
    void showWritesWarningsToStderr() throws Exception {
        var environment = Map.of("DB_POOL_MAXX", "3");
        var run = CliRun.in(folder, environment, "config", "show");
        assertThat(run.code()).isZero();
        assertThat(run.out()).doesNotContain("DB_POOL_MAXX");
        assertThat(run.err()).startsWith("warning: environment DB_POOL_MAXX").endsWith("0 errors, 1 warning\n");
        var json = CliRun.in(folder, environment, "config", "show", "--json").json();
        assertThat(json.path("warnings").path(0).path("place").asText()).isEqualTo("environment DB_POOL_MAXX");
    }

    @Test
    void showAsJsonHasAllOfEachSetting() throws Exception {
        var run = CliRun.in(folder, SECRETS, "config", "show", "--json");
        assertThat(run.code()).isZero();
        assertThat(run.json().path("profile").asText()).isEqualTo("local");
        var settings = run.json().path("settings");
        assertThat(settings.findValuesAsText("key")).contains("pool.max-size", "url", "databases.orders.url");
        assertThat(settings.get(0).fieldNames())
                .toIterable()
                .containsExactly(
                        "database",
                        "key",
                        "value",
                        "default",
                        "changed",
                        "origin",
                        "unit",
                        "choices",
                        "secret",
                        "live");
        for (var setting : settings) {
            assertThat(setting.path("secret").asBoolean())
                    .isEqualTo(
                            setting.path("key")
                                    .asText()
                                    .matches(
                                            "(.*\\.)?(password|tls\\.client-key|read-token|admin-token|alerts\\.webhook\\.(url|secret))"));
        }
    }

    @Test
    void showOfWhatWasChangedLeavesOutTheRest() throws Exception {
        var run = CliRun.in(folder, Map.of("DB_POOL_MAX", "7"), "config", "show", "--changed");
        assertThat(run.out().lines().filter(line -> line.contains(".")))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("pool.max-size  7"));
        var json = CliRun.in(folder, Map.of("DB_POOL_MAX", "7"), "config", "show", "--changed", "--json");
        assertThat(json.json().path("settings").findValuesAsText("key")).containsExactly("pool.max-size");
    }

    @Test
    void showOfAnInvalidConfigurationNamesItsProblems() {
        var run = CliRun.in(folder, Map.of("DB_POOL_MAX", "many"), "config", "show");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("error: environment DB_POOL_MAX: pool.max-size=many");
    }

    @Test
    void checkFindsNothingInAGoodConfiguration() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "pool:\n  max-size: 5\n");
        var run = CliRun.in(folder, Map.of(), "config", "check");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("configuration is valid");
    }

    @Test
    void checkListsAllProblemsWithPlaceAndNearestKey() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "pool:\n  max-sise: 5\n  acquire-timeout: soon\n");
        var run = CliRun.in(folder, Map.of("DATABASE_URL", "postgresql://"), "config", "check");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.out())
                .contains("wellhead.yaml:2", "max-size", "wellhead.yaml:3", "acquire-timeout", "DATABASE_URL");
        var json = CliRun.in(folder, Map.of(), "config", "check", "--json");
        assertThat(json.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(json.json().path("valid").asBoolean()).isFalse();
        assertThat(json.json().path("problems")).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void commandsThatOpenDatabasesRefuseABadConfigurationBeforeAnythingElse() {
        for (var command : new String[] {"serve", "load", "health"}) {
            var run = CliRun.in(folder, Map.of("DATABASE_URL", "nonsense://x:y:z"), command);
            assertThat(run.code()).as(command).isEqualTo(ExitCode.CONFIG_INVALID);
            assertThat(run.err()).contains("DATABASE_URL").doesNotContain("\tat ");
            assertThat(folder.resolve(".wellhead")).doesNotExist();
        }
    }

    @Test
    void minAboveMaxAndAbsurdSizesAreAllNamed() {
        var run = CliRun.in(
                folder,
                Map.of("DATABASE_URL", "postgresql://app@127.0.0.1:5432/shop"),
                "load",
                "--set",
                "pool.min-idle=9",
                "--pool-max",
                "4");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.err()).contains("min-idle");
        var negative = CliRun.in(folder, Map.of(), "load", "--pool-max=-3");
        assertThat(negative.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(negative.err()).contains("max-size", "-3");
    }

    @Test
    void fileThatIsNotThereIsNamed() {
        var run = CliRun.in(folder, Map.of(), "config", "check", "--config", "missing.yaml");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        assertThat(run.out()).contains("missing.yaml");
    }
}
