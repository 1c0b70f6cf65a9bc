// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.examples.Deployment.Row;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every effective value of each deployment against the table beside it. */
class DeploymentValuesTest {

    static final List<String> ALL = Deployment.ALL;

    @ParameterizedTest
    @FieldSource("ALL")
    void loadsWithoutAProblem(String name) {
        assertThat(new Deployment(name).loader().check()).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("ALL")
    void everyEffectiveValueIsTheOneInTheTable(String name) {
        var deployment = new Deployment(name);
        var sources = deployment.expected().stream().collect(Collectors.toMap(Row::key, Row::source));
        var actual = deployment.load().settings().stream()
                .map(setting -> Row.of(setting, sources.getOrDefault(setting.key(), "")))
                .toList();
        assertThat(deployment.expected().stream().map(Row::csv))
                .as(() -> "%s/expected.csv; if a key is new or changed on purpose, these are its rows now:\n%s"
                        .formatted(
                                name,
                                actual.stream()
                                        .filter(row -> !deployment.expected().contains(row))
                                        .map(Row::csv)
                                        .collect(Collectors.joining("\n"))))
                .containsExactlyElementsOf(actual.stream().map(Row::csv).toList());
    }

    @ParameterizedTest
    @FieldSource("ALL")
    void everyValueHasASource(String name) {
        assertThat(new Deployment(name).expected())
                .allSatisfy(row ->
                        assertThat(row.source()).as("source of %s", row.key()).isNotBlank());
    }
}
