// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import dev.wellhead.pool.internal.Pool;
import dev.wellhead.pool.spi.StatementObserver;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A pool of JDBC connections.
 *
 * <p>Thread-safe. Callers only ever wait here, at most for {@code acquireTimeout}: connecting, validating, closing and
 * logging happen on a few daemon threads that all pools of the process share. What each handle changed in its session
 * (auto-commit, isolation, read-only, catalog, schema, network timeout) is put back at {@link Connection#close()}, and a
 * transaction left open is rolled back and counted.
 */
public final class WellheadDataSource implements DataSource, AutoCloseable {

    private final Pool pool;

    /**
     * Opens a pool. Depending on {@link PoolConfig#startMode()} this waits for the first connection. Leases, errors and
     * logs show the first 100 characters of statements as they are, values written into them included; the other
     * constructor hides these.
     *
     * @throws PoolStartException when the first connection could not be opened
     */
    public WellheadDataSource(PoolConfig config, PoolListener... listeners) {
        this(config, UnaryOperator.identity(), listeners);
    }

    /**
     * As {@link #WellheadDataSource(PoolConfig, PoolListener...)}, with a say in what is shown of statements.
     *
     * @param showable makes of a statement's text (its first 4,096 characters) what leases, errors and logs may show,
     *     such as its fingerprint; of the result the first 100 characters are shown. Called whenever somebody looks,
     *     from any thread; it must be fast and must not block. What it throws on is not shown
     * @throws PoolStartException when the first connection could not be opened
     */
    public WellheadDataSource(PoolConfig config, UnaryOperator<String> showable, PoolListener... listeners) {
        this.pool = Pool.open(config, showable, List.of(listeners));
    }

    /** One that is open, under a ceiling. */
    WellheadDataSource(Pool pool) {
        this.pool = pool;
    }

    /**
     * A connection, waiting at most {@code acquireTimeout} for it.
     *
     * @throws AcquireRefusedException when there is none in time; nothing was sent to the database
     */
    @Override
    public Connection getConnection() throws SQLException {
        return pool.acquire("", -1);
    }

    /**
     * A connection for named work; the name appears in leases, errors and events.
     *
     * @throws AcquireRefusedException when there is none in time; nothing was sent to the database
     */
    public Connection getConnection(String operation) throws SQLException {
        return pool.acquire(operation, -1);
    }

    /**
     * A connection for named work, waiting at most that long instead of {@code acquireTimeout}.
     *
     * @param timeout zero or negative takes a connection only if one is ready
     * @throws AcquireRefusedException when there is none in time; nothing was sent to the database
     */
    public Connection getConnection(String operation, Duration timeout) throws SQLException {
        return pool.acquire(operation, Math.max(0, Durations.toNanos(timeout)));
    }

    /** Not supported: one pool serves one login; open another pool for another. */
    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "A pool serves one login; open another WellheadDataSource for another user");
    }

    /**
     * This pool for the callers of one lane; see {@link Lane}.
     *
     * @param name a lane of {@link PoolConfig#lanes()}, or {@link Lane#DEFAULT}
     * @throws IllegalArgumentException when the pool has no such lane; it lists those it has
     */
    public PoolView lane(String name) {
        return new PoolView(this, pool, name, "", false);
    }

    /** This pool for work of that name, which then appears in leases, errors and events; for libraries that name none. */
    public PoolView named(String operation) {
        return new PoolView(this, pool, Lane.DEFAULT, operation, false);
    }

    /**
     * This pool for those who only read. Each connection is read-only as JDBC has it, a hint that a server may ignore.
     *
     * <p>Where the URL names several hosts, its connections lead to replicas, each of which has a pool of the same settings,
     * so that sizes count for each host; {@link PoolConfig#replicaReads()} says which replica serves whom. What was
     * just written may not be there yet. While no replica is fit, they lead where those of this pool do. The same happens to a
     * connection of this pool on which {@code setReadOnly(true)} is the first call, until {@code setReadOnly(false)}.
     */
    public PoolView readOnly() {
        return new PoolView(this, pool, Lane.DEFAULT, "", true);
    }

    /** How often somebody who only reads found no replica that was fit; 0 where the URL names one host. */
    public long readFallbacks() {
        return pool.hosts().readFallbacks();
    }

    /**
     * Opens a physical connection outside of the pool, with its URL, credentials and driver properties. It is not
     * counted; the caller closes it.
     *
     * @param limit the caller waits no longer than this; a connect that comes later is closed
     * @throws SQLException when the connect fails or takes too long
     */
    public Connection openUnpooled(Duration limit) throws SQLException {
        return pool.openUnpooled(Durations.toNanos(limit));
    }

    /** The state of the pool now. */
    public PoolSnapshot snapshot() {
        return pool.snapshot();
    }

    /** Who holds a connection now, of replicas too, longest first; nobody without {@link PoolConfig#leases()}. */
    public List<Lease> leases() {
        var all = pool.hosts().pools();
        return all.size() == 1
                ? pool.leases()
                : all.stream()
                        .flatMap(each -> each.leases().stream())
                        .sorted(Comparator.comparing(Lease::held).reversed())
                        .toList();
    }

    /** Places of the program from which connections were not given back in time, most leaks first; at most 101. */
    public List<LeakSite> leakSites() {
        return pool.leakSites();
    }

    /**
     * The hosts that the URL names, in its order, as last seen; empty where it names one, or where the driver sees to
     * several itself.
     */
    public List<HostSnapshot> hosts() {
        return pool.hosts().snapshot();
    }

    /** The settings in force. */
    public PoolConfig config() {
        return pool.config();
    }

    /** Holds callers back until {@link #resume()}; leases go on. */
    public void pause() {
        pool.hosts().pools().forEach(Pool::pause);
    }

    /** Serves callers again after {@link #pause()} or {@link #drain}; does nothing once {@link #close()} has begun. */
    public void resume() {
        pool.hosts().pools().forEach(Pool::resume);
    }

    /**
     * Refuses new callers, serves those in line, and waits for all leases to end. The pool stays closed to new callers
     * until {@link #resume()} or {@link #close()}.
     *
     * @param deadline longest wait
     */
    public DrainReport drain(Duration deadline) throws InterruptedException {
        long end = System.nanoTime() + Durations.toNanos(deadline);
        var reports = new ArrayList<DrainReport>();
        for (var each : pool.hosts().pools()) {
            reports.add(each.drain(Math.max(0, end - System.nanoTime())));
        }
        return whole(reports);
    }

    /** Retires every connection open now: idle ones are closed, active ones when they are released. */
    public void evictAll() {
        pool.hosts().pools().forEach(Pool::evictAll);
    }

    /**
     * Retires one connection: it is closed at once when idle, else when it is released. Does not block.
     *
     * @param connectionId its number, as {@link Lease#connectionId} says it
     * @return false when no connection has that number
     */
    public boolean evict(long connectionId) {
        return pool.hosts().pools().stream().anyMatch(each -> each.evict(connectionId));
    }

    /**
     * Takes a lease from its holder and cancels what runs in it. The holder's call fails with an {@link SQLException} of
     * SQLSTATE 57W02, or 57W03 when the server did not answer; so does whatever else it does with its handle. Its
     * transaction is rolled back. The connection leaves the pool, so that the cancel, however late, meets nobody else.
     * Returns at once; the server is asked over another connection, and after half a second without an answer the socket
     * is aborted.
     *
     * @param connectionId its number, as {@link Lease#connectionId} says it
     * @param lease which lease of it, as {@link Lease#number} says; any other is left alone
     * @return false when that lease has ended, or {@link PoolConfig#leases()} is off
     */
    public boolean cancel(long connectionId, int lease) {
        return pool.hosts().pools().stream().anyMatch(each -> each.cancel(connectionId, lease));
    }

    /**
     * The emergency drain-and-clear: as {@link #evictAll()}, and connects under way are given up, failures and pauses
     * between connects forgotten. Callers keep being served, by new connections.
     */
    public void reset() {
        pool.hosts().pools().forEach(Pool::reset);
    }

    /**
     * Applies other settings while the pool runs, to connections that are open too. A lower {@code maxSize} closes idle
     * connections at once and others as they are released; no lease is cut, and until then {@link #snapshot()} shows more
     * than {@code maxSize}. Another password for the same user name is a {@linkplain #credentialsChanged() change of
     * login}. A lower {@code maxSize} that comes with other lanes waits for them.
     *
     * @return what changed, and what takes a new pool to change
     */
    public ReconfigureReport reconfigure(PoolConfig config) {
        return pool.reconfigure(config);
    }

    /**
     * Says that the {@link CredentialsProvider} has another login than before. Connections opened with the old one are
     * renewed, one after the other, the successor first: idle ones at once, active ones when they are released. After a
     * second those that are still active leave at their release without waiting for a successor. Callers notice nothing.
     * Does not block. Any thread.
     */
    public void credentialsChanged() {
        pool.hosts().pools().forEach(Pool::credentialsChanged);
    }

    /**
     * Whether the pool is quiet: nobody acquired for {@link PoolConfig#quietAfter()}, so nothing is opened or asked before
     * the next acquire. False when that is off.
     */
    public boolean isQuiet() {
        return pool.isQuiet();
    }

    /**
     * Has somebody told whenever something speaks against the database: a connect failed or has taken half a second, a
     * connection broke or did not answer. Unlike a {@link PoolListener} it costs nothing while all is well. There is one
     * at most; another takes its place.
     *
     * @param quick called at once on the thread that found out, which may be a caller's: it must neither block nor throw
     */
    public void onDoubt(Runnable quick) {
        pool.hosts().onDoubt(quick);
    }

    /**
     * Has somebody told of each statement that runs through this pool and those of its replicas, of each wait and each
     * lease that ends, from the next statement on. Without any a statement pays one look.
     */
    public void addObserver(StatementObserver observer) {
        pool.hosts().addObserver(observer);
    }

    /** Tells him no more; a statement under way he may still hear the end of. */
    public void removeObserver(StatementObserver observer) {
        pool.hosts().removeObserver(observer);
    }

    /** Adds a listener. */
    public void addListener(PoolListener listener) {
        pool.addListener(listener);
    }

    /** Removes a listener. */
    public void removeListener(PoolListener listener) {
        pool.removeListener(listener);
    }

    /**
     * Refuses new callers, waits {@code closeTimeout} for leases, cancels statements that still run, for at most half a
     * second, and aborts what is left. Closing twice does nothing.
     */
    @Override
    public void close() {
        close(pool.config().closeTimeout());
    }

    /** As {@link #close()}, waiting that long for leases, with a report. */
    public DrainReport close(Duration deadline) {
        long end = System.nanoTime() + Durations.toNanos(deadline);
        var reports = new ArrayList<DrainReport>();
        // First: it opens no pool of a replica any more.
        reports.add(pool.close(Durations.toNanos(deadline)));
        for (var each : pool.hosts().pools()) {
            reports.add(each.close(Math.max(0, end - System.nanoTime())));
        }
        return whole(reports);
    }

    /** Of one pool and those of its replicas, which ended one after the other. */
    private static DrainReport whole(List<DrainReport> reports) {
        return reports.size() == 1
                ? reports.get(0)
                : new DrainReport(
                        reports.stream().allMatch(DrainReport::complete),
                        reports.stream().map(DrainReport::took).reduce(Duration.ZERO, Duration::plus),
                        reports.stream()
                                .flatMap(report -> report.remaining().stream())
                                .toList());
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("Wellhead logs through SLF4J");
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("Set connectTimeout and acquireTimeout in PoolConfig instead");
    }

    /** {@code connectTimeout} in seconds, rounded up. */
    @Override
    public int getLoginTimeout() {
        return (int) Math.min(
                Integer.MAX_VALUE,
                pool.config().connectTimeout().plusMillis(999).toSeconds());
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("Wellhead logs through SLF4J");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("A WellheadDataSource is not a " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    @Override
    public String toString() {
        return "WellheadDataSource[" + pool.config().name() + "]";
    }
}
