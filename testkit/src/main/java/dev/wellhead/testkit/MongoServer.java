// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A stand-in for MongoDB, in a process of its own on a free loopback port, that can be stopped, killed, frozen and
 * restarted. It speaks the protocol to any driver: queries, writes, indexes, aggregations, cursors. It has no sessions, no
 * transactions, no change streams, no login and no replica set: {@link ScriptedMongo} answers those.
 *
 * <p>The module that uses it names {@code mongo-java-server-h2-backend} among its own test dependencies. A start takes
 * about a second. What was acknowledged survives {@link #kill()}. Ends with the JVM that started it, however that ends.
 *
 * <p>Methods that change the state of the server are one at a time; the others may be called from any thread.
 */
public final class MongoServer implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final Path folder;
    private final int port;
    private final ServerProcess process;

    private MongoServer(Path folder) throws IOException {
        this.folder = folder;
        this.port = FreePort.find();
        this.process = new ServerProcess(launch());
    }

    /**
     * Starts a server of the caller's own.
     *
     * @return accepting connections, without any database
     */
    public static MongoServer start() {
        try {
            Path folder = TempServers.newFolder();
            boolean started = false;
            try {
                MongoServer server = new MongoServer(folder);
                TempServers.opened(server, server::closeForGood);
                started = true;
                return server;
            } finally {
                if (!started) {
                    TempServers.delete(folder);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The connection string.
     *
     * @return without user, options and database
     */
    public String uri() {
        return "mongodb://127.0.0.1:" + port;
    }

    /**
     * The TCP port on 127.0.0.1.
     *
     * @return the same after a restart
     */
    public int port() {
        return port;
    }

    /**
     * The process id.
     *
     * @return of the last start
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Whether the process lives; a frozen one does.
     *
     * @return false after stop, kill and close
     */
    public boolean isRunning() {
        return process.isRunning();
    }

    /** Stops the server orderly. Data and port are kept. */
    public synchronized void stop() {
        thaw();
        try {
            process.process().getOutputStream().close();
            if (!process.process().waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill();
        }
    }

    /** Ends the server with SIGKILL. Data and port are kept; works on a frozen server. */
    public synchronized void kill() {
        process.kill();
    }

    /** Stops the server with SIGSTOP: sockets stay, nobody answers. */
    public synchronized void freeze() {
        process.freeze();
    }

    /** Lets a frozen server go on; nothing to do for others. */
    public synchronized void thaw() {
        process.thaw();
    }

    /** Starts the server again on the same data and port; one that runs is stopped first. */
    public synchronized void restart() {
        if (isRunning()) {
            stop();
        }
        try {
            process.replace(launch());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the server, whatever state it is in, and removes its data. A second call does nothing. */
    @Override
    public void close() {
        try {
            closeForGood();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void closeForGood() throws IOException {
        kill();
        TempServers.closed(this);
        if (Files.exists(folder)) {
            TempServers.delete(folder);
        }
    }

    /** Returns when it accepts connections. */
    private Process launch() throws IOException {
        Path log = folder.resolve("log");
        Process started = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MongoProgram.class.getName(),
                        Integer.toString(port),
                        folder.resolve("mongo.mv").toString()))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        boolean isReady = false;
        try {
            isReady = isReady(started);
        } finally {
            if (!isReady) {
                started.destroyForcibly();
            }
        }
        if (!isReady) {
            throw new IOException("The stand-in for MongoDB did not start: " + Files.readString(log));
        }
        return started;
    }

    private static boolean isReady(Process started) throws IOException {
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        OwnThread.EACH.execute(() -> {
            try (BufferedReader output =
                    new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
                String line = output.readLine();
                while (line != null && !line.equals(MongoProgram.READY)) {
                    line = output.readLine();
                }
                ready.complete(line != null);
                while (line != null) {
                    line = output.readLine();
                }
            } catch (IOException e) {
                // Ended: nothing more is said.
                ready.complete(false);
            }
        });
        try {
            return ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the stand-in for MongoDB started", e);
        }
    }
}
