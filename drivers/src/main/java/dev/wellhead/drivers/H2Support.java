// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.DriverSupport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.jspecify.annotations.Nullable;

/**
 * What H2's driver needs and lacks.
 *
 * <h2>Memory that would be lost</h2>
 *
 * A named database in memory ends with its last connection, and the pool closes connections for their age. So {@code
 * DB_CLOSE_DELAY=-1} keeps it until the JVM ends. Of an unnamed one ({@code jdbc:h2:mem:}) each connection has its own:
 * give it a name.
 *
 * <h2>The limit of statements</h2>
 *
 * It goes into the session as {@code QUERY_TIMEOUT}, which {@link java.sql.Statement#setQueryTimeout} changes for all
 * statements of the session that come after; the pool puts it back for the next holder.
 */
public final class H2Support implements DriverSupport {

    private static final Pattern NAMED_MEMORY = Pattern.compile("jdbc:h2:mem:[^;]+.*", Pattern.DOTALL);
    private static final Pattern UNNAMED_MEMORY = Pattern.compile("jdbc:h2:mem:(?:;.*)?", Pattern.DOTALL);
    private static final String QUERY_TIMEOUT = "QUERY_TIMEOUT";

    /** Connection broken, database closed, closed at shutdown, closed by an error of its file. */
    private static final Set<Integer> ENDED = Set.of(90067, 90098, 90121, 90028, 90031);

    /** Found by {@link java.util.ServiceLoader}. */
    public H2Support() {}

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith("jdbc:h2:");
    }

    /** H2 refuses a setting that comes in the URL and in the properties, so what the URL has is always left out. */
    @Override
    public Map<String, String> defaults(String jdbcUrl, ConnectSettings settings, Map<String, String> given) {
        Map<String, String> defaults = new HashMap<>();
        if (NAMED_MEMORY.matcher(jdbcUrl).matches()) {
            defaults.put("DB_CLOSE_DELAY", "-1");
        }
        if (settings.statementTimeoutMillis() > 0) {
            defaults.put(QUERY_TIMEOUT, Long.toString(Math.min(Integer.MAX_VALUE, settings.statementTimeoutMillis())));
        }
        return UserSettings.leftOut(defaults, jdbcUrl, given);
    }

    @Override
    public boolean isPrivateToConnection(String jdbcUrl) {
        return UNNAMED_MEMORY.matcher(jdbcUrl).matches();
    }

    @Override
    public boolean limitsStatementsOnServer(Connection physical, ConnectSettings settings) {
        return settings.statementTimeoutMillis() > 0;
    }

    /** Known where the database is in this JVM; a transaction that has only read is not told from none. */
    @Override
    public TransactionState transactionState(Connection physical) {
        var session = session(physical);
        if (session == null) {
            return TransactionState.UNKNOWN;
        }
        if (session.getAutoCommit()) {
            return TransactionState.NONE;
        }
        return session.hasPendingTransaction() ? TransactionState.OPEN : TransactionState.UNKNOWN;
    }

    @Override
    public OptionalInt sessionQueryTimeout(Connection physical) {
        var session = session(physical);
        return session == null ? OptionalInt.empty() : OptionalInt.of(session.getQueryTimeout());
    }

    @Override
    public void restoreSessionQueryTimeout(Connection physical, int millis) throws SQLException {
        try (var statement = physical.createStatement()) {
            // The driver remembers what it was told last, in whole seconds; the session has it to the millisecond.
            statement.setQueryTimeout(
                    (int) Duration.ofMillis(millis).plusMillis(999).toSeconds());
        }
        var session = session(physical);
        if (session != null) {
            session.setQueryTimeout(millis);
        }
    }

    @Override
    public OptionalLong backendId(Connection physical) {
        var session = session(physical);
        return session == null ? OptionalLong.empty() : OptionalLong.of(session.getId());
    }

    private static @Nullable SessionLocal session(Connection physical) {
        return physical instanceof JdbcConnection driver && driver.getSession() instanceof SessionLocal local
                ? local
                : null;
    }

    @Override
    public boolean isFatal(SQLException error) {
        var state = error.getSQLState();
        return (state != null && state.startsWith("08")) || ENDED.contains(error.getErrorCode());
    }
}
