// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import dev.wellhead.embedded.EmbeddedServer;
import dev.wellhead.embedded.EmbeddedServerConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The temporary folders of the servers of this JVM. At its exit all open servers are closed; what a killed JVM left
 * behind, server and folder, the next one removes.
 */
final class TempServers {
    private static final Logger LOG = LoggerFactory.getLogger(TempServers.class);
    private static final String PREFIX = "wellhead-testkit-";
    private static final Map<Object, Close> OPEN = new ConcurrentHashMap<>();

    /** Ends a server, whatever state it is in, and removes its folder. */
    interface Close {
        void close() throws IOException;
    }

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(TempServers::closeAll, "testkit-servers-close"));
        sweep(Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
    }

    private TempServers() {}

    static Path newFolder() throws IOException {
        return Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-");
    }

    static void opened(Object server, Close close) {
        OPEN.put(server, close);
    }

    static void closed(Object server) {
        OPEN.remove(server);
    }

    /** Removes a folder with all in it; another may be removing it at the same time. */
    static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException cause) throws IOException {
                if (cause instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw cause;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException cause) throws IOException {
                if (cause != null && !(cause instanceof NoSuchFileException)) {
                    throw cause;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void closeAll() {
        for (Close server : OPEN.values()) {
            try {
                server.close();
            } catch (IOException | RuntimeException e) {
                LOG.error("testkit server not closed at exit", e);
            }
        }
    }

    /** Never fails: a leftover is no reason for this JVM not to have its servers. */
    static void sweep(Path temp) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temp, PREFIX + "*")) {
            for (Path folder : folders) {
                if (ownerIsDead(folder)) {
                    remove(folder);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("testkit leftovers not looked for folder={}", temp, e);
        }
    }

    private static boolean ownerIsDead(Path folder) {
        String name =
                Optional.ofNullable(folder.getFileName()).map(Path::toString).orElse("");
        String owner = name.substring(PREFIX.length()).replaceFirst("-.*", "");
        return owner.matches("\\d{1,10}")
                && ProcessHandle.of(Long.parseLong(owner)).isEmpty();
    }

    private static void remove(Path folder) {
        Duration noWait = Duration.ofMillis(100);
        try {
            if (Files.exists(folder.resolve("data"))) {
                // Opening ends what still runs there; a folder that somebody holds is refused.
                EmbeddedServerConfig config = EmbeddedServerConfig.builder(folder)
                        .stopTimeout(noWait)
                        .stopAtExit(false)
                        .build();
                EmbeddedServer.start(config).closeImmediately();
            }
            MariaDbFiles.endLeftover(folder);
            delete(folder);
            LOG.info("testkit leftover removed folder={}", folder);
        } catch (IOException | RuntimeException e) {
            LOG.warn("testkit leftover stays folder={}", folder, e);
        }
    }
}
