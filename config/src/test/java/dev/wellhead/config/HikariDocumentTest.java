// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/from-hikaricp.md}. */
class HikariDocumentTest {

    @Test
    void theTableIsThatOfTheImport() throws Exception {
        var table = new StringBuilder("| setter of HikariConfig | default | here | key | |\n|---|---|---|---|---|\n");
        for (var row : HikariSetting.ALL) {
            table.append("| `%s` | %s | %s | %s | %s |%n"
                    .formatted(
                            row.name(),
                            row.standard(),
                            row.fate().text(),
                            row.ours().isEmpty() ? "" : "`" + row.ours() + "`",
                            row.text()));
        }
        var fresh = Path.of("target", "docs", "hikari-table.md");
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, table);
        assertThat(Files.readString(Path.of("..", "docs", "from-hikaricp.md")))
                .as("docs/from-hikaricp.md is stale: put config/%s into it", fresh)
                .contains(table.toString());
    }
}
