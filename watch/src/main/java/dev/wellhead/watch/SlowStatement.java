// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.Meaning;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A statement that took long.
 *
 * @param endedAt when it ended
 * @param operation name that the caller gave to the work; empty when none
 * @param fingerprint 16 hexadecimal digits
 * @param text without values; not more than 2,000 characters
 * @param waited how long its connection was waited for, where it was the first of its lease
 * @param run how long it ran
 * @param error what its error means; empty when it succeeded
 * @param traceId the trace that its caller worked for, see {@link dev.wellhead.database.TraceIds}; empty for none
 */
public record SlowStatement(
        Instant endedAt,
        String operation,
        String fingerprint,
        String text,
        Duration waited,
        Duration run,
        Optional<Meaning> error,
        String traceId) {}
