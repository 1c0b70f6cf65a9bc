// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.spi;

import dev.wellhead.pool.PoolConfig;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * What the pool must know about one JDBC driver that JDBC itself does not tell.
 *
 * <p>Found by {@link java.util.ServiceLoader}; the first that {@linkplain #accepts accepts} the URL serves the pool.
 * Without one the pool uses JDBC alone. Implementations are stateless and thread-safe, and never wait for the network
 * except where a method says so.
 */
public interface DriverSupport {

    /** What a physical connection knows about its transaction without asking the server. */
    enum TransactionState {
        /** No transaction is open. */
        NONE,
        /** A transaction is open and may still commit. */
        OPEN,
        /** A transaction is open and can only be rolled back. */
        FAILED,
        /** The driver cannot tell; the pool goes by what passed through its own handles. */
        UNKNOWN
    }

    /**
     * What the pool wants of each new physical connection.
     *
     * @param connectTimeoutMillis limit of one connect in milliseconds, at least 1
     * @param statementTimeoutMillis limit of one statement in milliseconds; 0 means none
     * @param applicationName shown by the server beside the session; empty when the user gave none
     * @param pooled whether a pooler in front forbids session settings and startup options
     * @param idleInTransactionTimeoutMillis how long a transaction may do nothing, in milliseconds; 0 means for ever
     */
    record ConnectSettings(
            long connectTimeoutMillis,
            long statementTimeoutMillis,
            String applicationName,
            boolean pooled,
            long idleInTransactionTimeoutMillis) {

        /** With transactions that may do nothing for ever. */
        public ConnectSettings(
                long connectTimeoutMillis, long statementTimeoutMillis, String applicationName, boolean pooled) {
            this(connectTimeoutMillis, statementTimeoutMillis, applicationName, pooled, 0);
        }

        /** What the settings of a pool come to. */
        public static ConnectSettings of(PoolConfig config) {
            return new ConnectSettings(
                    Math.max(1, config.connectTimeout().toMillis()),
                    config.statementTimeout().toMillis(),
                    config.applicationName(),
                    config.pooled(),
                    config.idleInTransactionTimeout().toMillis());
        }
    }

    /**
     * A session as its server names it, for good: no other session of any server has both.
     *
     * @param number the server's number, which may be given out again
     * @param since when it began, in a unit of the driver's choice, fine enough to tell sessions of one number apart
     */
    record ServerSession(long number, long since) {}

    /** How a connection looks from this side, without a round trip. */
    enum Liveness {
        /** Nothing speaks against it, or nothing can be seen. */
        ALIVE_OR_UNKNOWN,
        /** The server has sent something that nobody asked for: whether it lives, only a round trip tells. */
        PENDING,
        /** The other end is gone, or has said good-bye. */
        DEAD
    }

    /** Looks at one physical connection; see {@link Link}. */
    @FunctionalInterface
    interface Lookout {

        /** A driver whose sockets cannot be seen. */
        Lookout NONE = () -> Liveness.ALIVE_OR_UNKNOWN;

        /**
         * How the connection looks now. Called on callers' threads, by the connection's only user, while no call is
         * under way on it; costs microseconds and never waits.
         */
        Liveness look();

        /**
         * Whether the thread that waits for the server just now was interrupted, and this keeps its flag back meanwhile.
         * For any thread; never waits.
         */
        default boolean keepsInterrupt() {
            return false;
        }

        /**
         * The address that the connection was opened to, with the name it was found by; null where that cannot be seen.
         * For any thread; never asks the network.
         */
        default @Nullable InetSocketAddress peer() {
            return null;
        }
    }

    /**
     * What a connect has brought.
     *
     * @param physical what the driver has opened
     * @param lookout shows whether its socket is still good
     */
    record Link(Connection physical, Lookout lookout) {}

    /** The support that serves a pool with that JDBC URL; empty where JDBC alone does. */
    static Optional<DriverSupport> of(String jdbcUrl) {
        for (var support : ServiceLoader.load(DriverSupport.class, DriverSupport.class.getClassLoader())) {
            if (support.accepts(jdbcUrl)) {
                return Optional.of(support);
            }
        }
        return Optional.empty();
    }

    /** Whether this support speaks for the driver of that URL. */
    boolean accepts(String jdbcUrl);

    /**
     * Sensible values of driver properties where the user has not said anything: neither in the URL nor among the
     * properties, in whatever case. {@code config show} lists them, so that none is a secret.
     *
     * @param jdbcUrl as configured, without user and password
     * @param settings what the pool wants
     * @param given what the user has set; read only
     */
    default Map<String, String> defaults(String jdbcUrl, ConnectSettings settings, Map<String, String> given) {
        return Map.of();
    }

    /**
     * Driver properties that carry what the pool wants for itself. They are handed to the driver over the {@link
     * #defaults} and over those the user gave: what is returned replaces a given property of the same name, so a name
     * the user has set is returned only to merge with it or when {@link #opened} puts it back.
     *
     * @param settings what the pool wants
     * @param given what the user has set; read only
     */
    default Map<String, String> connectProperties(ConnectSettings settings, Map<String, String> given) {
        return Map.of();
    }

    /**
     * Connects. For supports that hand the driver a socket of their own, so that the pool can look at it.
     *
     * @param driver accepts the URL
     * @param url as configured, without user and password
     * @param properties all there are, login included; may be added to
     * @return null when the driver returned null
     * @throws SQLException what the driver throws
     */
    default @Nullable Link connect(Driver driver, String url, Properties properties) throws SQLException {
        var physical = driver.connect(url, properties);
        return physical == null ? null : new Link(physical, Lookout.NONE);
    }

    /**
     * Finishes a connect: undoes what was meant for the connect alone, such as a limit on a login that hangs, and sends
     * what the driver properties could not carry. Called once for each new physical connection, on the thread that
     * opened it and under the same limit, before anything else uses it; may wait for the network.
     *
     * @param physical what the driver has opened
     * @param settings as given to {@link #connectProperties}
     * @param given as given to {@link #connectProperties}
     * @throws SQLException when that fails; the pool closes the connection and counts the connect as failed
     */
    default void opened(Connection physical, ConnectSettings settings, Map<String, String> given) throws SQLException {}

    /**
     * Whether the connect has put the statement limit on the server. If not, the pool sets it on each statement by
     * {@link java.sql.Statement#setQueryTimeout}.
     *
     * @param physical freshly opened; asked without a round trip
     * @param settings as given to {@link #connectProperties}
     * @throws SQLException when the driver cannot tell; the connect then counts as failed
     */
    default boolean limitsStatementsOnServer(Connection physical, ConnectSettings settings) throws SQLException {
        return false;
    }

    /**
     * Whether each connection to that URL has a database of its own, which ends with it, as an unnamed one in memory. The
     * pool warns of it, unless it keeps one connection for good.
     *
     * @param jdbcUrl as configured
     */
    default boolean isPrivateToConnection(String jdbcUrl) {
        return false;
    }

    /** The transaction state as the driver knows it, without a round trip. */
    default TransactionState transactionState(Connection physical) {
        return TransactionState.UNKNOWN;
    }

    /** The server's own number for this session (PostgreSQL: backend pid), without a round trip. */
    default OptionalLong backendId(Connection physical) {
        return OptionalLong.empty();
    }

    /**
     * How the server names the session of a fresh connection, so that it can be ended from another one; empty where that
     * is not possible, as behind a pooler. Asked once for each, after {@link #opened}; may wait for the network, and may
     * set what lets the server notice by itself that this side is gone.
     *
     * @throws SQLException when the connection is lost; the connect then counts as failed
     */
    default Optional<ServerSession> session(Connection physical, ConnectSettings settings) throws SQLException {
        return Optional.empty();
    }

    /**
     * Cancels the statements of those sessions, which {@link #session} has named. May wait for the network, within the
     * network timeout of the connection.
     *
     * @param control another connection to the same server, in auto-commit
     */
    default void cancel(Connection control, Collection<ServerSession> sessions) throws SQLException {}

    /**
     * Ends those sessions, as {@link #cancel}.
     *
     * @return those that were still there, for the caller to ask again
     */
    default Collection<ServerSession> end(Connection control, Collection<ServerSession> sessions) throws SQLException {
        return List.of();
    }

    /**
     * Puts the schema back after the holder of a connection has changed it, where {@code PoolConfig} names none. A
     * driver whose schema is a path of several restores the whole path.
     *
     * @param before what {@link Connection#getSchema} said before the change; null when it said that
     * @throws SQLException when that failed; the connection will be closed
     */
    default void restoreSchema(Connection physical, @Nullable String before) throws SQLException {
        physical.setSchema(before);
    }

    /**
     * The limit of statements in milliseconds, 0 for none, where {@link java.sql.Statement#setQueryTimeout} changes it for
     * the whole session, without a round trip; the pool then puts it back at the end of a lease that changed it. Empty
     * where each statement has its own.
     */
    default OptionalInt sessionQueryTimeout(Connection physical) {
        return OptionalInt.empty();
    }

    /**
     * Puts the limit that {@link #sessionQueryTimeout} said back; called only where it said one.
     *
     * @throws SQLException when that failed; the connection will be closed
     */
    default void restoreSessionQueryTimeout(Connection physical, int millis) throws SQLException {}

    /** Whether this error means that the physical connection must not be used again. */
    default boolean isFatal(SQLException error) {
        return false;
    }

    /**
     * Whether the server at the other end accepts no writes from anybody, as a standby does, without a round trip; empty
     * when that is not known. Asked after an error that says so (SQLSTATE 25006), for a holder may have begun a
     * read-only transaction by SQL.
     */
    default Optional<Boolean> serverIsReadOnly(Connection physical) {
        return Optional.empty();
    }

    /** How several servers in one URL are told apart; empty where the driver sees to that itself, or knows of none. */
    default Optional<HostSupport> hosts() {
        return Optional.empty();
    }

    /** What the driver can tell of a server before anybody logs in; empty where it can tell nothing. */
    default Optional<ServerProbe> probe() {
        return Optional.empty();
    }
}
