// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.HashMap;
import java.util.Map;

/** What the keys of one section are bound to: values by the key's name without the section's. */
final class SectionDraft {

    final Map<String, Object> values = new HashMap<>();

    /** By the names of the keys, without values: any may be a secret. */
    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
