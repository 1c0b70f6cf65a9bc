// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of the project that is made from the code. */
final class GeneratedFile {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private GeneratedFile() {}

    /**
     * Compares the file with the text that it should have; the fresh text is left in {@code target/docs}.
     *
     * @param path from the root of the project
     */
    static void assertFresh(String path, String text) throws IOException {
        var fresh = Path.of("target", "docs").resolve(Path.of(path).getFileName());
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, text);
        assertThat(Files.readString(ROOT.resolve(path)))
                .as("%s is stale: copy config/%s over it", path, fresh)
                .isEqualTo(text);
    }
}
