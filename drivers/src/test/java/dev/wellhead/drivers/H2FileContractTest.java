// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** H2 with its data in a file. */
class H2FileContractTest extends H2Contract {

    @TempDir
    private static Path folder;

    @Override
    String url() {
        return "jdbc:h2:file:" + folder.resolve("contract");
    }
}
