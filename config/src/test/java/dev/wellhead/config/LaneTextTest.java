// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.Given.LOCAL;
import static dev.wellhead.config.Given.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.Lane;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lanes in files and in the environment. */
class LaneTextTest {

    @TempDir
    Path folder;

    private Given given;

    @BeforeEach
    void begin() {
        given = new Given(folder).env("DATABASE_URL", LOCAL);
    }

    @Test
    void readsWhatItWrites() throws BadValueException {
        var lanes = LaneText.parse(" batch = 0 .. 8 , admin=1..1 EXEMPT kept");

        assertThat(lanes).containsExactly(Lane.of("admin", 1, 1).kept().exempt(), Lane.of("batch", 0, 8));
        assertThat(LaneText.text(lanes)).isEqualTo("admin=1..1 kept exempt,batch=0..8");
        assertThat(LaneText.parse(LaneText.text(lanes))).isEqualTo(lanes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    batch                | must be name=guaranteed..ceiling
                    batch=8              | must be name=guaranteed..ceiling
                    batch=-1..8          | must be name=guaranteed..ceiling
                    batch=0..8,          | must be name=guaranteed..ceiling
                    =0..8                | must be name=guaranteed..ceiling
                    default=0..8         | and not default
                    a b=0..8             | must name each lane by 1 to 64 letters
                    batch=0..8 keept     | did you mean kept?
                    batch=0..8 fast      | knows kept and exempt behind the shares of a lane, not fast
                    batch=0..8,batch=0..2| must name each lane once
                    """)
    void refusesWithRuleAndFix(String text, String rule) {
        assertThatThrownBy(() -> LaneText.parse(text))
                .isInstanceOf(BadValueException.class)
                .hasMessageContaining(rule);
    }

    @Test
    void mappingOfAFileAndTextOfTheEnvironmentAreMergedByName() {
        given.env("WELLHEAD_POOL_LANES", "batch=0..2");
        given.yaml("pool:\n  lanes:\n    batch: 0..1\n    admin: 1..1 kept\n");
        var config = given.load();

        assertThat(config.databases().get(0).pool().lanes())
                .isEqualTo(List.of(Lane.of("admin", 1, 1).kept(), Lane.of("batch", 0, 2)));
        var setting = setting(config, "pool.lanes");
        assertThat(setting.value()).isEqualTo("admin=1..1 kept,batch=0..2");
        assertThat(setting.origin()).contains("environment WELLHEAD_POOL_LANES").contains("wellhead.yaml:4");
    }

    @Test
    void problemsNamePlaceValueRuleAndMend() {
        given.yaml("pool:\n  max-size: 5\n  lanes:\n    batch: 0..\n");
        assertThat(given.problems())
                .singleElement()
                .hasToString(
                        "wellhead.yaml:4: pool.lanes.batch=0..: must be name=guaranteed..ceiling, with kept or exempt"
                                + " after it where they apply; write it as batch=0..8,admin=1..1 kept exempt, or in wellhead.yaml as"
                                + " a mapping batch: 0..8 under lanes");
    }

    @Test
    void rulesOfThePoolAreToldForEachLaneWhereItStands() {
        given.yaml("pool:\n  max-size: 5\n  lanes:\n    admin: 1..1\n    batch: 0..8\n    reports: 3..2\n");
        assertThat(given.problems().stream().filter(Problem::isError).map(Problem::toString))
                .containsExactly(
                        "wellhead.yaml:5: pool.lanes.batch=0..8: must have a ceiling of at most max-size=5;"
                                + " lower the ceiling to at most 5",
                        "wellhead.yaml:6: pool.lanes.reports=3..2: must have a ceiling of at least what is guaranteed;"
                                + " raise the ceiling to at least 3");
    }

    @Test
    void rulesOfThePoolNameTheLaneOfAText() {
        given.env("WELLHEAD_POOL_MAX_SIZE", "5");
        given.env("WELLHEAD_POOL_LANES", "admin=1..1,batch=0..8,reports=5..5");
        assertThat(given.problems().stream().filter(Problem::isError).map(Problem::toString))
                .containsExactly(
                        "environment WELLHEAD_POOL_LANES: pool.lanes=batch=0..8: must have a ceiling of at most"
                                + " max-size=5; lower the ceiling to at most 5",
                        "environment WELLHEAD_POOL_LANES: pool.lanes=6: must guarantee at most max-size=5 connections"
                                + " in all; guarantee fewer, or raise max-size to at least 6");
    }
}
