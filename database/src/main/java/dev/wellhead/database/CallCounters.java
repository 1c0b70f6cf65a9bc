// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The calls of one database since it was opened. {@code calls = succeeded + failed + those under way};
 * {@code retries} is the sum of {@code retriesByReason}.
 *
 * @param calls calls begun
 * @param succeeded calls that returned
 * @param failed calls that threw, each counted once however often it was tried
 * @param retries further attempts
 * @param retriesByReason further attempts by what the error before them means; every meaning is present
 * @param retriesRefused calls that might have been tried again and were not, by why; every refusal is present
 * @param failuresByKind failed calls by what the error means; every meaning is present
 * @param lostCommits COMMITs of transactions whose answer was lost, by what was found out about them then; every outcome is
 *     present. One that was {@code UNKNOWN} and is asked about again later stays so
 * @param meanLatency mean time of succeeded calls, waits and retries included; zero before the first
 * @param totalLatency the sum of their times
 * @param failuresByCode failed calls by their code; every code is present. What the work throws by itself has none
 * @param lastError the last failed call that has a code; empty before the first
 */
public record CallCounters(
        long calls,
        long succeeded,
        long failed,
        long retries,
        Map<Meaning, Long> retriesByReason,
        Map<RetryRefusal, Long> retriesRefused,
        Map<Meaning, Long> failuresByKind,
        Map<CommitOutcome, Long> lostCommits,
        Duration meanLatency,
        Duration totalLatency,
        Map<ErrorCode, Long> failuresByCode,
        Optional<LastError> lastError) {

    /** Copies the maps. */
    public CallCounters {
        retriesByReason = Collections.unmodifiableMap(new EnumMap<>(retriesByReason));
        retriesRefused = Collections.unmodifiableMap(new EnumMap<>(retriesRefused));
        failuresByKind = Collections.unmodifiableMap(new EnumMap<>(failuresByKind));
        lostCommits = Collections.unmodifiableMap(new EnumMap<>(lostCommits));
        failuresByCode = Collections.unmodifiableMap(new EnumMap<>(failuresByCode));
    }
}
