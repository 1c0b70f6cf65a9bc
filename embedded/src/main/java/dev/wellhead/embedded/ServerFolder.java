// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one embedded server: {@code data}, {@code server.log}, {@code wellhead.lock}, {@code
 * running.properties} while it runs, {@code last-port}.
 */
final class ServerFolder {
    private static final Logger LOG = LoggerFactory.getLogger(ServerFolder.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS").withZone(ZoneOffset.UTC);
    private static final int HIGHEST_PORT = 65_535;
    private static final long LOG_LIMIT_BYTES = 16L * 1024 * 1024;

    private static final String NEW_DATA = "data.new";

    private final Path root;
    private final Path newData;

    private ServerFolder(Path root) {
        this.root = root;
        this.newData = root.resolve(
                NEW_DATA + "-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()));
    }

    /** Makes the folder when it is missing. */
    static ServerFolder create(Path folder) throws IOException {
        Files.createDirectories(folder);
        return new ServerFolder(folder.toRealPath());
    }

    static Optional<ServerFolder> existing(Path folder) throws IOException {
        return Files.isDirectory(folder) ? Optional.of(new ServerFolder(folder.toRealPath())) : Optional.empty();
    }

    Path root() {
        return root;
    }

    Path data() {
        return root.resolve("data");
    }

    /**
     * Where new data is made; renamed to {@link #data()} when it is whole. Another name each time: the initdb of an owner
     * that was killed runs on for a moment, and must not write into the data of the next.
     */
    Path newData() {
        return newData;
    }

    Path log() {
        return root.resolve("server.log");
    }

    boolean hasData() {
        return Files.exists(data().resolve("PG_VERSION"));
    }

    /** Moves unusable data out of the way, never deletes it; only the holder of the lock may call. */
    void setBrokenAside() throws IOException {
        Path data = data();
        boolean whole = hasData() && Files.exists(data.resolve("global/pg_control"));
        if (!whole && Files.exists(data) && !isEmpty(data)) {
            setAside(data, "PG_VERSION or global/pg_control is missing");
        }
        for (Path unfinished : unfinished()) {
            setAside(unfinished, "its creation was interrupted");
        }
    }

    void checkVersion(String wanted) throws IOException {
        if (hasData()) {
            String found = Files.readString(data().resolve("PG_VERSION")).strip();
            if (!found.equals(wanted)) {
                throw new EmbeddedServerVersionException(data(), found, wanted);
            }
        }
    }

    private List<Path> unfinished() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, NEW_DATA + "*")) {
            List<Path> found = new ArrayList<>();
            entries.forEach(found::add);
            return found;
        }
    }

    private void setAside(Path folder, String reason) throws IOException {
        String name = "data.broken-" + STAMP.format(Instant.now());
        Path target = root.resolve(name);
        for (int next = 2; Files.exists(target); next++) {
            target = root.resolve(name + "-" + next);
        }
        Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        LOG.warn(
                "embedded postgres data set aside folder={} reason=\"{}\" kept={}: look into it or delete it",
                folder,
                reason,
                target);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        }
    }

    /** Keeps the log bounded: one old file, one current; returns where the next line goes. */
    long rotateLog() throws IOException {
        if (!Files.exists(log())) {
            return 0;
        }
        if (Files.size(log()) > LOG_LIMIT_BYTES) {
            Files.move(log(), root.resolve("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
            return 0;
        }
        return Files.size(log());
    }

    int lastPort() throws IOException {
        Path file = root.resolve("last-port");
        if (!Files.exists(file)) {
            return 0;
        }
        try {
            int port = Integer.parseInt(Files.readString(file).strip());
            return port > 0 && port <= HIGHEST_PORT ? port : 0;
        } catch (NumberFormatException e) {
            LOG.warn("embedded postgres port file unreadable file={}: taking any free port", file, e);
            return 0;
        }
    }

    void publish(RunningServer server) throws IOException {
        Files.writeString(root.resolve("last-port"), Integer.toString(server.port()));
        Properties properties = new Properties();
        properties.setProperty("url", server.url());
        properties.setProperty("port", Integer.toString(server.port()));
        properties.setProperty("pid", Long.toString(server.pid()));
        properties.setProperty("ownerPid", Long.toString(server.ownerPid()));
        properties.setProperty("user", server.user());
        properties.setProperty("version", server.version());
        Path fresh = root.resolve("running.properties.new");
        try (Writer writer = Files.newBufferedWriter(fresh)) {
            properties.store(writer, "written by Wellhead while the server runs");
        }
        Files.move(fresh, runningFile(), StandardCopyOption.ATOMIC_MOVE);
    }

    void unpublish() throws IOException {
        Files.deleteIfExists(runningFile());
    }

    /** The published server, if both it and its owner live; a file that a killed owner left counts for nothing. */
    Optional<RunningServer> running() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(runningFile())) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            // Not running.
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            // Not by us: we write it whole.
            LOG.warn("embedded postgres running file unreadable file={}: taken as not running", runningFile(), e);
            return Optional.empty();
        }
        RunningServer server;
        try {
            server = published(properties);
        } catch (NumberFormatException e) {
            LOG.warn("embedded postgres running file unreadable file={}: taken as not running", runningFile(), e);
            return Optional.empty();
        }
        boolean lives = Processes.isAlive(server.ownerPid()) && Processes.isAlive(server.pid());
        return lives ? Optional.of(server) : Optional.empty();
    }

    private static RunningServer published(Properties properties) {
        return new RunningServer(
                properties.getProperty("url", ""),
                Integer.parseInt(properties.getProperty("port", "0")),
                Long.parseLong(properties.getProperty("pid", "0")),
                Long.parseLong(properties.getProperty("ownerPid", "0")),
                properties.getProperty("user", ""),
                properties.getProperty("version", ""));
    }

    private Path runningFile() {
        return root.resolve("running.properties");
    }
}
