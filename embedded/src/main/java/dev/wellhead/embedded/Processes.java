// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Processes of the operating system: run one to its end, signal others, see whether they live. */
final class Processes {
    private static final long POLL_MILLIS = 10;
    private static final Path PROC = Path.of("/proc");

    private Processes() {}

    /** What a finished process left behind. */
    record Output(int exitCode, String text) {}

    static boolean isLinux() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    }

    /** Runs a command to its end, in a clean environment; stderr goes with stdout. */
    static Output run(List<String> command, Duration limit) throws IOException {
        return run(command, limit, Path.of("").toAbsolutePath());
    }

    /** As above in that working directory. */
    static Output run(List<String> command, Duration limit, Path directory) throws IOException {
        Path output = Files.createTempFile("wellhead-", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(output.toFile());
            // A PGPORT or PGDATA of the user's shell would reach into the server; messages are read by this program.
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            if (!waitFor(process, limit)) {
                throw new EmbeddedServerStartException("A program of PostgreSQL did not end in time. command=" + command
                        + " limitMs=" + limit.toMillis() + ": "
                        + Files.readString(output).strip());
            }
            return new Output(process.exitValue(), Files.readString(output));
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static boolean waitFor(Process process, Duration limit) {
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServerStartException("Interrupted while waiting for a program of PostgreSQL.", e);
        } finally {
            if (!ended) {
                process.destroyForcibly();
            }
        }
    }

    /** Sends a signal; a process that is gone by now is no error. */
    static void signal(String signal, LongStream pids) throws IOException {
        String list = pids.mapToObj(Long::toString).collect(Collectors.joining(" "));
        if (!list.isEmpty()) {
            // The shell's own kill: a minimal container has no program of that name.
            run(List.of("/bin/sh", "-c", "kill -" + signal + " " + list), Duration.ofSeconds(10));
        }
    }

    /** Whether a process lives; one that is dead but not yet reaped by its parent does not. */
    static boolean isAlive(long pid) {
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        if (!isLinux()) {
            return true;
        }
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (IOException e) {
            // Gone between the two looks.
            return false;
        }
    }

    /** Waits until none of the processes lives. */
    static boolean awaitEnd(List<Long> pids, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (pids.stream().anyMatch(Processes::isAlive)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServerStartException("Interrupted while waiting for the embedded server.", e);
        }
    }

    /** The live PostgreSQL processes whose working directory is the folder: all of a server's, orphans too. Linux only. */
    static List<Long> workingIn(Path folder) throws IOException {
        List<Long> found = new ArrayList<>();
        if (!isLinux() || !Files.isDirectory(folder)) {
            return found;
        }
        Path real = folder.toRealPath();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                if (worksIn(entry, real)) {
                    found.add(Long.parseLong(entry.getFileName().toString()));
                }
            }
        }
        return found;
    }

    private static boolean worksIn(Path process, Path folder) {
        try {
            // The program too: a user's shell, or this JVM, may stand in the folder.
            return Files.readSymbolicLink(process.resolve("cwd")).equals(folder)
                    && Files.readSymbolicLink(process.resolve("exe")).toString().contains("/bin/postgres");
        } catch (IOException e) {
            // Ended meanwhile, a zombie, or another user's: none of ours.
            return false;
        }
    }
}
