// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private real PostgreSQL that keeps its data in a folder and runs as long as this object is open.
 *
 * <p>It listens on 127.0.0.1 only and trusts every local user: it is for one machine, not for a network. Commits are
 * durable. One process at a time holds the folder; another gets an {@link EmbeddedServerLockedException} that says
 * where the server is. All methods may be called from any thread.
 */
public final class EmbeddedServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServer.class);
    private static final int PORT_ATTEMPTS = 5;

    private final EmbeddedServerConfig config;
    private final ServerFolder folder;
    private final Postmaster postmaster;
    private final FolderLock lock;
    private final RunningServer running;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    // Null: the configuration says that the program closes the server itself.
    private final @Nullable Thread exitHook;

    private EmbeddedServer(
            EmbeddedServerConfig config,
            ServerFolder folder,
            Postmaster postmaster,
            FolderLock lock,
            RunningServer running) {
        this.config = config;
        this.folder = folder;
        this.postmaster = postmaster;
        this.lock = lock;
        this.running = running;
        this.exitHook = config.stopAtExit() ? new Thread(this::stopAtExit, "embedded-postgres-stop") : null;
    }

    /**
     * Starts a server with the defaults of {@link EmbeddedServerConfig}.
     *
     * @param folder folder that keeps the data
     * @return the server, accepting connections
     */
    public static EmbeddedServer start(Path folder) {
        return start(EmbeddedServerConfig.builder(folder).build());
    }

    /**
     * Starts a server. Blocks: under a second on existing data, a few seconds the first time, at most about twice the
     * start limit.
     *
     * @param config what to start
     * @return the server, accepting connections
     * @throws EmbeddedServerLockedException when another opener holds the folder
     * @throws EmbeddedServerVersionException when the data is of another major version
     * @throws EmbeddedServerPlatformException when this machine or user cannot run it
     * @throws EmbeddedServerStartException when it does not start, the port is taken, or files cannot be written
     */
    public static EmbeddedServer start(EmbeddedServerConfig config) {
        try {
            Binaries binaries = Binaries.unpacked(config);
            ServerFolder folder = ServerFolder.create(config.folder());
            Postmaster postmaster = new Postmaster(config, binaries, folder);
            EmbeddedServer server = startLocked(config, binaries, folder, postmaster);
            if (server.exitHook != null) {
                Runtime.getRuntime().addShutdownHook(server.exitHook);
            }
            return server;
        } catch (IOException e) {
            throw new EmbeddedServerStartException(
                    "The embedded PostgreSQL cannot use its files. folder=" + config.folder() + ": " + e, e);
        }
    }

    /**
     * Finds the server that an open {@code EmbeddedServer}, of any process of this machine, runs in a folder.
     *
     * @param folder the folder it keeps its data in
     * @return empty when none runs there; does not wait and holds up nobody
     */
    public static Optional<RunningServer> findRunning(Path folder) {
        try {
            Optional<ServerFolder> existing = ServerFolder.existing(folder);
            return existing.isPresent() ? existing.get().running() : Optional.empty();
        } catch (IOException e) {
            throw new EmbeddedServerStartException(
                    "The folder of the embedded PostgreSQL cannot be read. folder=" + folder + ": " + e, e);
        }
    }

    private static EmbeddedServer startLocked(
            EmbeddedServerConfig config, Binaries binaries, ServerFolder folder, Postmaster postmaster)
            throws IOException {
        long start = System.nanoTime();
        FolderLock lock = FolderLock.acquire(folder, config.startTimeout());
        boolean started = false;
        try {
            postmaster.endLeftover();
            folder.unpublish();
            folder.setBrokenAside();
            folder.checkVersion(binaries.majorVersion());
            if (!folder.hasData()) {
                postmaster.createData();
            }
            RunningServer running = startOnPort(config, binaries, folder, postmaster);
            folder.publish(running);
            started = true;
            LOG.info(
                    "embedded postgres started folder={} port={} pid={} version={} elapsedMs={}",
                    folder.root(),
                    running.port(),
                    running.pid(),
                    running.version(),
                    Duration.ofNanos(System.nanoTime() - start).toMillis());
            return new EmbeddedServer(config, folder, postmaster, lock, running);
        } finally {
            if (!started) {
                lock.close();
            }
        }
    }

    private static RunningServer startOnPort(
            EmbeddedServerConfig config, Binaries binaries, ServerFolder folder, Postmaster postmaster)
            throws IOException {
        int wanted = config.port() > 0 ? config.port() : folder.lastPort();
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            boolean free = wanted > 0 && FreePort.isFree(wanted);
            if (!free && config.port() > 0) {
                break;
            }
            int port = free ? wanted : FreePort.find();
            Optional<Long> pid = postmaster.start(port).pid();
            if (pid.isPresent()) {
                String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + Postmaster.USER;
                long owner = ProcessHandle.current().pid();
                return new RunningServer(url, port, pid.get(), owner, Postmaster.USER, binaries.version());
            }
            wanted = config.port();
        }
        throw new EmbeddedServerStartException("The port of the embedded PostgreSQL is taken. folder=" + folder.root()
                + " port=" + wanted + ": free it, or take another one or 0 for any");
    }

    /**
     * The URL for JDBC.
     *
     * @return with the user, without a password: none is needed
     */
    public String url() {
        return running.url();
    }

    /**
     * The TCP port on 127.0.0.1.
     *
     * @return above 0
     */
    public int port() {
        return running.port();
    }

    /**
     * The process id of the postmaster.
     *
     * @return the one it was started with, also after it has ended
     */
    public long pid() {
        return running.pid();
    }

    /**
     * The version of the server.
     *
     * @return for instance {@code 18.6}
     */
    public String version() {
        return running.version();
    }

    /**
     * The folder that the server was given.
     *
     * @return with symbolic links resolved
     */
    public Path folder() {
        return folder.root();
    }

    /**
     * The data folder of PostgreSQL inside {@link #folder()}.
     *
     * @return holds postgresql.conf, pg_hba.conf and the rest
     */
    public Path dataFolder() {
        return folder.data();
    }

    /**
     * Where the server runs, as others see it.
     *
     * @return the same for the whole life of this object
     */
    public RunningServer running() {
        return running;
    }

    /**
     * Whether the server process lives; says nothing about whether it answers.
     *
     * @return false after close or when it was killed
     */
    public boolean isRunning() {
        return Processes.isAlive(running.pid());
    }

    /**
     * Stops the server orderly: open transactions are rolled back, their connections ended. When the stop limit runs out
     * it is stopped at once. Blocks until it is gone; a second call waits for the first and does nothing.
     *
     * @throws EmbeddedServerStartException when its processes do not end
     */
    @Override
    public void close() {
        close(config.stopTimeout());
    }

    /**
     * Stops the server at once, without a checkpoint: the next start recovers from its log. Nothing committed is lost
     * unless the settings say so.
     *
     * @throws EmbeddedServerStartException when its processes do not end
     */
    public void closeImmediately() {
        close(Duration.ZERO);
    }

    private void close(Duration orderlyLimit) {
        if (!closed.compareAndSet(false, true)) {
            // The exit hook must not let the JVM go while another thread is still stopping the server.
            awaitEnded();
            return;
        }
        long start = System.nanoTime();
        try (lock) {
            folder.unpublish();
            postmaster.stop(orderlyLimit);
            LOG.info(
                    "embedded postgres stopped folder={} port={} elapsedMs={}",
                    folder.root(),
                    running.port(),
                    Duration.ofNanos(System.nanoTime() - start).toMillis());
        } catch (IOException e) {
            throw new EmbeddedServerStartException(
                    "The embedded PostgreSQL cannot use its files. folder=" + folder.root() + ": " + e, e);
        } finally {
            ended.countDown();
            removeExitHook();
        }
    }

    private void awaitEnded() {
        try {
            if (!ended.await(config.stopTimeout().plusSeconds(15).toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("embedded postgres still being stopped by another thread folder={}", folder.root());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServerStartException("Interrupted while the embedded server was being stopped.", e);
        }
    }

    private void removeExitHook() {
        if (exitHook == null || Thread.currentThread() == exitHook) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(exitHook);
        } catch (IllegalStateException e) {
            // The JVM is ending; the hook finds the server closed.
            LOG.trace("exit hook stays", e);
        }
    }

    private void stopAtExit() {
        try {
            close();
        } catch (EmbeddedServerException e) {
            LOG.error("embedded postgres not stopped at exit folder={}", folder.root(), e);
        }
    }
}
