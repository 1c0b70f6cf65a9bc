// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import dev.wellhead.embedded.EmbeddedServer;
import dev.wellhead.embedded.EmbeddedServerConfig;
import dev.wellhead.embedded.EmbeddedServerStartException;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real private PostgreSQL for tests, on a free loopback port, that can be stopped, killed, frozen and restarted.
 *
 * <p>{@link #shared()} is one per JVM: take a database of your own from it with {@link #createDatabase()}. A test that
 * stops, kills or freezes takes its own with {@link #start()}. Commits survive {@link #kill()} (synchronous_commit is
 * on); they would not survive a crash of the machine (fsync is off). Methods that change the state of the server are
 * one at a time; the others may be called from any thread at any time.
 */
public final class PostgresServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);
    private static final String DATABASE = "postgres";
    private static final int RESTART_ATTEMPTS = 5;
    private static final int START_ATTEMPTS = 3;
    private static final Duration RELOAD_LIMIT = Duration.ofSeconds(10);
    private static final Duration STANDBY_LIMIT = Duration.ofSeconds(30);
    private static final Duration ASK_AGAIN = Duration.ofMillis(20);

    private final EmbeddedServerConfig config;
    private final boolean isShared;
    private final Map<String, String> passwords = new ConcurrentHashMap<>();
    private final AtomicInteger databases = new AtomicInteger();
    private final Set<Path> leftByKilled = new HashSet<>();
    private volatile EmbeddedServer embedded;
    private volatile boolean isFrozen;

    private PostgresServer(EmbeddedServerConfig config, EmbeddedServer embedded, boolean isShared) {
        this.config = config;
        this.embedded = embedded;
        this.isShared = isShared;
    }

    /** Started when the first test asks; by the next again where that failed, which then fails for the same reason. */
    private static @Nullable PostgresServer shared;

    /**
     * The server that all tests of this JVM share; it ends with the JVM.
     *
     * @return a server that refuses to be stopped, killed, frozen and closed
     */
    public static synchronized PostgresServer shared() {
        PostgresServer running = shared;
        if (running == null) {
            running = new Builder().start(true);
            shared = running;
        }
        return running;
    }

    /**
     * Starts a server of the caller's own.
     *
     * @return accepting connections
     */
    public static PostgresServer start() {
        return builder().start();
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder for a server of the caller's own
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes a fresh database.
     *
     * @return empty, of this server
     * @throws SQLException when the server does not answer
     */
    public TestDatabase createDatabase() throws SQLException {
        String name = "test_" + databases.incrementAndGet();
        execute("CREATE DATABASE " + name);
        return new TestDatabase(this, name);
    }

    /**
     * The URL of the database {@code postgres}.
     *
     * @return with the superuser, without a password
     */
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    /**
     * The URL of a database.
     *
     * @param database its name
     * @return with the superuser, without a password
     */
    public String jdbcUrl(String database) {
        return urlWithoutUser(database) + "?user=" + user();
    }

    /**
     * The URL of a database for a user given apart.
     *
     * @param database its name
     * @return without user and password
     */
    public String urlWithoutUser(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /**
     * The TCP port on 127.0.0.1.
     *
     * @return the same after a restart
     */
    public int port() {
        return embedded.port();
    }

    /**
     * The name of the superuser.
     *
     * @return {@code postgres}
     */
    public String user() {
        return embedded.running().user();
    }

    /**
     * The process id of the postmaster.
     *
     * @return of the last start
     */
    public long pid() {
        return embedded.pid();
    }

    /**
     * The data folder, to change files in it while the server is down.
     *
     * @return removed on close
     */
    public Path dataFolder() {
        return embedded.dataFolder();
    }

    /**
     * Whether the postmaster lives; a frozen one does.
     *
     * @return false after stop, kill and close
     */
    public boolean isRunning() {
        return embedded.isRunning();
    }

    /**
     * Runs SQL in the database {@code postgres} over a connection of its own, as the superuser.
     *
     * @param sql one or more statements
     * @return as {@link #execute(String, String)}
     * @throws SQLException when it fails
     */
    public List<String> execute(String sql) throws SQLException {
        return execute(DATABASE, sql);
    }

    /**
     * Runs SQL over a connection of its own, as the superuser. Blocks 30 s at most on a server that does not answer.
     *
     * @param database where
     * @param sql one or more statements
     * @return the first column of the first result, one entry a row, {@code "null"} for NULL; empty without a result
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

    /**
     * Makes the server demand a password (SCRAM) from a user, who is created when missing. Returns when it does.
     *
     * @param user who
     * @param password what
     * @throws SQLException when the server does not answer
     */
    public synchronized void requirePassword(String user, String password) throws SQLException {
        String role = '"' + user.replace("\"", "\"\"") + '"';
        String literal = '\'' + password.replace("'", "''") + '\'';
        boolean exists = execute("SELECT rolname FROM pg_roles").contains(user);
        execute((exists ? "ALTER" : "CREATE") + " ROLE " + role + " LOGIN PASSWORD " + literal);
        try {
            Path rules = dataFolder().resolve("pg_hba.conf");
            String before = Files.readString(rules);
            Files.writeString(rules, "host all " + role + " 127.0.0.1/32 scram-sha-256\n" + before);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        execute("SELECT pg_reload_conf()");
        passwords.put(user, password);
        awaitRefusal(user);
    }

    /**
     * The process ids of the client connections.
     *
     * @return without the connections that this class itself uses
     * @throws SQLException when the server does not answer
     */
    public List<Long> backendPids() throws SQLException {
        return execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                        + " AND application_name <> 'testkit' ORDER BY backend_start")
                .stream()
                .map(Long::valueOf)
                .toList();
    }

    /** Stops the server orderly: transactions are rolled back, connections ended. Data and port are kept. */
    public synchronized void stop() {
        refuseIfShared("stop");
        thaw();
        embedded.close();
    }

    /** Stops the server at once, without a checkpoint; connections get an error, the next start recovers. */
    public synchronized void stopImmediately() {
        refuseIfShared("stopImmediately");
        thaw();
        embedded.closeImmediately();
    }

    /** Ends the postmaster and all its children with SIGKILL. Data and port are kept; works on a frozen server. */
    public synchronized void kill() {
        refuseIfShared("kill");
        unchecked(() -> killProcesses());
    }

    /** Stops the postmaster and all its children with SIGSTOP: sockets stay, nobody answers. */
    public synchronized void freeze() {
        refuseIfShared("freeze");
        unchecked(() -> Signals.freeze(pid()));
        isFrozen = true;
    }

    /** Lets a frozen server go on; nothing to do for others. */
    public synchronized void thaw() {
        if (isFrozen) {
            unchecked(() -> Signals.thaw(pid()));
            isFrozen = false;
        }
    }

    /**
     * Ends one backend with SIGKILL. PostgreSQL then ends all others too and recovers, as after a crash.
     *
     * @param backendPid of a process of this server
     */
    public synchronized void killBackend(long backendPid) {
        refuseIfShared("killBackend");
        requireChild(backendPid);
        unchecked(() -> {
            Signals.send("KILL", List.of(backendPid));
            Signals.awaitDead(backendPid);
        });
    }

    /**
     * Stops one backend with SIGSTOP.
     *
     * @param backendPid of a process of this server
     */
    public void freezeBackend(long backendPid) {
        requireChild(backendPid);
        unchecked(() -> Signals.stopAndAwait(List.of(backendPid)));
    }

    /**
     * Lets one frozen backend go on.
     *
     * @param backendPid of a process of this server
     */
    public void thawBackend(long backendPid) {
        requireChild(backendPid);
        unchecked(() -> Signals.thaw(backendPid));
    }

    /**
     * Starts the server again on the same data and port; one that runs is stopped first.
     *
     * @throws EmbeddedServerStartException when it does not start
     */
    public synchronized void restart() {
        refuseIfShared("restart");
        if (isRunning()) {
            stop();
        } else {
            unchecked(this::killProcesses);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                embedded = EmbeddedServer.start(config);
                return;
            } catch (EmbeddedServerStartException e) {
                // Elsewhere than on Linux the first tries can find the pid file of the killed one.
                if (attempt >= RESTART_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Starts a streaming standby of this server, from a copy of its data. This server is stopped while that is copied and
     * started again: its connections end. Returns when both run and the standby streams; it has the settings of this one.
     *
     * @return on a port and in a folder of its own; the caller closes it
     */
    public synchronized PostgresServer startStandby() {
        refuseIfShared("startStandby");
        if (isRunning()) {
            stop();
        }
        try {
            Path folder = TempServers.newFolder();
            StandbyFiles.copy(dataFolder(), folder.resolve("data"));
            StandbyFiles.follow(folder.resolve("data"), port());
            restart();
            EmbeddedServerConfig.Builder own = EmbeddedServerConfig.builder(folder)
                    .maxConnections(config.maxConnections())
                    .stopAtExit(false);
            config.settings().forEach(own::setting);
            EmbeddedServer started = EmbeddedServer.start(own.build());
            PostgresServer standby = new PostgresServer(own.port(started.port()).build(), started, false);
            standby.passwords.putAll(passwords);
            TempServers.opened(standby, standby::close);
            standby.awaitTrue("SELECT EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming')");
            return standby;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a standby a primary. Returns when it takes writes.
     *
     * @throws SQLException when it does not answer, or is no standby
     */
    public void promote() throws SQLException {
        execute("SELECT pg_promote(true, 60)");
        awaitTrue("SELECT NOT pg_is_in_recovery()");
    }

    /**
     * Starts the server again as a standby of another, as an old primary that was fenced: it takes no writes from now on.
     * Where its data has gone another way than the other's it stays where it is, and only answers reads.
     *
     * @param primary whom it follows
     */
    public synchronized void restartAsStandbyOf(PostgresServer primary) {
        refuseIfShared("restartAsStandbyOf");
        if (isRunning()) {
            stop();
        }
        unchecked(() -> StandbyFiles.follow(dataFolder(), primary.port()));
        restart();
    }

    private void awaitTrue(String question) {
        long deadline = System.nanoTime() + STANDBY_LIMIT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try {
                if (execute(question).equals(List.of("t"))) {
                    return;
                }
            } catch (SQLException e) {
                // A server that starts or changes its role may end sessions.
                LOG.debug("not yet: {}", question, e);
            }
            LockSupport.parkNanos(ASK_AGAIN.toNanos());
        }
        throw new IllegalStateException("Not true after " + STANDBY_LIMIT + ": " + question);
    }

    /** Ends the server, whatever state it is in, and removes its data. A second call does nothing. */
    @Override
    public void close() {
        refuseIfShared("close");
        unchecked(this::closeForGood);
    }

    synchronized void closeForGood() throws IOException {
        if (isRunning()) {
            // What stands still would not hear that it shall end. It cleans up after itself, other than by SIGKILL.
            Signals.thaw(pid());
        }
        isFrozen = false;
        embedded.closeImmediately();
        for (Path left : leftByKilled) {
            Files.deleteIfExists(left);
        }
        TempServers.closed(this);
        if (Files.exists(config.folder())) {
            TempServers.delete(config.folder());
        }
    }

    private void killProcesses() throws IOException {
        if (isRunning()) {
            leftByKilled.addAll(sharedMemory(pid()));
            Signals.kill(pid());
        }
        isFrozen = false;
        embedded.closeImmediately();
    }

    /** The files of its shared memory, which a server that is killed leaves in a file system of little room (Linux). */
    static List<Path> sharedMemory(long pid) throws IOException {
        Path maps = Path.of("/proc", Long.toString(pid), "maps");
        if (!Files.exists(maps)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.map(line -> line.replaceFirst("^[^/]*", ""))
                    .filter(file -> file.matches("/dev/shm/PostgreSQL\\.[0-9]+"))
                    .distinct()
                    .map(Path::of)
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user());
        properties.setProperty("password", passwords.getOrDefault(user(), ""));
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("ApplicationName", "testkit");
        return DriverManager.getConnection(urlWithoutUser(database), properties);
    }

    private void awaitRefusal(String user) throws SQLException {
        String url = urlWithoutUser(DATABASE);
        long deadline = System.nanoTime() + RELOAD_LIMIT.toNanos();
        while (isAdmitted(url, user, "not " + passwords.get(user))) {
            if (System.nanoTime() - deadline > 0) {
                throw new SQLException("The server still admits any password. user=" + user);
            }
        }
    }

    private static boolean isAdmitted(String url, String user, String password) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            return connection.isValid(1);
        } catch (SQLException e) {
            if ("28P01".equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private void requireChild(long backendPid) {
        Predicate<ProcessHandle> isPostmaster = parent -> parent.pid() == pid();
        if (ProcessHandle.of(backendPid)
                .flatMap(ProcessHandle::parent)
                .filter(isPostmaster)
                .isEmpty()) {
            throw new IllegalArgumentException("Not a process of this server: pid=" + backendPid + " postmaster="
                    + pid() + "; take it from pg_backend_pid() or backendPids()");
        }
    }

    private void refuseIfShared(String method) {
        if (isShared) {
            throw new IllegalStateException(method + "() on the shared server would break the other tests of this JVM;"
                    + " take one of your own with PostgresServer.start()");
        }
    }

    /** Something that talks to the operating system. */
    private interface Act {
        void run() throws IOException;
    }

    private static void unchecked(Act act) {
        try {
            act.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Collects what a server is started with. */
    public static final class Builder {
        private final Map<String, String> settings = new TreeMap<>(Map.of("fsync", "off"));
        private int maxConnections = 200;
        private int port;

        private Builder() {}

        /**
         * Sets one server setting.
         *
         * @param name as in postgresql.conf
         * @param value as in postgresql.conf, without quotes
         * @return this
         */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Makes the server take TLS, without demanding it.
         *
         * @param certificate that it shows
         * @return this
         */
        public Builder tls(TestCertificate certificate) {
            return setting("ssl", "on")
                    .setting("ssl_cert_file", certificate.certificate().toString())
                    .setting("ssl_key_file", certificate.key().toString());
        }

        /**
         * Sets how many connections the server admits.
         *
         * @param value 10 to 10,000; default 200
         * @return this
         */
        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        /**
         * Sets the TCP port.
         *
         * @param value 0, the default: any free one
         * @return this
         */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /**
         * Starts the server.
         *
         * @return accepting connections
         */
        public PostgresServer start() {
            return start(false);
        }

        private PostgresServer start(boolean isShared) {
            for (int attempt = 1; ; attempt++) {
                try {
                    return startOnce(isShared);
                } catch (EmbeddedServerStartException e) {
                    if (attempt >= START_ATTEMPTS) {
                        throw e;
                    }
                    LOG.warn("testkit server not started attempt={}/{}", attempt, START_ATTEMPTS, e);
                }
            }
        }

        private PostgresServer startOnce(boolean isShared) {
            try {
                Path folder = TempServers.newFolder();
                boolean started = false;
                try {
                    PostgresServer server = startIn(folder, isShared);
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

        private PostgresServer startIn(Path folder, boolean isShared) {
            EmbeddedServerConfig.Builder config = EmbeddedServerConfig.builder(folder)
                    .port(port)
                    .maxConnections(maxConnections)
                    .stopAtExit(false);
            settings.forEach(config::setting);
            EmbeddedServer embedded = EmbeddedServer.start(config.build());
            // A restart takes this port or fails.
            PostgresServer server =
                    new PostgresServer(config.port(embedded.port()).build(), embedded, isShared);
            TempServers.opened(server, server::closeForGood);
            return server;
        }
    }
}
