// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs from outside of Maven Central that some tests need; such tests are tagged {@code needs-PROGRAM}. */
public final class Programs {

    private Programs() {}

    /**
     * Where that program is on the PATH; empty when it is not there, and the test is to be left out.
     *
     * @throws IllegalStateException when it is not there and the environment says {@code CHECK_REQUIRE}, as CI does
     */
    public static Optional<Path> find(String name) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        var found = Stream.of(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty() && System.getenv("CHECK_REQUIRE") != null) {
            throw new IllegalStateException(name + " is not on the PATH: install it (CHECK_REQUIRE is set)");
        }
        return found;
    }
}
