// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .env.example} in the root of the project. */
class EnvExampleTest {

    private static final Path EXAMPLE = Path.of("..", ".env.example");

    @TempDir
    Path folder;

    @Test
    void namesEveryAliasAndNothingElse() throws Exception {
        try (var lines = Files.lines(EXAMPLE)) {
            var named = lines.map(line -> line.startsWith("#") ? line.substring(1) : line)
                    .filter(line -> line.matches("[A-Z_]+=.*"))
                    .map(line -> line.substring(0, line.indexOf('=')))
                    .collect(Collectors.toSet());
            var known = Stream.concat(Aliases.all().stream().map(Aliases.Alias::name), Stream.of("NODE_ENV"))
                    .collect(Collectors.toSet());
            assertThat(named).isEqualTo(known);
        }
    }

    @Test
    void isAValidConfigurationAsItStands() throws Exception {
        Files.copy(EXAMPLE, folder.resolve(".env"));
        var config = new Given(folder).load();
        assertThat(config.databases()).hasSize(1);
        assertThat(config.warnings()).isEmpty();
    }
}
