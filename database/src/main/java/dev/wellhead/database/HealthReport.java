// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known about the health of one database.
 *
 * @param database its name
 * @param healthy whether it serves. A merely saturated pool is healthy. {@link Database#health()} lets a database that
 *     was healthy before fail {@link HealthPolicy#strikes()} checks in a row first; {@link Database#checkHealth()} tells
 *     of this one check
 * @param verdict what the last check found, and the pool shows now
 * @param checkedAt when the last check ended; {@link Instant#EPOCH} when none has ended yet
 * @param latency how long the last check waited for the answer
 * @param strikes failed checks in a row
 * @param error what went wrong at the last check, safe to show; empty when nothing did
 * @param recommendations what to do, in sentences with measured numbers; empty when there is nothing to do
 * @param failures the checks that failed lately, the newest first, at most 20
 * @param checks checks ended since the database was opened, by what they found; every verdict is present. An answer is
 *     {@link Verdict#HEALTHY} or {@link Verdict#READ_ONLY}: what the pool shows is no matter of a check
 * @param breaker what the breaker does
 * @param pool the pool at the time of this report
 */
public record HealthReport(
        String database,
        boolean healthy,
        Verdict verdict,
        Instant checkedAt,
        Duration latency,
        int strikes,
        Optional<String> error,
        List<String> recommendations,
        List<HealthFailure> failures,
        Map<Verdict, Long> checks,
        BreakerReport breaker,
        PoolSnapshot pool) {

    /** Copies the lists and the map. */
    public HealthReport {
        recommendations = List.copyOf(recommendations);
        failures = List.copyOf(failures);
        checks = counted(checks);
    }

    private static Map<Verdict, Long> counted(Map<Verdict, Long> some) {
        var all = new EnumMap<Verdict, Long>(Verdict.class);
        for (var verdict : Verdict.values()) {
            all.put(verdict, some.getOrDefault(verdict, 0L));
        }
        return Collections.unmodifiableMap(all);
    }

    HealthReport with(List<String> more, List<HealthFailure> past, Map<Verdict, Long> ended, BreakerReport seen) {
        var all = Stream.concat(recommendations.stream(), more.stream()).toList();
        return new HealthReport(
                database, healthy, verdict, checkedAt, latency, strikes, error, all, past, ended, seen, pool);
    }

    /** How long before this report the last check ended; zero when none has ended yet. */
    public Duration age() {
        return verdict == Verdict.NOT_CHECKED ? Duration.ZERO : Duration.between(checkedAt, pool.taken());
    }
}
