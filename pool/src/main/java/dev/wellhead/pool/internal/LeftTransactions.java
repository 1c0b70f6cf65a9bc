// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.PoolEvent;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Transactions that were open when their connection was given back: counted, and logged once a call site. */
final class LeftTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(LeftTransactions.class);
    private static final int MOST_SITES = 100;

    private final Pool pool;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    LeftTransactions(Pool pool) {
        this.pool = pool;
    }

    /** One was rolled back; on the thread that closes the handle, which a round trip has just cost far more than this. */
    void rolledBack(PoolEntry entry) {
        pool.counters().rolledBack.increment();
        var site = Leases.callSite(entry, entry.lease());
        var callSite = site.isEmpty() ? CallSites.of(entry.physical()).current() : site;
        var operation = entry.operation();
        boolean first = logged.size() < MOST_SITES && logged.add(callSite);
        if (!first && !pool.heard()) {
            return;
        }
        pool.crews().logs().work(() -> {
            pool.tell(new PoolEvent.RolledBack(pool.name(), entry.id(), operation, callSite));
            if (first) {
                LOG.warn(
                        "transaction left open was rolled back pool={} connection={} operation={} callSite={}:"
                                + " commit or roll back before close(); logged once a call site",
                        pool.name(),
                        entry.id(),
                        LogText.value(operation),
                        LogText.value(callSite));
            }
        });
    }
}
