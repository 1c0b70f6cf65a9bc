// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code docs/config.md}. */
class ConfigDocumentTest {

    @Test
    void theDocumentIsFresh() throws Exception {
        GeneratedFile.assertFresh("docs/config.md", ConfigDocument.text());
    }

    @Test
    void hasARowForEveryKeyAndEveryForeignName() {
        var text = ConfigDocument.text();
        assertThat(Keys.names()).allSatisfy(key -> assertThat(text).contains("\n| `" + key + "` | "));
        assertThat(Aliases.all())
                .allSatisfy(
                        alias -> assertThat(text).contains("\n| `" + alias.name() + "` | `" + alias.key() + "` | "));
        assertThat(text)
                .contains("| `pool.max-size` | 50 / 100 / 10 | connections, from 1 to 10000 | ")
                .contains("| `DB_IDLE_TIMEOUT_MS` | `pool.idle-timeout` | milliseconds |");
    }
}
