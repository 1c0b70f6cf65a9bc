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
    void showsEveryKeyWithValueOriginAndUnit() {
        var config = new Given(folder)
                .env("DATABASE_URL", Given.LOCAL)
                .env("DB_POOL_MAXX", "1")
                .load();
        var text = ConfigReport.text(config);
        assertThat(text.lines().findFirst().orElseThrow()).matches("KEY +VALUE +ORIGIN +UNIT");
        for (var key : Keys.names()) {
            assertThat(text.lines()).anyMatch(line -> line.startsWith(key + " "));
        }
        assertThat(text.lines())
                .anyMatch(line -> line.matches("pool\\.max-size +10 +profile local +connections"))
                .anyMatch(line -> line.matches("password +\\*{4} +environment DATABASE_URL +text"))
                .anyMatch(line -> line.matches("pool\\.init-sql +- +default +SQL"))
                .contains("profile local: nothing else was said and the database is on loopback")
                .anyMatch(line -> line.startsWith("warning: environment DB_POOL_MAXX: "));
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
}
