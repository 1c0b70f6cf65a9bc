// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A password reaches the driver and nothing else. */
class SecretTest {

    private static final String CANARY = "c4n4ry";

    @TempDir
    Path folder;

    @Test
    void noTextOfTheConfigurationHoldsThePassword() {
        var config = new Given(folder)
                .env("DATABASE_URL", "postgresql://app:" + CANARY + "@db.example.com/shop?sslmode=require")
                .env("WELLHEAD_DATABASES_B_URL", "jdbc:postgresql://localhost/b?user=u&password=" + CANARY)
                .env("WELLHEAD_DATABASES_C_ADDRESS_HOST", "localhost")
                .env("WELLHEAD_DATABASES_C_PASSWORD", CANARY)
                .env("DB_CLIENT_KEY", "-----BEGIN PRIVATE KEY-----\n" + CANARY + "\n-----END PRIVATE KEY-----")
                .load();
        assertThat(config.databases()).hasSize(3);
        assertThat(config.toString()).doesNotContain(CANARY);
        assertThat(ConfigReport.settings(config, false)).doesNotContain(CANARY);
        assertThat(Given.setting(config, "password").value()).isEqualTo("****");
        assertThat(Given.setting(config, "databases.b.password").value()).isEqualTo("****");
        assertThat(Given.setting(config, "databases.c.password").value()).isEqualTo("****");
        assertThat(Given.setting(config, "tls.client-key").value()).isEqualTo("****");
    }

    @Test
    void noProblemHoldsThePassword() {
        var problems = new Given(folder)
                .env("DATABASE_URL", "postgresql://app:" + CANARY + "@h:x/shop")
                .env("WELLHEAD_URL", "postgresql://app:" + CANARY + "2@h/shop")
                .env("DB_PASSWORD", CANARY)
                .env("WELLHEAD_PASSWORD", CANARY + "3")
                .env("WELLHEAD_PASWORD", CANARY)
                .env("DB_PASWORD", CANARY)
                .env("WELLHEAD_POOL_DRIVER_PROPERTIES", CANARY)
                .yaml("password: [" + CANARY + "]\n")
                .dotEnv("DB_PASSWORD=\"" + CANARY + "\nnonsense " + CANARY)
                .problems();
        assertThat(problems).hasSizeGreaterThan(6);
        assertThat(problems.toString()).doesNotContain(CANARY);
        assertThat(ConfigReport.problems(problems)).doesNotContain(CANARY);
    }

    @Test
    void noYamlErrorQuotesAnAliasThatMayBeAPassword() {
        var problems = new Given(folder).yaml("password: *" + CANARY + "\n").problems();
        assertThat(problems).hasSize(1);
        assertThat(problems.get(0).place()).isEqualTo("wellhead.yaml:1");
        assertThat(problems.toString()).doesNotContain(CANARY);
    }

    @Test
    void noYamlErrorQuotesATagThatMayBeAPassword() {
        for (var text :
                new String[] {"!" + CANARY, "!x!" + CANARY, "!<" + CANARY, "&" + CANARY, "|" + CANARY, "%" + CANARY}) {
            var problems = new Given(folder)
                    .env("DATABASE_URL", Given.REMOTE)
                    .yaml("password: " + text + "\n")
                    .problems();
            assertThat(problems).as(text).isNotEmpty();
            assertThat(problems.toString()).as(text).doesNotContain(CANARY);
        }
    }

    @Test
    void noTextHoldsThePasswordOfTheKey() {
        var url = "postgresql://app:pw@db.example.com/shop?sslpassword=" + CANARY;
        var config = new Given(folder)
                .env("DATABASE_URL", url)
                .env("WELLHEAD_POOL_DRIVER_PROPERTIES", "sslpassword=" + CANARY)
                .load();
        assertThat(ConfigReport.settings(config, false)).doesNotContain(CANARY);
        assertThat(config.toString()).doesNotContain(CANARY);
        var flag = new Given(folder)
                .flag("url", "postgresql://db.example.com/shop?sslpassword=" + CANARY)
                .problems();
        assertThat(flag.toString()).doesNotContain(CANARY).contains("holds a secret");
        var malformed = new Given(folder).env("DATABASE_URL", url + "&nonsense").problems();
        assertThat(malformed).isNotEmpty();
        assertThat(malformed.toString()).doesNotContain(CANARY);
    }

    @Test
    void aKeyGivenAsTextGoesToAFileThatOnlyTheUserReads() throws Exception {
        var key = "-----BEGIN PRIVATE KEY-----\\n" + CANARY + "\\n-----END PRIVATE KEY-----";
        var given = new Given(folder).env("DATABASE_URL", Given.REMOTE).env("DB_CLIENT_KEY", key);
        var file = Path.of(given.database().pool().driverProperties().get("sslkey"));
        assertThat(Files.readString(file)).isEqualTo(key.replace("\\n", "\n"));
        assertThat(Files.getPosixFilePermissions(file))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        assertThat(given.database()).isEqualTo(given.database());
    }
}
