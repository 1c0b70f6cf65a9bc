// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.HealthReport;
import dev.wellhead.database.PartReport;
import dev.wellhead.pool.PoolSnapshot;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How all databases are, taken together, at one moment.
 *
 * @param parts one for each database, in the order of their names
 * @param others what else the process depends on
 */
record HealthView(List<Part> parts, List<PartReport> others) {

    /** The name of the database that the whole depends on. */
    static final String MAIN = "default";

    /** What the whole is called. */
    enum Status {
        /** Every part works. */
        HEALTHY,
        /** A part is out, and it is neither the database called {@code default} nor, where none is called so, any database. */
        DEGRADED,
        /** The database called {@code default} is out, or, where none is called so, any database. */
        UNHEALTHY;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** 503 when unhealthy. */
        int httpStatus() {
            return this == UNHEALTHY ? 503 : 200;
        }
    }

    /**
     * One database.
     *
     * @param report the last check
     * @param pool the pool now
     * @param config its settings
     */
    record Part(HealthReport report, PoolSnapshot pool, DatabaseConfig config) {

        String name() {
            return config.name();
        }

        /**
         * Whether it did not serve at the last check. Who asks here counts failures in a row himself, so the strikes of
         * the background check do not delay the answer. A merely saturated pool is not out: sending its traffic
         * elsewhere, or restarting it, would only make things worse.
         */
        boolean out() {
            return !report.healthy() || report.strikes() > 0;
        }

        long latencyMillis() {
            return Numbers.millis(report.latency());
        }
    }

    HealthView {
        parts = List.copyOf(parts);
        others = List.copyOf(others);
    }

    Status status() {
        if (parts.isEmpty()) {
            return Status.UNHEALTHY;
        }
        if (parts.stream().noneMatch(Part::out)) {
            return others.stream().allMatch(PartReport::healthy) ? Status.HEALTHY : Status.DEGRADED;
        }
        boolean mainWorks = parts.stream().anyMatch(part -> part.name().equals(MAIN) && !part.out());
        return mainWorks ? Status.DEGRADED : Status.UNHEALTHY;
    }

    /**
     * The database that single-database bodies tell of: the one called {@code default}; where none is called so, the
     * first that is out, else the first. Empty when no database is open.
     */
    Optional<Part> main() {
        return parts.stream()
                .filter(part -> part.name().equals(MAIN))
                .findFirst()
                .or(() -> parts.stream().filter(Part::out).findFirst())
                .or(() -> parts.stream().findFirst());
    }

    /** The largest part. */
    long responseTimeMillis() {
        return parts.stream().mapToLong(Part::latencyMillis).max().orElse(0);
    }
}
