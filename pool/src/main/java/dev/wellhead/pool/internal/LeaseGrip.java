// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.spi.LeaseEnd;
import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A lease by its number, for who may have to end it in its holder's stead. */
record LeaseGrip(PoolEntry entry, int lease, ConnectionHandle handle) implements LeaseEnd {

    @Override
    public String lastSql() {
        return entry.pool().shownSql(entry.sql(lease));
    }

    @Override
    public boolean keepsInterrupt() {
        return entry.keepsInterrupt() && entry.isActive(lease);
    }

    @Override
    public @Nullable Taken take(Function<@Nullable SQLException, SQLException> told) {
        if (entry.tryLetGo(lease)) {
            // What the holder is told is known before anything happens that he may have to be told of.
            entry.overtaken(told::apply);
            ReclaimedLeases.add(handle, () -> told.apply(null));
            handle.kill();
            var taken = new TakenLease(entry, lease);
            taken.begin();
            return taken;
        }
        if (entry.tryCloseWhileLettingGo(lease)) {
            // The holder is inside of close(), and waits for the server there: it is his rollback or reset that hangs.
            entry.overtaken(told::apply);
            var pool = entry.pool();
            pool.crews().rest().work(() -> {
                pool.retire(entry, EvictReason.CANCELLED, true);
                pool.serve();
            });
            pool.sessionEnds().end(entry);
            return answered -> {};
        }
        return null;
    }
}
