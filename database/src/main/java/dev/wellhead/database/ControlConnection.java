// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Secret;
import dev.wellhead.pool.WellheadDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control connection of one database between two uses. It is taken out for use, so that one user has it alone; who
 * finds none opens another. Opened anew now and then, so that a login that was revoked is noticed: a session that is open
 * shows nothing of it.
 */
final class ControlConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ControlConnection.class);

    /** One that is open, and when it is to be opened anew. */
    record Opened(Connection connection, long renewNanos) {}

    private final String pool;
    private final WellheadDataSource dataSource;
    private final long newLoginNanos;
    private final AtomicReference<@Nullable Opened> kept = new AtomicReference<>();
    private volatile boolean closed;

    /** @param newLoginAfter how old it grows, give or take a fifth */
    ControlConnection(String pool, WellheadDataSource dataSource, Duration newLoginAfter) {
        this.pool = pool;
        this.dataSource = dataSource;
        this.newLoginNanos = newLoginAfter.toNanos();
    }

    /** Takes it out; null when there is none, or it is to be opened anew. */
    @Nullable
    Opened take() {
        var taken = kept.getAndSet(null);
        if (taken != null && System.nanoTime() - taken.renewNanos() >= 0) {
            HealthThreads.work(() -> close(taken.connection()));
            return null;
        }
        return taken;
    }

    /** Opens another. */
    Opened open(Duration limit) throws SQLException {
        var connection = dataSource.openUnpooled(limit);
        return new Opened(connection, System.nanoTime() + HealthPace.jittered(newLoginNanos));
    }

    /** Keeps it for the next use. */
    void keep(Opened used) {
        var other = kept.getAndSet(used);
        if (other != null) {
            // Two uses met: one came just after its limit.
            close(other.connection());
        }
        if (closed) {
            letGo();
        }
    }

    /** Ends the use of one that is not kept. */
    void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("control connection close failed pool={}", pool, Secret.mask(e));
        }
    }

    /** Ends one on which somebody may hang. */
    void abort(Connection connection) {
        try {
            connection.abort(HealthThreads::work);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("control connection cut failed pool={}", pool, Secret.mask(e));
        }
    }

    /** Closes what is kept, on a worker; the next use opens another. */
    void release() {
        if (kept.get() != null) {
            HealthThreads.work(this::letGo);
        }
    }

    /** Keeps none any more. */
    void close() {
        closed = true;
        release();
    }

    private void letGo() {
        var left = kept.getAndSet(null);
        if (left != null) {
            close(left.connection());
        }
    }
}
