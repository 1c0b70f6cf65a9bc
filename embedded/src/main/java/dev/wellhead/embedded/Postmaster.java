// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the data, starts and stops the server process; only the holder of the folder's lock may use it.
 *
 * <p>Starting goes through pg_ctl, which gives the server a session of its own: Ctrl-C at a terminal reaches this
 * program but not the server, so this program can drain before it stops the server.
 */
final class Postmaster {
    static final String USER = "postgres";

    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
    private static final Duration AT_ONCE_LIMIT = Duration.ofSeconds(5);
    private static final int LOG_TAIL_BYTES = 2_000;
    private static final List<String> AS_OTHER_USER = List.of("unshare", "-U");

    private final EmbeddedServerConfig config;
    private final Binaries binaries;
    private final ServerFolder folder;
    private final List<String> prefix;

    Postmaster(EmbeddedServerConfig config, Binaries binaries, ServerFolder folder) throws IOException {
        this.config = config;
        this.binaries = binaries;
        this.folder = folder;
        this.prefix = prefix(config.startTimeout());
    }

    /** A start ended with a server (its process id) or found its port taken. */
    record Started(Optional<Long> pid) {}

    /** Makes the data in a folder beside and renames it: the data folder is whole or absent. */
    void createData() throws IOException {
        long start = System.nanoTime();
        List<String> command = new ArrayList<>(prefix);
        command.addAll(
                List.of(binaries.program("initdb"), "-D", folder.newData().toString(), "-U", USER));
        // The collation is PostgreSQL's own, so an update of the system's C library cannot corrupt an index.
        command.addAll(List.of("-A", "trust", "-E", "UTF8", "--no-locale", "--locale-provider=builtin"));
        command.add("--builtin-locale=C.UTF-8");
        if ("off".equals(config.settings().get("fsync"))) {
            command.add("--no-sync");
        }
        Processes.Output output = Processes.run(command, config.startTimeout());
        if (output.exitCode() != 0) {
            throw new EmbeddedServerStartException("The data of the embedded PostgreSQL could not be created. folder="
                    + folder.newData() + ": " + output.text().strip());
        }
        Files.deleteIfExists(folder.data());
        Files.move(folder.newData(), folder.data(), StandardCopyOption.ATOMIC_MOVE);
        LOG.info(
                "embedded postgres data created folder={} version={} elapsedMs={}",
                folder.data(),
                binaries.version(),
                Duration.ofNanos(System.nanoTime() - start).toMillis());
    }

    Started start(int port) throws IOException {
        long logStart = folder.rotateLog();
        List<String> command = new ArrayList<>(prefix);
        // Relative, and run in the folder: pg_ctl puts both into a shell's command, where a $ or ` would mean
        // something.
        command.addAll(List.of(
                binaries.program("pg_ctl"),
                "-D",
                folder.root().relativize(folder.data()).toString(),
                "-l",
                folder.root().relativize(folder.log()).toString()));
        command.addAll(List.of(
                "-w", "-t", Long.toString(Math.max(1, config.startTimeout().toSeconds()))));
        command.addAll(List.of("-o", options(port), "start"));
        Processes.Output output = Processes.run(command, config.startTimeout().plusSeconds(5), folder.root());
        if (output.exitCode() == 0) {
            return new Started(Optional.of(pidInFile()
                    .orElseThrow(() -> new EmbeddedServerStartException(
                            "The embedded PostgreSQL ended right after its start. folder=" + folder.root()))));
        }
        String log = logFrom(logStart);
        stop(Duration.ZERO);
        if (log.contains("Address already in use")) {
            return new Started(Optional.empty());
        }
        throw new EmbeddedServerStartException("The embedded PostgreSQL did not start. folder=" + folder.root()
                + " port=" + port + ": " + output.text().strip() + "\n" + log);
    }

    /** Ends what a killed owner left running, and the pid file of a server that is gone. */
    void endLeftover() throws IOException {
        List<Long> left = processes();
        if (!left.isEmpty()) {
            LOG.warn(
                    "embedded postgres left over from an owner that was killed folder={} pids={}: stopping it",
                    folder.root(),
                    left);
            stop(config.stopTimeout());
        }
        if (Processes.isLinux()) {
            // Safe only because no process works in the folder: its number may be another program's by now, or a
            // dead one's that nobody has reaped, and the server would refuse to start.
            Files.deleteIfExists(pidFile());
        }
    }

    /** Stops orderly within the limit, then at once (the next start recovers), then by force. */
    void stop(Duration orderlyLimit) throws IOException {
        if (orderlyLimit.toMillis() > 0 && stopStage("INT", postmasterOnly(), orderlyLimit)) {
            return;
        }
        if (stopStage("QUIT", processes(), AT_ONCE_LIMIT) || stopStage("KILL", processes(), AT_ONCE_LIMIT)) {
            return;
        }
        throw new EmbeddedServerStartException("The embedded PostgreSQL does not end. folder=" + folder.root()
                + " pids=" + processes() + ": end these processes, then try again");
    }

    private boolean stopStage(String signal, List<Long> targets, Duration limit) throws IOException {
        List<Long> all = processes();
        if (all.isEmpty()) {
            return true;
        }
        if (targets.isEmpty()) {
            return false;
        }
        Processes.signal(signal, targets.stream().mapToLong(Long::longValue));
        boolean ended = Processes.awaitEnd(all, limit) && processes().isEmpty();
        if (!ended) {
            LOG.warn(
                    "embedded postgres still runs folder={} signal={} waitedMs={}",
                    folder.root(),
                    signal,
                    limit.toMillis());
        }
        return ended;
    }

    private List<Long> postmasterOnly() throws IOException {
        return pidInFile().filter(processes()::contains).stream().toList();
    }

    /** All live processes of the server in this folder, also orphans of a postmaster that was killed (Linux). */
    private List<Long> processes() throws IOException {
        if (Processes.isLinux()) {
            return Processes.workingIn(folder.data());
        }
        return pidInFile()
                .flatMap(ProcessHandle::of)
                .filter(handle -> handle.isAlive()
                        && handle.info()
                                .command()
                                .filter(c -> c.endsWith("/postgres"))
                                .isPresent())
                .map(handle -> LongStream.concat(
                                LongStream.of(handle.pid()),
                                handle.descendants().mapToLong(ProcessHandle::pid))
                        .boxed()
                        .toList())
                .orElse(List.of());
    }

    private Path pidFile() {
        return folder.data().resolve("postmaster.pid");
    }

    private Optional<Long> pidInFile() throws IOException {
        if (!Files.exists(pidFile())) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(pidFile())) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(line -> line.matches("\\d{1,18}"))
                    .map(Long::valueOf);
        }
    }

    private String options(int port) {
        Map<String, String> settings = new TreeMap<>();
        // Errors of statements are the client's to log; without this the file would grow with each of them.
        settings.put("log_min_messages", "log");
        settings.put("fsync", "on");
        settings.put("synchronous_commit", "on");
        settings.putAll(config.settings());
        settings.put("port", Integer.toString(port));
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("unix_socket_directories", "");
        settings.put("max_connections", Integer.toString(config.maxConnections()));
        StringBuilder options = new StringBuilder();
        // pg_ctl hands this to a shell.
        settings.forEach((name, value) -> options.append(" -c '")
                .append(name)
                .append('=')
                .append(value.replace("'", "'\\''"))
                .append('\''));
        return options.toString();
    }

    private String logFrom(long start) throws IOException {
        if (!Files.exists(folder.log())) {
            return "";
        }
        try (RandomAccessFile log = new RandomAccessFile(folder.log().toFile(), "r")) {
            log.seek(Math.max(Math.min(start, log.length()), log.length() - LOG_TAIL_BYTES));
            byte[] tail = new byte[(int) (log.length() - log.getFilePointer())];
            log.readFully(tail);
            return new String(tail, StandardCharsets.UTF_8).strip();
        }
    }

    /** PostgreSQL refuses to run as root; in a user namespace of its own it is nobody, with root's files. */
    private static List<String> prefix(Duration limit) throws IOException {
        boolean root = Processes.isLinux()
                ? Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                : "root".equals(System.getProperty("user.name"));
        if (!root) {
            return List.of();
        }
        List<String> probe = new ArrayList<>(AS_OTHER_USER);
        probe.addAll(List.of("id", "-u"));
        String refusal;
        try {
            Processes.Output output = Processes.run(probe, limit);
            if (output.exitCode() == 0 && !output.text().strip().equals("0")) {
                return AS_OTHER_USER;
            }
            refusal = output.text().strip();
        } catch (IOException e) {
            throw new EmbeddedServerPlatformException(rootText("the program unshare is missing"), e);
        }
        throw new EmbeddedServerPlatformException(rootText(refusal));
    }

    private static String rootText(String reason) {
        return "The embedded PostgreSQL refuses to run as root and no user namespace can be made here. reason=" + reason
                + ": run as an ordinary user, or configure a database with DATABASE_URL";
    }
}
