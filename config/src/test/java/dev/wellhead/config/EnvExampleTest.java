// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .env.example} in the root of the project. */
class EnvExampleTest {

    @TempDir
    Path folder;

    @Test
    void isWhatConfigInitWrites() throws Exception {
        GeneratedFile.assertFresh(".env.example", ConfigTemplate.dotEnv(Profile.LOCAL));
    }

    @Test
    void isAValidConfigurationAsItStands() throws Exception {
        Files.copy(Path.of("..", ".env.example"), folder.resolve(".env"));
        assertThat(new Given(folder).problems()).isEmpty();
        assertThat(ConfigReport.settings(new Given(folder).load(), true)).endsWith("Every value is its default.\n");
    }
}
