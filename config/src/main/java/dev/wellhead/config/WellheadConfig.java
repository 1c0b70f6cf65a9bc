// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.spi.ManagedResource;
import java.util.List;

/**
 * A whole configuration, loaded and checked. Immutable.
 *
 * @param profile the profile whose numbers stand where nothing else was said
 * @param profileReason why this profile, for the log
 * @param databases the configured databases, {@code default} first; empty when none is configured
 * @param sections the settings of other features that are configured, such as MongoDB
 * @param maxTotal the most physical connections of all databases together, see {@link
 *     dev.wellhead.database.DatabaseManager.Builder#maxTotal}; 0: no such limit
 * @param server the HTTP server
 * @param alerts which alerts {@code wellhead serve} tells, and whom
 * @param prices what databases cost
 * @param logLayout how the programs that stay, and those that make load, write their log; plain by default
 * @param settings every effective value with its origin, in the order of the keys; without a database those of
 *     {@code default} stand all the same, because an embedded one would use them
 * @param warnings what is probably not meant
 */
public record WellheadConfig(
        Profile profile,
        String profileReason,
        List<DatabaseConfig> databases,
        List<SectionConfig> sections,
        int maxTotal,
        ServerConfig server,
        AlertConfig alerts,
        PriceConfig prices,
        LogLayout logLayout,
        List<Setting> settings,
        List<Problem> warnings) {

    /** Copies the lists. */
    public WellheadConfig {
        databases = List.copyOf(databases);
        sections = List.copyOf(sections);
        settings = List.copyOf(settings);
        warnings = List.copyOf(warnings);
    }

    /** What a manager opens besides the databases, for {@link dev.wellhead.database.DatabaseManager.Builder#resource}. */
    public List<ManagedResource> resources() {
        return sections.stream()
                .flatMap(section -> section.resources().stream())
                .toList();
    }

    /** Whether nothing is configured that could be opened. */
    public boolean isEmpty() {
        return databases.isEmpty() && resources().isEmpty();
    }
}
