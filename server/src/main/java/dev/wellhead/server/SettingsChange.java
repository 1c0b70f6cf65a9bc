// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.List;
import java.util.Map;

/**
 * Puts settings of one database into force at an operator's request, as a reload of the configuration does.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SettingsChange {

    /**
     * What became of them; a value that was in force already is in neither list.
     *
     * @param applied keys that are in force now
     * @param needsRestart keys that stay as they were: to change them, change the configuration and restart
     */
    record Outcome(List<String> applied, List<String> needsRestart) {

        /** Copies the lists. */
        public Outcome {
            applied = List.copyOf(applied);
            needsRestart = List.copyOf(needsRestart);
        }
    }

    /**
     * Applies them, for as long as the process runs. With anything wrong in them nothing changes. May wait for a reload
     * that is under way; any thread.
     *
     * @param database the database's name
     * @param settings values by key, both as files spell them
     * @throws dev.wellhead.config.InvalidConfigException with all problems at once
     * @throws IllegalArgumentException when a key is not one of a database's own
     */
    Outcome apply(String database, Map<String, String> settings);
}
