// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Signals to the processes of a server that this JVM started. */
final class Signals {
    private static final Path PROC = Path.of("/proc");
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Signals() {}

    /** The process and its children; stops the process first if asked, so that it starts no further child. */
    static List<Long> family(long pid) {
        List<Long> family = new ArrayList<>();
        family.add(pid);
        ProcessHandle.of(pid).ifPresent(handle -> handle.descendants().forEach(child -> family.add(child.pid())));
        return family;
    }

    /** Ends the process and its children by SIGKILL and waits until they are dead. */
    static void kill(long pid) throws IOException {
        stopAndAwait(List.of(pid));
        List<Long> family = family(pid);
        send("KILL", family);
        await("dead", () -> family.stream().allMatch(Signals::isDead));
    }

    /** Stops the process and its children by SIGSTOP and waits until they stand still. */
    static void freeze(long pid) throws IOException {
        stopAndAwait(List.of(pid));
        stopAndAwait(family(pid));
    }

    static void thaw(long pid) throws IOException {
        List<Long> family = family(pid);
        send("CONT", family);
        await("running", () -> family.stream().noneMatch(one -> state(one) == 'T'));
    }

    static void stopAndAwait(List<Long> pids) throws IOException {
        send("STOP", pids);
        await("stopped", () -> pids.stream().allMatch(pid -> state(pid) == 'T' || isDead(pid)));
    }

    static void send(String signal, Collection<Long> pids) throws IOException {
        String list = pids.stream().map(String::valueOf).collect(Collectors.joining(" "));
        Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + list)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            // One of them may have ended meanwhile, so the exit code says nothing; the caller awaits the effect.
            if (!kill.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("kill did not end. signal=" + signal + " pids=" + list);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending a signal", e);
        }
    }

    static boolean isDead(long pid) {
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
            return true;
        }
        char state = state(pid);
        return state == 'Z' || state == 'X';
    }

    static void awaitDead(long pid) throws IOException {
        await("dead", () -> isDead(pid));
    }

    /** The kernel's letter for the state of a process; X when it is gone. */
    private static char state(long pid) {
        try {
            if (Files.isDirectory(PROC.resolve("self"))) {
                String stat = Files.readString(PROC.resolve(pid + "/stat"));
                return stat.charAt(stat.lastIndexOf(')') + 2);
            }
            Process ps = new ProcessBuilder("/bin/ps", "-o", "state=", "-p", Long.toString(pid)).start();
            String text = new String(ps.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return text.isBlank() ? 'X' : text.strip().charAt(0);
        } catch (IOException e) {
            // Gone between the two looks.
            return 'X';
        }
    }

    private static void await(String what, BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("The processes of the server are not " + what + " after " + LIMIT);
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for a signal to take effect", e);
            }
        }
    }
}
