// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pool sizes of a process that works on so many jobs at once. */
final class WorkerSizing {

    static final String NAME = "WORKER_CONCURRENCY";

    private record Row(int upTo, String minIdle, String maxSize) {}

    private static final List<Row> TABLE = List.of(
            new Row(2, "2", "5"), new Row(5, "3", "10"), new Row(10, "5", "15"), new Row(Integer.MAX_VALUE, "8", "20"));

    private WorkerSizing() {}

    /**
     * What a worker concurrency says.
     *
     * @param numbers by the keys of SQL databases
     * @param origin who said it
     */
    record Sizes(Map<String, String> numbers, String origin) {

        Optional<String> number(String key) {
            return Optional.ofNullable(numbers.get(key));
        }
    }

    static boolean isName(String environmentName) {
        return environmentName.equals(NAME) || environmentName.endsWith("_" + NAME);
    }

    /** By key; sizes, acquire limit and idle limit. */
    static Map<String, String> of(int concurrency) {
        var row = TABLE.stream()
                .filter(candidate -> concurrency <= candidate.upTo())
                .findFirst()
                .orElseThrow();
        var numbers = new LinkedHashMap<String, String>();
        numbers.put("pool.min-idle", row.minIdle());
        numbers.put("pool.max-size", row.maxSize());
        numbers.put("pool.acquire-timeout", "30s");
        numbers.put("pool.idle-timeout", "60s");
        return numbers;
    }
}
