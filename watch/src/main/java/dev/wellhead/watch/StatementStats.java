// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.Meaning;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The statements of one fingerprint, since they were first seen. A statement's time is that of its caller: he waits for
 * the connection, the database works, and he holds the connection after it without running anything.
 *
 * @param fingerprint 16 hexadecimal digits
 * @param text without values; not more than 2,000 characters
 * @param calls how many have ended
 * @param errors how many of these failed, by what the error means; only what occurred
 * @param rows rows that callers read, or that were changed as far as the driver told
 * @param waited for a connection, of those that came first in their lease and had to wait
 * @param run from the call until the driver returned, and fetches of further rows
 * @param held after each, and before the first of a lease, until the next statement or the release
 * @param firstSeen when the first one ended
 * @param lastSeen when the last one ended, exact to a second
 */
public record StatementStats(
        String fingerprint,
        String text,
        long calls,
        Map<Meaning, Long> errors,
        long rows,
        Times waited,
        Times run,
        Times held,
        Instant firstSeen,
        Instant lastSeen) {

    /** Copies the map. */
    public StatementStats {
        var copy = new EnumMap<Meaning, Long>(Meaning.class);
        copy.putAll(errors);
        errors = Collections.unmodifiableMap(copy);
    }

    /** How many failed. */
    public long failed() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }
}
