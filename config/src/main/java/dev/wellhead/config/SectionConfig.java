// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.pool.Secret;
import java.util.List;
import java.util.Map;

/**
 * The settings of a feature, such as MongoDB, as they count. There is one for each feature that is configured.
 *
 * @param name the first part of its keys
 * @param values by key in full; secrets, because any of them may hold one
 * @param resources what a manager opens for it, not open yet
 */
public record SectionConfig(String name, Map<String, Secret> values, List<ManagedResource> resources) {

    /** Copies both. */
    public SectionConfig {
        values = Map.copyOf(values);
        resources = List.copyOf(resources);
    }
}
