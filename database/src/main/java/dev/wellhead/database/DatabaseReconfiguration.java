// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.List;

/**
 * What {@link Database#reconfigure} did. Keys are spelled as files spell them, without {@code databases.<name>.}, such
 * as {@code pool.max-size}; without values, so without secrets.
 *
 * @param applied keys whose new value counts from now on
 * @param needsRestart keys that differ and take a restart; they keep their old value
 */
public record DatabaseReconfiguration(List<String> applied, List<String> needsRestart) {

    /** Copies the lists. */
    public DatabaseReconfiguration {
        applied = List.copyOf(applied);
        needsRestart = List.copyOf(needsRestart);
    }
}
