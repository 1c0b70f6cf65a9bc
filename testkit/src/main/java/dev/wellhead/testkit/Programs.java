// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs from outside of Maven Central that some tests need; such tests are tagged {@code needs-PROGRAM}. */
public final class Programs {

    private Programs() {}

    /**
     * Where that program is on the PATH; empty when it is not there, and the test is to be left out.
     *
     * @throws IllegalStateException when it is not there and {@code CHECK_REQUIRE} of the environment, a list with commas,
     *     names it, as CI's does
     */
    public static Optional<Path> find(String name) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        var found = Stream.of(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        var required = Optional.ofNullable(System.getenv("CHECK_REQUIRE")).orElse("");
        if (found.isEmpty() && List.of(required.split(",", -1)).contains(name)) {
            throw new IllegalStateException(name + " is not on the PATH: install it (CHECK_REQUIRE names it)");
        }
        return found;
    }
}
