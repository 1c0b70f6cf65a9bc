// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says who holds connections, grouped by call site, in a text of bounded length. */
final class Holders {

    private static final int MOST_SITES = 5;

    private Holders() {}

    /** {@code Holders: 7 x import, the longest ...; 3 x report, ....} Empty when nobody holds any. */
    static String text(List<Lease> longestFirst) {
        if (longestFirst.isEmpty()) {
            return "";
        }
        Map<String, List<Lease>> bySite = new LinkedHashMap<>();
        for (var lease : longestFirst) {
            bySite.computeIfAbsent(place(lease), unused -> new ArrayList<>()).add(lease);
        }
        var text = new StringBuilder("Holders: ");
        int told = 0;
        int left = longestFirst.size();
        for (var site : bySite.entrySet()) {
            if (told == MOST_SITES) {
                text.append("; ")
                        .append(left)
                        .append(" more at ")
                        .append(bySite.size() - told)
                        .append(" other places");
                break;
            }
            text.append(told == 0 ? "" : "; ").append(describe(site.getKey(), site.getValue()));
            told++;
            left -= site.getValue().size();
        }
        return text.append('.').toString();
    }

    private static String describe(String site, List<Lease> leases) {
        var longest = leases.get(0);
        return leases.size() + " x " + site + ", " + (leases.size() == 1 ? "" : "the longest ") + describe(longest);
    }

    /** Where a connection was taken, as far as that is known. */
    static String place(Lease lease) {
        if (!lease.operation().isEmpty()) {
            return "operation '" + lease.callSite() + "'";
        }
        return lease.callSite().isEmpty() ? "unnamed work" : lease.callSite();
    }

    /** One lease: thread, age, what it does. */
    static String describe(Lease lease) {
        return "held for " + lease.held().toMillis() + " ms by thread '" + lease.thread() + "'"
                + (lease.lane().isEmpty() ? "" : " in lane " + lease.lane()) + ", " + doing(lease);
    }

    private static String doing(Lease lease) {
        if (lease.running()) {
            return "running for " + lease.runningFor().toMillis() + " ms: " + lease.sql();
        }
        var idle = (lease.idleInTransaction() ? "idle in transaction for " : "idle for ")
                + lease.idleFor().toMillis() + " ms";
        return lease.sql().isEmpty() ? idle + ", no statement yet" : idle + ", last statement: " + lease.sql();
    }
}
