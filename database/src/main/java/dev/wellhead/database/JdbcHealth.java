// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.ErrorRow.Dialect;
import dev.wellhead.database.Probe.Outcome;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.WellheadDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a database over JDBC, by the connection of the last question, or by a new one when there is none or it has died
 * meanwhile. The {@link ControlConnection} is taken out for use, so that one question has it alone, and is opened anew
 * every five minutes or so.
 */
final class JdbcHealth implements HealthSource {

    private static final Logger LOG = LoggerFactory.getLogger(JdbcHealth.class);
    private static final String READ_ONLY_SQL = "SELECT current_setting('transaction_read_only') = 'on'";
    private static final Duration NEW_LOGIN_AFTER = Duration.ofMinutes(5);

    private final Supplier<DatabaseConfig> current;
    private final String name;
    private final WellheadDataSource dataSource;
    private final boolean knowsReadOnly;
    private final ControlConnection control;
    private final ServerAdvice server;

    JdbcHealth(Supplier<DatabaseConfig> current, WellheadDataSource dataSource, Timeouts timeouts) {
        this(current, dataSource, timeouts, NEW_LOGIN_AFTER);
    }

    /** @param newLoginAfter how old the control connection grows, give or take a fifth */
    JdbcHealth(
            Supplier<DatabaseConfig> current,
            WellheadDataSource dataSource,
            Timeouts timeouts,
            Duration newLoginAfter) {
        var config = current.get();
        this.current = current;
        this.name = config.name();
        this.dataSource = dataSource;
        this.knowsReadOnly = Dialect.of(config.pool().jdbcUrl()) == Dialect.POSTGRESQL;
        this.control = new ControlConnection(name, dataSource, newLoginAfter);
        this.server = new ServerAdvice(timeouts);
    }

    TableScans tableScans() {
        return server.tableScans();
    }

    @Override
    public PoolSnapshot snapshot() {
        return dataSource.snapshot();
    }

    @Override
    public List<Lease> leases() {
        return dataSource.leases();
    }

    @Override
    public boolean isQuiet() {
        return dataSource.isQuiet();
    }

    @Override
    public List<String> advice(PoolSnapshot pool, long nowNanos) {
        return server.advice(pool, nowNanos);
    }

    @Override
    public void sleep() {
        control.release();
    }

    @Override
    public void close() {
        control.close();
    }

    @Override
    public void answered() {
        if (knowsReadOnly && server.isDue(System.nanoTime())) {
            HealthThreads.work(this::askServer);
        }
    }

    /** Asks what is no part of a check, over the connection of the last one; a check meanwhile opens its own. */
    private void askServer() {
        var taken = control.take();
        if (taken == null) {
            return;
        }
        var connection = taken.connection();
        var limit = HealthThreads.after(
                current.get().health().limit().toNanos(), () -> HealthThreads.work(() -> control.abort(connection)));
        try {
            server.ask(connection, System.nanoTime());
            limit.cancel(false);
            control.keep(taken);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("control connection lost pool={}", name, Secret.mask(e));
            limit.cancel(false);
            control.close(connection);
        }
    }

    @Override
    public Outcome ask(Probe probe, long limitNanos) {
        long start = System.nanoTime();
        try {
            var kept = control.take();
            if (kept != null) {
                try {
                    return answer(probe, kept);
                } catch (SQLException e) {
                    // It may have died while nobody looked: a new one tells.
                    LOG.debug("control connection lost pool={} sqlState={}", name, e.getSQLState());
                }
            }
            long left = limitNanos - (System.nanoTime() - start);
            return answer(probe, control.open(Duration.ofNanos(Math.max(1, left))));
        } catch (SQLException | RuntimeException e) {
            return Outcome.failed(System.nanoTime() - start, e);
        }
    }

    private Outcome answer(Probe probe, ControlConnection.Opened used) throws SQLException {
        var connection = used.connection();
        Probe.Cut cut = () -> connection.abort(HealthThreads::work);
        var keep = false;
        try {
            probe.begin(cut);
            long start = System.nanoTime();
            boolean readOnly = askOver(connection);
            var outcome = Outcome.answered(System.nanoTime() - start, readOnly);
            keep = probe.done(cut);
            return outcome;
        } finally {
            if (keep) {
                control.keep(used);
            } else {
                probe.done(cut);
                control.close(connection);
            }
        }
    }

    private boolean askOver(Connection connection) throws SQLException {
        if (!knowsReadOnly) {
            int seconds = (int)
                    Math.max(1, current.get().health().limit().plusMillis(999).toSeconds());
            if (!connection.isValid(seconds)) {
                throw new SQLException("The connection is not valid", "08006");
            }
            return false;
        }
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(READ_ONLY_SQL)) {
            return rows.next() && rows.getBoolean(1);
        }
    }
}
