// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolStartException;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.StartMode;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the first connection of a pool, as often as its start mode says, while the opening thread waits. */
final class Starter {

    private static final Logger LOG = LoggerFactory.getLogger(Starter.class);

    private Starter() {}

    /** Shows the pool through JMX; null where the run-time image has none, which is logged. */
    static @Nullable Management manage(Pool pool) {
        try {
            return Management.register(pool);
        } catch (NoClassDefFoundError e) {
            LOG.warn(
                    "jmx bean not registered pool={} cause=module java.management is not there; require it in a"
                            + " module-info.java, or start java with --add-modules java.management",
                    pool.name());
            return null;
        }
    }

    static void start(Pool pool, Connector connector) {
        var config = pool.config();
        warnOfPrivateData(config, connector);
        if (config.startMode() == StartMode.LAZY) {
            return;
        }
        int attempts = config.startMode() == StartMode.WAIT ? config.startRetries() + 1 : 1;
        Throwable last = null;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            long began = pool.now();
            last = attemptUnderCeiling(pool, connector, attempt - 1);
            if (last == null) {
                return;
            }
            pool.counters().openFailed();
            pool.tell(new PoolEvent.OpenFailed(config.name(), last, Duration.ofNanos(pool.now() - began)));
            LOG.warn(
                    "start attempt failed pool={} attempt={}/{} cause={}",
                    config.name(),
                    attempt,
                    attempts,
                    Secret.mask(String.valueOf(last.getMessage())));
            if (attempt < attempts && !pause(config.startRetryDelay().toNanos())) {
                attempts = attempt;
            }
        }
        pool.close(0);
        throw new PoolStartException(
                "Pool " + config.name() + " could not open its first connection to " + config.shownUrl()
                        + " in "
                        + attempts + (attempts == 1 ? " attempt: " : " attempts: ")
                        + Secret.mask(last == null ? "" : String.valueOf(last.getMessage())),
                attempts,
                last == null ? new IllegalStateException("no attempt was made") : last);
    }

    /** Data that is gone with its connection, and that no other connection sees, is hardly ever meant. */
    private static void warnOfPrivateData(PoolConfig config, Connector connector) {
        if (config.maxSize() > 1 && connector.support().isPrivateToConnection(config.jdbcUrl())) {
            LOG.warn(
                    "each connection has a database of its own, which ends with it pool={} url={} maxSize={}:"
                            + " name the database in memory and share it (SQLite: file:NAME?mode=memory&cache=shared,"
                            + " H2: jdbc:h2:mem:NAME), use a file, or set max-size=1, min-idle=1 and max-lifetime=0",
                    config.name(),
                    config.shownUrl(),
                    config.maxSize());
        }
    }

    /** One connect, once there is room for it; what went wrong, or null. */
    private static @Nullable Throwable attemptUnderCeiling(Pool pool, Connector connector, int failedBefore) {
        var share = pool.share();
        if (share == null) {
            return attempt(pool, connector, failedBefore);
        }
        try {
            if (!share.takeStarter(pool.config().connectTimeout().toNanos())) {
                return new SQLTransientConnectionException(
                        "No room under the ceiling of max-total=" + share.use().maxTotal()
                                + " over all pools became free within connect-timeout="
                                + pool.config().connectTimeout().toMillis() + "ms",
                        RefusalReason.TIMEOUT.sqlState());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e;
        }
        try {
            return attempt(pool, connector, failedBefore);
        } finally {
            share.endStarter();
        }
    }

    /** One connect, adopted by the pool; what went wrong, or null. */
    private static @Nullable Throwable attempt(Pool pool, Connector connector, int failedBefore) {
        var done = new CompletableFuture<PoolEntry>();
        pool.counters().openAttempts.increment();
        long began = pool.now();
        pool.crews().opens().work(() -> {
            try {
                var entry = pool.adopt(connector.connect(), () -> !done.isDone());
                if (entry != null) {
                    long tookNanos = pool.now() - began;
                    pool.tell(new PoolEvent.Opened(pool.name(), entry.id(), Duration.ofNanos(tookNanos)));
                    pool.tookToConnect(tookNanos);
                    pool.log().opened(entry, tookNanos, failedBefore);
                    pool.admit(entry);
                    done.complete(entry);
                }
            } catch (Exception | Error e) {
                done.completeExceptionally(e);
            }
        });
        try {
            done.get(pool.config().connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        } catch (TimeoutException e) {
            done.cancel(false);
            return new SQLTimeoutException(
                    "Connect took longer than connect-timeout="
                            + pool.config().connectTimeout().toMillis() + "ms"
                            + (connector.logins().isAsking() ? ": the credentials provider has not answered" : ""),
                    "08001",
                    e);
        } catch (InterruptedException e) {
            done.cancel(false);
            Thread.currentThread().interrupt();
            return e;
        }
    }

    /** Waits; false when interrupted. */
    private static boolean pause(long nanos) {
        if (Thread.currentThread().isInterrupted()) {
            return false;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
