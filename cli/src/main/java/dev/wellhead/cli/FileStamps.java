// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What files looked like at one moment, through symbolic links: two that are equal hold the same bytes, so far as can be
 * told without reading them. It sees what is written in place, what is renamed over a file, and a link that is swapped
 * anywhere on the way to it.
 *
 * @param stamps by path; empty where there is no file
 */
record FileStamps(Map<Path, Optional<Stamp>> stamps) {

    /** Of no files at all. */
    static final FileStamps NONE = new FileStamps(Map.of());

    /**
     * One file.
     *
     * @param identity which file it is, so that one renamed over another is seen; null where the system has none
     */
    record Stamp(
            FileTime modified, long sizeBytes, @Nullable Object identity) {}

    FileStamps {
        stamps = Map.copyOf(stamps);
    }

    /** Looks at the files now. */
    static FileStamps of(Collection<Path> files) {
        var stamps = new LinkedHashMap<Path, Optional<Stamp>>();
        files.forEach(file -> stamps.put(file, look(file)));
        return new FileStamps(stamps);
    }

    /** The same moment for other files: those that were not looked at then are looked at now. */
    FileStamps forFiles(Collection<Path> files) {
        var others = new LinkedHashMap<Path, Optional<Stamp>>();
        for (var file : files) {
            var known = stamps.get(file);
            others.put(file, known != null ? known : look(file));
        }
        return new FileStamps(others);
    }

    /** The files that were there. */
    List<Path> present() {
        return stamps.entrySet().stream()
                .filter(entry -> entry.getValue().isPresent())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static Optional<Stamp> look(Path file) {
        try {
            var seen = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new Stamp(seen.lastModifiedTime(), seen.size(), seen.fileKey()));
        } catch (IOException none) {
            // Not there, or not to be seen by this user: reading it says which, with the mend.
            return Optional.empty();
        }
    }
}
