// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.util.List;

/**
 * What {@code reconfigure} did.
 *
 * @param changed settings in force from now on
 * @param needRestart settings that differ and take a new pool to change; they keep their old value
 */
public record ReconfigureReport(List<Change> changed, List<Change> needRestart) {

    /** One setting, before and after, as text. */
    public record Change(String key, String before, String after) {}
}
