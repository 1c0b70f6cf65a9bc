// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** The data of a PostgreSQL standby: a copy of a stopped primary's, and the two files that make it follow. */
final class StandbyFiles {

    private StandbyFiles() {}

    /** Copies the data of a server that does not run, with its access rights. */
    static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                return copyOne(folder);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                return copyOne(file);
            }

            private FileVisitResult copyOne(Path path) throws IOException {
                Files.copy(
                        path,
                        to.resolve(from.relativize(path)),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Makes the server of that data a standby from its next start on, of the server at that port. */
    static void follow(Path data, int primaryPort) throws IOException {
        Files.writeString(data.resolve("standby.signal"), "");
        // The last entry counts. A short status interval: lag shows soon.
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + primaryPort
                        + " user=postgres'\nwal_receiver_status_interval = 1\nwal_retrieve_retry_interval = 200\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
