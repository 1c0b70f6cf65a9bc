// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.ConnectSettings;
import dev.wellhead.pool.spi.DriverSupport.ServerSession;
import dev.wellhead.pool.spi.DriverSupport.TransactionState;
import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The session of one physical connection: what each handle starts with, what the holder has changed, and how it is put
 * back.
 *
 * <h2>What is put back</h2>
 *
 * Auto-commit, read-only, isolation, holdability, catalog, schema, type map, network timeout, client info and a query
 * timeout that is the session's, where they were changed through JDBC. What is changed by SQL ({@code SET ...}) is not seen here; a transaction begun by SQL
 * is, where the driver knows its transaction state.
 *
 * <h2>Is a transaction open?</h2>
 *
 * The driver is asked where it can tell. Else, with auto-commit off, one may be open since the holder's last call after
 * a commit or rollback ({@link #maybeOpen}): it is rolled back to be safe, and counted only if statements ran
 * ({@link #worked}).
 *
 * <h2>Concurrency</h2>
 *
 * Used by the holder; the fields are plain, and go from one holder to the next through the entry's state word.
 */
final class SessionState {

    private static final Executor AT_ONCE = Runnable::run;

    private final Connection physical;
    private final DriverSupport driver;
    private final OptionalLong backendId;
    private final int queryTimeoutSeconds;
    /** Whether the driver wants to know where leases begin and end. */
    private final boolean marksRequests;

    private final boolean autoCommitAtStart;
    private final FailedCommit failedCommit;
    private final OpenStatements openStatements = new OpenStatements();

    private final Setting<Boolean> autoCommit =
            new Setting<>("auto-commit", Connection::getAutoCommit, Connection::setAutoCommit);
    private final Setting<Boolean> readOnly =
            new Setting<>("read-only", Connection::isReadOnly, Connection::setReadOnly);
    private final Setting<Integer> isolation =
            new Setting<>("isolation", Connection::getTransactionIsolation, Connection::setTransactionIsolation);
    private final Setting<Integer> holdability =
            new Setting<>("holdability", Connection::getHoldability, Connection::setHoldability);
    private final Setting<String> catalog = new Setting<>("catalog", Connection::getCatalog, Connection::setCatalog);
    private final Setting<String> schema;
    private final Setting<Map<String, Class<?>>> typeMap =
            new Setting<>("type map", Connection::getTypeMap, Connection::setTypeMap);
    private final Setting<Integer> networkTimeout = new Setting<>(
            "network timeout",
            Connection::getNetworkTimeout,
            (c, millis) -> c.setNetworkTimeout(AT_ONCE, Objects.requireNonNullElse(millis, 0)));
    /** The limit of statements, where it is one of the session. */
    private final Setting<Integer> queryTimeout;

    private final Setting<Properties> clientInfo =
            new Setting<>("client info", SessionState::clientInfoCopy, Connection::setClientInfo);

    /**
     * The last lease in which the holder has used the connection: its number, and no flag, so that a release has nothing
     * to take back where the holder left nothing to undo.
     */
    private int touchedLease;
    /** Whether the driver was told that a lease began, and not yet of its end. */
    private boolean begun;
    /** Whether a statement ran since the last commit or rollback. */
    private boolean worked;

    /** Set before the session is shared. */
    private @Nullable ServerSession serverSession;

    /** Who alone may end the transaction; null: the holder. */
    private @Nullable String endOwner;
    /** Whether anything was asked of the connection since the last commit or rollback. */
    private boolean maybeOpen;
    /** Whether any setting may have to be put back, so that mostly one look says that none has. */
    private boolean changed;
    /** Whether the holder has had the physical connection in his hands. */
    private boolean unwrapped;
    /** Whether the holder has objects of the driver's that may use the connection without any handle. */
    private boolean lent;
    /** Whether auto-commit is on, as far as handles have told. */
    private boolean autoCommits;
    /** Whether a call has failed since the last commit or rollback. */
    private boolean hasFailed;
    /** What the driver said of the transaction after the last statement or end; UNKNOWN where it cannot tell. */
    private TransactionState noted = TransactionState.NONE;

    private SessionState(Connection physical, DriverSupport driver, PoolConfig config) throws SQLException {
        this.physical = physical;
        this.driver = driver;
        this.backendId = driver.backendId(physical);
        this.queryTimeoutSeconds = queryTimeoutSeconds(physical, driver, config);
        this.marksRequests = RequestMarks.areHeardBy(physical);
        this.autoCommitAtStart = config.autoCommit();
        this.failedCommit = FailedCommit.of(config);
        this.autoCommits = autoCommitAtStart;
        this.schema = new Setting<>(
                "schema",
                Connection::getSchema,
                config.schema().isPresent() ? Connection::setSchema : driver::restoreSchema);
        this.queryTimeout = queryTimeout(driver);
    }

    private static Setting<Integer> queryTimeout(DriverSupport driver) {
        return new Setting<>(
                "query timeout",
                physical -> {
                    var millis = driver.sessionQueryTimeout(physical);
                    return millis.isPresent() ? millis.getAsInt() : null;
                },
                (physical, millis) ->
                        driver.restoreSessionQueryTimeout(physical, Objects.requireNonNullElse(millis, 0)));
    }

    /** Puts a fresh physical connection into the state that each handle starts with, and remembers it. */
    static SessionState open(Connection physical, DriverSupport driver, PoolConfig config) throws SQLException {
        var session = new SessionState(physical, driver, config);
        session.readOnly.fix(physical, config.readOnly());
        if (config.isolation().isPresent()) {
            session.isolation.fix(physical, config.isolation().get().jdbcLevel());
        }
        if (config.catalog().isPresent()) {
            session.catalog.fix(physical, config.catalog().get());
        }
        if (config.schema().isPresent()) {
            session.schema.fix(physical, config.schema().get());
        }
        // Last, so that nothing above begins a transaction.
        session.autoCommit.fix(physical, config.autoCommit());
        return session;
    }

    /** Limit of each new statement in seconds, rounded up; 0 where there is none or the server sees to it. */
    private static int queryTimeoutSeconds(Connection physical, DriverSupport driver, PoolConfig config)
            throws SQLException {
        var limit = config.statementTimeout();
        if (limit.isZero() || driver.limitsStatementsOnServer(physical, ConnectSettings.of(config))) {
            return 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, limit.plusNanos(999_999_999).toSeconds());
    }

    private static Properties clientInfoCopy(Connection physical) throws SQLException {
        var copy = new Properties();
        var now = physical.getClientInfo();
        now.stringPropertyNames().forEach(name -> copy.setProperty(name, now.getProperty(name)));
        return copy;
    }

    /** Remembers how the server names this session. */
    SessionState named(@Nullable ServerSession name) {
        serverSession = name;
        return this;
    }

    /** How the server names this session; null where it cannot be named, and so not be ended from elsewhere. */
    @Nullable
    ServerSession serverSession() {
        return serverSession;
    }

    // What handles tell.

    /** A call passed through the connection handle of that lease. */
    void touched(int lease) {
        touchedLease = lease;
        maybeOpen = true;
    }

    /** A statement is about to run, or something else that is work in a transaction. */
    void worked() {
        worked = true;
        maybeOpen = true;
    }

    /** A call has failed. */
    void statementFailed() {
        hasFailed = true;
    }

    /** The holder gets the physical connection, or part of it, in his hands. */
    void unwrapped() {
        unwrapped = true;
        lent = true;
        changed = true;
        autoCommit.suspect();
        readOnly.suspect();
    }

    /** The holder gets an object of the driver's that may use the connection for as long as it lives. */
    void lent() {
        lent = true;
    }

    /** Whether the connection may be in use though no handle is. */
    boolean isLent() {
        return lent;
    }

    /** A statement ran, or something else that may have begun or failed a transaction. */
    void noteTransaction() {
        var now = driver.transactionState(physical);
        if (now != noted) {
            noted = now;
        }
    }

    /**
     * The state of the transaction as the holder's last call left it; for any thread, for the driver is not asked, who
     * may hold a lock while a statement runs.
     *
     * @param isRunning whether a statement runs now
     */
    TransactionState transaction(boolean isRunning) {
        var state = noted;
        if (state == TransactionState.UNKNOWN) {
            if (unwrapped) {
                return state;
            }
            state = worked && !autoCommits ? TransactionState.OPEN : TransactionState.NONE;
        }
        return state == TransactionState.NONE && isRunning && !autoCommits ? TransactionState.OPEN : state;
    }

    /** The driver's statements that are open now; for any thread. */
    Statement[] openStatements() {
        return openStatements.all();
    }

    /** The holder has opened a statement: puts the pool's limit on it. */
    <T extends StatementHandle> T opened(T statement, boolean isHoldersThread) throws SQLException {
        openStatements.add(statement.physical(), isHoldersThread);
        if (queryTimeoutSeconds > 0) {
            statement.physical().setQueryTimeout(queryTimeoutSeconds);
        }
        return statement;
    }

    /** The holder asked for a statement that the driver had opened by itself. */
    <T extends StatementHandle> T tracked(T statement, boolean isHoldersThread) {
        openStatements.add(statement.physical(), isHoldersThread);
        return statement;
    }

    void closed(Statement statement, boolean isHoldersThread) {
        openStatements.remove(statement, isHoldersThread);
    }

    // What handles ask for instead of the physical connection.

    void setAutoCommit(boolean value) throws SQLException {
        var before = physical.getAutoCommit();
        if (before != value) {
            requireFreeEnd("a change of auto-commit");
        }
        changed = true;
        autoCommit.change(physical, value);
        if (before != value) {
            // Off to on commits; on to off: what ran before is committed.
            ended();
        }
        autoCommits = value;
        noteTransaction();
    }

    void setReadOnly(boolean value) throws SQLException {
        changed = true;
        readOnly.change(physical, value);
    }

    /** Whether the holder made this connection read-only through JDBC. */
    boolean isReadOnly() {
        try {
            return readOnly.isChanged() && physical.isReadOnly();
        } catch (SQLException e) {
            // It cannot be told, and nothing follows from it.
            return true;
        }
    }

    /** Whether a call of the holder of that lease passed through. */
    boolean isTouched(int lease) {
        return touchedLease == lease;
    }

    /**
     * Whether the end of that lease leaves nothing to undo, so that it needs no {@link #restore}. What is kept of the
     * current transaction may be left as it is: it says something only with auto-commit off, and whoever switches that
     * off begins anew.
     */
    boolean isAsAtStart(int lease) {
        if (begun) {
            return false;
        }
        return !isTouched(lease)
                || (!changed
                        && autoCommitAtStart
                        && !lent
                        && endOwner == null
                        && openStatements.isEmpty()
                        && isOutsideTransaction());
    }

    private boolean isOutsideTransaction() {
        try {
            var state = driver.transactionState(physical);
            boolean isOutside =
                    state == TransactionState.NONE || (state == TransactionState.UNKNOWN && physical.getAutoCommit());
            if (!isOutside || (noted != TransactionState.NONE && noted != state)) {
                return false;
            }
            physical.clearWarnings();
            return true;
        } catch (SQLException | RuntimeException | Error e) {
            // The full way meets it again, and knows what follows; a throw from here would leave the lease without end.
            return false;
        }
    }

    /** Whether the driver wants to know where leases begin and end. */
    boolean marksRequests() {
        return marksRequests;
    }

    /** Tells the driver that a lease begins. */
    void beginRequest() throws SQLException {
        begun = true;
        physical.beginRequest();
    }

    void setTransactionIsolation(int level) throws SQLException {
        changed = true;
        isolation.change(physical, level);
    }

    void setHoldability(int value) throws SQLException {
        changed = true;
        holdability.change(physical, value);
    }

    void setCatalog(@Nullable String name) throws SQLException {
        changed = true;
        catalog.change(physical, name);
    }

    void setSchema(@Nullable String name) throws SQLException {
        changed = true;
        schema.change(physical, name, Connection::setSchema);
    }

    void setTypeMap(@Nullable Map<String, Class<?>> map) throws SQLException {
        changed = true;
        typeMap.change(physical, map);
    }

    void setNetworkTimeout(Executor executor, int millis) throws SQLException {
        changed = true;
        networkTimeout.change(physical, millis, (c, value) -> c.setNetworkTimeout(executor, millis));
    }

    /** Limits a statement of the holder's, or by it, with some drivers, all that the session runs from now on. */
    void setQueryTimeout(Statement statement, int seconds) throws SQLException {
        if (driver.sessionQueryTimeout(physical).isEmpty()) {
            statement.setQueryTimeout(seconds);
            return;
        }
        changed = true;
        queryTimeout.change(
                physical,
                (int) Math.min(Integer.MAX_VALUE, TimeUnit.SECONDS.toMillis(seconds)),
                (c, millis) -> statement.setQueryTimeout(seconds));
    }

    void setClientInfo(@Nullable String name, @Nullable String value) throws SQLClientInfoException {
        changeClientInfo((c, info) -> c.setClientInfo(name, value));
    }

    void setClientInfo(@Nullable Properties properties) throws SQLClientInfoException {
        changeClientInfo((c, info) -> c.setClientInfo(properties));
    }

    private void changeClientInfo(Setting.Setter<Properties> way) throws SQLClientInfoException {
        try {
            changed = true;
            clientInfo.change(physical, null, way);
        } catch (SQLClientInfoException e) {
            throw e;
        } catch (SQLException e) {
            throw new SQLClientInfoException(e.getMessage(), e.getSQLState(), Map.of(), e);
        }
    }

    Savepoint setSavepoint() throws SQLException {
        worked();
        var savepoint = physical.setSavepoint();
        noteTransaction();
        return savepoint;
    }

    Savepoint setSavepoint(@Nullable String name) throws SQLException {
        worked();
        var savepoint = physical.setSavepoint(name);
        noteTransaction();
        return savepoint;
    }

    void commit() throws SQLException {
        requireFreeEnd("commit");
        failedCommit.require(physical, driver, hasFailed);
        physical.commit();
        ended();
        noteTransaction();
    }

    void rollback() throws SQLException {
        requireFreeEnd("rollback");
        physical.rollback();
        ended();
        noteTransaction();
    }

    void rollback(@Nullable Savepoint savepoint) throws SQLException {
        physical.rollback(savepoint);
        noteTransaction();
    }

    private void ended() {
        hasFailed = false;
        worked = false;
        maybeOpen = false;
    }

    /** Lets nobody end the transaction from here on. */
    void reserveEnd(String owner) {
        endOwner = owner;
    }

    void freeEnd() {
        endOwner = null;
    }

    /** Refuses to leave this session for another while something of the holder's is in it. */
    void requireNothingLeft() throws SQLException {
        var state = driver.transactionState(physical);
        boolean isOpen = state == TransactionState.UNKNOWN ? worked && !autoCommits : state != TransactionState.NONE;
        var left = "";
        if (isOpen) {
            left = "a transaction is open";
        } else if (openStatements.all().length > 0) {
            left = "statements are open";
        } else if (isChangedBeyondReadOnly()) {
            left = "settings are changed";
        } else if (lent || endOwner != null) {
            left = "it is in other hands";
        }
        if (!left.isEmpty()) {
            throw new SQLNonTransientException(
                    "setReadOnly(false) is refused: this connection reads from a replica, and " + left
                            + "; end that first, or close the connection and take another",
                    "25001");
        }
    }

    private boolean isChangedBeyondReadOnly() {
        return autoCommit.isChanged()
                || isolation.isChanged()
                || holdability.isChanged()
                || catalog.isChanged()
                || schema.isChanged()
                || typeMap.isChanged()
                || networkTimeout.isChanged()
                || queryTimeout.isChanged()
                || clientInfo.isChanged();
    }

    private void requireFreeEnd(String what) throws SQLException {
        if (endOwner != null) {
            throw new SQLNonTransientException(
                    what + " is refused: " + endOwner
                            + " ends this transaction itself, when its work returns or throws;"
                            + " leave commit, rollback and auto-commit to it, or use a savepoint",
                    "2D000");
        }
    }

    // The end of a lease.

    /**
     * Ends a lease: closes the statements left open, rolls an open transaction back, puts changed settings back. Asks
     * the server only where there is something to undo; free when the holder did nothing.
     *
     * @return whether a transaction was open and has been rolled back
     * @throws SQLException when that failed; the connection must not be used again
     */
    boolean restore(int lease) throws SQLException {
        boolean rolledBack = isTouched(lease) && putBack();
        if (begun) {
            begun = false;
            physical.endRequest();
        }
        return rolledBack;
    }

    private boolean putBack() throws SQLException {
        freeEnd();
        if (changed) {
            // First: the holder's limit may be too short, or none, for what follows.
            networkTimeout.restore(physical);
        }
        openStatements.closeAll(driver);
        var rolledBack = rollBackIfOpen();
        if (changed) {
            restoreSettings();
            changed = false;
        }
        physical.clearWarnings();
        unwrapped = false;
        lent = false;
        autoCommits = autoCommitAtStart;
        noted = TransactionState.NONE;
        ended();
        return rolledBack;
    }

    private boolean rollBackIfOpen() throws SQLException {
        var state = driver.transactionState(physical);
        if (state == TransactionState.NONE) {
            return false;
        }
        var auto = physical.getAutoCommit();
        if (auto != autoCommits) {
            // Switched by SQL.
            changed = true;
            autoCommit.suspect();
        }
        if (state == TransactionState.UNKNOWN) {
            if (auto || !(maybeOpen || unwrapped)) {
                return false;
            }
            physical.rollback();
            return worked || unwrapped;
        }
        if (auto) {
            // Begun by SQL: JDBC forbids a rollback in auto-commit.
            changed = true;
            autoCommit.change(physical, false);
        }
        physical.rollback();
        return true;
    }

    private void restoreSettings() throws SQLException {
        if (readOnly.isChanged()
                || isolation.isChanged()
                || holdability.isChanged()
                || catalog.isChanged()
                || schema.isChanged()
                || clientInfo.isChanged()) {
            // Else what is put back would stand in a transaction, and be undone with it.
            if (!physical.getAutoCommit()) {
                autoCommit.change(physical, true);
            }
            readOnly.restore(physical);
            isolation.restore(physical);
            holdability.restore(physical);
            catalog.restore(physical);
            schema.restore(physical);
            clientInfo.restore(physical);
        }
        typeMap.restore(physical);
        queryTimeout.restore(physical);
        autoCommit.restore(physical);
    }

    DriverSupport driver() {
        return driver;
    }

    OptionalLong backendId() {
        return backendId;
    }

    Connection physical() {
        return physical;
    }
}
