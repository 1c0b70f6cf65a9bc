// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** The JDKs that are installed beside the one that runs. */
final class Jdks {
    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");

    private Jdks() {}

    /** One of them. */
    private record Jdk(Path java, int version) {}

    /** The {@code java} of the newest that is at least as new. */
    static Optional<Path> newest(int atLeast) throws IOException {
        return newest(Path.of(System.getProperty("java.home"), "..").toAbsolutePath(), atLeast);
    }

    static Optional<Path> newest(Path folder, int atLeast) throws IOException {
        try (var homes = Files.list(folder)) {
            return homes.map(home -> new Jdk(home.resolve("bin").resolve("java"), version(home.resolve("release"))))
                    .filter(jdk -> jdk.version >= atLeast && Files.isExecutable(jdk.java))
                    .max(Comparator.comparingInt(Jdk::version))
                    .map(Jdk::java);
        }
    }

    /** 0 where the file does not say. */
    private static int version(Path release) {
        try {
            var found = VERSION.matcher(Files.isReadable(release) ? Files.readString(release) : "");
            return found.find() ? Integer.parseInt(found.group(1)) : 0;
        } catch (IOException e) {
            // Then it is none that we could run either.
            return 0;
        }
    }
}
