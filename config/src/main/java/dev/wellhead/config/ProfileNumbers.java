// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** The numbers of the profiles, one row a key. What all have in common is the default of the key itself. */
final class ProfileNumbers {

    private static final String[][] TABLE = {
        // key, production, edge, local; empty: the default of the key
        {"pool.min-idle", "5", "0", "2"},
        {"pool.max-size", "50", "100", "10"},
        {"pool.acquire-timeout", "5s", "2s", "10s"},
        {"pool.connect-timeout", "10s", "5s", "5s"},
        {"pool.statement-timeout", "30s", "15s", "60s"},
        {"pool.idle-timeout", "60s", "60s", "300s"},
        {"pool.pooled", "", "true", ""},
        {"pool.start-retries", "3", "5", "2"},
        {"pool.start-retry-delay", "1s", "200ms", "500ms"},
        {"retry.max-retries", "3", "5", "2"},
        {"retry.initial-delay", "1s", "200ms", "500ms"},
        {"health.interval", "30s", "30s", "5m"},
        {"log.queries", "false", "false", "true"},
        {"tls.mode", "auto", "auto", "prefer"},
    };

    private ProfileNumbers() {}

    static Map<String, String> of(Profile profile) {
        var numbers = new LinkedHashMap<String, String>();
        for (var row : TABLE) {
            var value = row[column(profile)];
            if (!value.isEmpty()) {
                numbers.put(row[0], value);
            }
        }
        return numbers;
    }

    private static int column(Profile profile) {
        return switch (profile) {
            case PRODUCTION -> 1;
            case EDGE -> 2;
            case LOCAL -> 3;
        };
    }
}
