// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.ConfigException.Violation;
import dev.wellhead.pool.spi.DriverSupport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must hold of a URL that names several hosts. */
public final class HostRules {

    private static final String KEY = "url";

    private HostRules() {}

    /** What does not hold; looks at URLs with a comma only. */
    public static List<Violation> violations(String url, Map<String, String> driverProperties) {
        var support = url.indexOf(',') < 0
                ? null
                : DriverSupport.of(url).flatMap(DriverSupport::hosts).orElse(null);
        if (support == null) {
            return List.of();
        }
        var hosts = support.hosts(url);
        if (hosts.size() < 2) {
            return List.of();
        }
        var found = new ArrayList<Violation>();
        var places = new HashMap<String, Integer>();
        for (int i = 0; i < hosts.size(); i++) {
            var address = hosts.get(i).address();
            var earlier = places.putIfAbsent(address, i + 1);
            if (earlier != null) {
                found.add(new Violation(
                        KEY,
                        address,
                        "must name each host once: host " + earlier + " and host " + (i + 1) + " of the list are both "
                                + address,
                        "remove one of the two"));
            }
        }
        var target = support.target(url, driverProperties);
        if (!target.isEmpty() && HostTarget.of(target).isEmpty()) {
            found.add(new Violation(
                    KEY,
                    JdbcUrl.mask(target),
                    "must ask for hosts by one of: " + HostTarget.WORDS,
                    "write target_session_attrs=primary, or leave it out, which means the same"));
        }
        return found;
    }
}
