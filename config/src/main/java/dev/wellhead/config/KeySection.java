// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys that belong together, for documents and templates.
 *
 * @param title for people
 * @param keys in the order of the table
 */
record KeySection(String title, List<Key<?, ?, ?>> keys) {

    private static final String ADDRESS = "Where the database is and who logs in";

    private static final String OUTCOME = "Commits whose answer is lost";

    /** By the first part of the name. */
    private static final Map<String, String> TITLES = Map.ofEntries(
            Map.entry("profile", "Profile"),
            Map.entry("server", "HTTP server of wellhead serve"),
            Map.entry("alerts", "Alerts of wellhead serve"),
            Map.entry("compat", "Names of before"),
            Map.entry("prices", "Prices, for advice in money"),
            Map.entry("url", ADDRESS),
            Map.entry("url-file", ADDRESS),
            Map.entry("address", ADDRESS),
            Map.entry("username", ADDRESS),
            Map.entry("password", ADDRESS),
            Map.entry("password-file", ADDRESS),
            Map.entry("tls", "Encryption"),
            Map.entry("max-total", "All pools together"),
            Map.entry("pool", "Connection pool"),
            Map.entry("retry", "Retries"),
            Map.entry("health", "Background check"),
            Map.entry("limits", "Time limits of calls"),
            Map.entry("breaker", "Breaker"),
            Map.entry("slow-query-threshold", "Slow work"),
            Map.entry("commit-outcome", OUTCOME),
            Map.entry("commit-outcome-timeout", OUTCOME));

    /** All sections: the process's, those of a database, those of features. */
    static List<KeySection> all() {
        var titles = new HashMap<>(TITLES);
        Sections.all().forEach(section -> titles.put(section.name(), section.title()));
        var sections = new LinkedHashMap<String, List<Key<?, ?, ?>>>();
        Keys.all().forEach(key -> {
            var first = key.name().replaceFirst("\\..*", "");
            sections.computeIfAbsent(titles.getOrDefault(first, first), title -> new ArrayList<>())
                    .add(key);
        });
        return sections.entrySet().stream()
                .map(section -> new KeySection(section.getKey(), section.getValue()))
                .toList();
    }
}
