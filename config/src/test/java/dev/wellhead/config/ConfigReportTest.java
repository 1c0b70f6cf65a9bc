// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReportTest {

    @TempDir
    Path folder;

    @Test
    void showsEveryKeyOfEachDatabaseWithDefaultUnitAndOrigin() {
        var config = new Given(folder)
                .env("DATABASE_URL", Given.LOCAL)
                .env("WELLHEAD_DATABASES_ORDERS_URL", Given.LOCAL)
                .env("WELLHEAD_DATABASES_ORDERS_POOL_MAX_SIZE", "7")
                .load();
        var text = ConfigReport.settings(config, false);
        var parts = text.split("\n\n");
        assertThat(parts).hasSize(4);
        assertThat(parts[0]).isEqualTo("profile local: nothing else was said and the database is on loopback");
        assertThat(parts[1]).startsWith("process\nKEY ");
        assertThat(parts[2]).startsWith("database default\nKEY ");
        assertThat(parts[3]).startsWith("database orders\nKEY ");
        for (var key : Keys.GLOBAL) {
            assertThat(parts[1].lines()).anyMatch(line -> line.startsWith(key.name() + " "));
        }
        for (var key : Keys.DATABASE) {
            // A name that is wider than its column has a line of its own.
            assertThat(parts[2].lines()).anyMatch(line -> (line + " ").startsWith(key.name() + " "));
            assertThat(parts[3].lines()).anyMatch(line -> (line + " ").startsWith(key.name() + " "));
        }
        assertThat(parts[2].lines())
                .anyMatch(line -> line.matches("KEY +VALUE +DEFAULT +UNIT +ORIGIN"))
                .anyMatch(line -> line.matches("pool\\.max-size +10 +10 +connections +profile local"))
                .anyMatch(line -> line.matches("password +\\*{4} +- +text +environment DATABASE_URL"))
                .anyMatch(line -> line.matches("pool\\.init-sql +- +- +SQL +default"));
        assertThat(parts[3])
                .contains("connections\n" + " ".repeat(49) + "environment WELLHEAD_DATABASES_ORDERS_POOL_MAX_SIZE\n");
        assertThat(text.lines()).allMatch(line -> line.length() <= 100).noneMatch(line -> line.endsWith(" "));
    }

    @Test
    void aValueThatIsTooLongForItsColumnStandsWhole() {
        var sql = "SELECT 1; ".repeat(12).strip() + "\nSELECT 2";
        var config = new Given(folder).env("WELLHEAD_POOL_INIT_SQL", sql).load();
        assertThat(ConfigReport.settings(config, true))
                .containsPattern("\npool\\.init-sql +" + sql.replace("\n", "\\\\n") + "\n +- +SQL +environment");
    }

    @Test
    void changedOnlyLeavesOutWhatIsTheDefault() {
        var given = new Given(folder).yaml("pool:\n  max-size: 10\n  min-idle: 1\nprofile: local\n");
        assertThat(ConfigReport.settings(given.load(), true)).isEqualTo("""
                profile local: set by wellhead.yaml:4

                database default
                KEY            VALUE  DEFAULT  UNIT         ORIGIN
                pool.min-idle  1      2        connections  wellhead.yaml:3
                """);
        assertThat(ConfigReport.settings(new Given(folder).yaml("").load(), true))
                .endsWith("\nEvery value is its default.\n");
    }

    @Test
    void aNumberThatWasLoweredIsShownBesideItsDefault() {
        var config = new Given(folder)
                .env("DATABASE_URL", Given.REMOTE)
                .env("DB_POOL_MAX", "3")
                .load();
        var setting = Given.setting(config, "pool.min-idle");
        assertThat(setting.value()).isEqualTo("3");
        assertThat(setting.standard()).isEqualTo("5");
        assertThat(Given.setting(config, "tls.mode").isChanged()).isFalse();
        assertThat(Given.setting(config, "address.port").standard()).isEmpty();
    }

    @Test
    void problemsStandInTheOrderOfTheirLines() {
        var problems = List.of(
                Problem.warning("wellhead.yaml:1", "", "", "w", "f"),
                Problem.error("wellhead.yaml:10", "", "", "a", "f"),
                Problem.error("environment DB_X", "", "", "b", "f"),
                Problem.error("wellhead.yaml:9 and wellhead.yaml:2", "", "", "c", "f"));
        assertThat(ConfigReport.problems(problems).lines().filter(line -> !line.startsWith(" ")))
                .containsExactly(
                        "error: environment DB_X",
                        "error: wellhead.yaml:9 and wellhead.yaml:2",
                        "error: wellhead.yaml:10",
                        "warning: wellhead.yaml:1",
                        "3 errors, 1 warning");
    }

    @Test
    void longTextsAreWrapped() {
        var words = "word ".repeat(60).strip();
        var text = ConfigReport.problems(List.of(Problem.error("x", "", "", words, words)));
        assertThat(text.lines()).hasSizeGreaterThan(7).allMatch(line -> line.length() <= 100);
    }

    @Test
    void listsProblemsWithTheirNumber() {
        var problems = List.of(
                Problem.error("wellhead.yaml:2", "pool.max-size", "0", "must be from 1 to 10000", "use a value"),
                Problem.warning("environment DB_X", "", "", "is not read", "remove it"));
        assertThat(ConfigReport.problems(problems)).isEqualTo("""
                error: wellhead.yaml:2: pool.max-size=0
                    must be from 1 to 10000
                    fix: use a value
                warning: environment DB_X
                    is not read
                    fix: remove it
                1 error, 1 warning
                """);
        assertThat(ConfigReport.problems(List.of())).isEqualTo("configuration is valid\n");
    }

    /** A file and an environment with one of each mistake; what a person reads of it. */
    @Test
    void aBadlyBrokenConfigurationIsReadFromTopToBottom() {
        var given = new Given(folder)
                .yaml("""
                profile: prod
                url: postgresql://app:hunter2@db.example.com:5x32/shop
                pool:
                  max-sise: 20
                  acquire-timeout: 30
                  idle-timeout: soon
                  isolation: serialisable
                  driver-properties: hunter2
                databases:
                  bad name:
                    url: x
                password:
                """)
                .dotEnv("""
                DB_POOL_MAX=20
                DATABASE_POOL_MAX=30
                DB_POOL_MAXX=3
                nonsense
                """)
                .env("DB_IDLE_TIMEOUT_MS", "1000")
                .env("WELLHEAD_URLL", "hunter2");
        assertThat(ConfigReport.problems(given.problems())).isEqualTo("""
                error: .env:2 and .env:1: pool.max-size=30 and 20
                    is given twice, with different values
                    fix: keep one of the two, or give both the same value
                error: .env:4
                    is not NAME=value
                    fix: write NAME=value, or # before a comment
                error: environment WELLHEAD_URLL
                    is not a known name
                    fix: did you mean WELLHEAD_URL?
                error: wellhead.yaml:1: profile=prod
                    must be one of production, edge, local
                    fix: did you mean production?
                error: wellhead.yaml:2: url=postgresql://****
                    must have a port from 1 to 65535 after the host
                    fix: write host:port; or, if that was part of the password, percent-encode what is special in a
                         user name or password: % as %25, / as %2F, @ as %40, : as %3A, ? as %3F, # as %23
                error: wellhead.yaml:4: pool.max-sise
                    is not a known key
                    fix: did you mean pool.max-size?
                error: wellhead.yaml:5: pool.acquire-timeout=30
                    is a number without a unit
                    fix: say which: 30ms, 30s or 30m
                error: wellhead.yaml:7: pool.isolation=serialisable
                    must be one of read-uncommitted, read-committed, repeatable-read, serializable
                    fix: did you mean serializable?
                error: wellhead.yaml:8: pool.driver-properties=****
                    must be name=value pairs with commas between
                    fix: write them as name=value,name=value, or as a mapping in wellhead.yaml
                error: wellhead.yaml:11: databases.bad name.url
                    does not name a database and a key
                    fix: write databases.<name>.<key>; a name is 1 to 64 letters, digits, - and _
                error: wellhead.yaml:12: password
                    has no value
                    fix: give it one, or remove the line
                warning: .env:3: DB_POOL_MAXX
                    is not read by Wellhead
                    fix: did you mean DB_POOL_MAX? If not, this can be ignored
                warning: wellhead.yaml:6: pool.idle-timeout=soon
                    must be a duration; it does not count, because another place says this key too
                    fix: write a number with ns, us, ms, s, m, h or d, such as 250ms
                11 errors, 2 warnings
                """);
    }
}
