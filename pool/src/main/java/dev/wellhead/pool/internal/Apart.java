// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One connect on a worker while the caller waits, no longer than its limit; what comes later is closed. */
final class Apart {

    private Apart() {}

    static Connection connect(Pool pool, Connector connector, long limitNanos) throws SQLException {
        var closer = pool.closer();
        var result = new CompletableFuture<Connection>();
        pool.crews().opens().work(() -> {
            try {
                var physical = connector.connectPhysical();
                if (!result.complete(physical)) {
                    closer.end(physical, false);
                }
            } catch (Exception | Error e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(limitNanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw sql;
            }
            throw new SQLTransientConnectionException("Connect failed: " + e.getCause(), "08001", e.getCause());
        } catch (TimeoutException e) {
            giveUp(result, pool);
            throw new SQLTimeoutException(
                    "Connect took longer than " + TimeUnit.NANOSECONDS.toMillis(limitNanos) + " ms", "08001", e);
        } catch (InterruptedException e) {
            giveUp(result, pool);
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("Interrupted while connecting", "08001", e);
        }
    }

    /** Closes what arrives from now on, or what arrived at this very moment. */
    private static void giveUp(CompletableFuture<Connection> result, Pool pool) {
        if (!result.cancel(false) && !result.isCompletedExceptionally()) {
            var physical = result.join();
            pool.crews().closes().work(() -> pool.closer().end(physical, false));
        }
    }
}
