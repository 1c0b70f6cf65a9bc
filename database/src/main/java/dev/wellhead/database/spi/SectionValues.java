// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import java.time.Duration;
import java.util.Map;

/**
 * The values of all keys of a {@link ConfigSection}, checked one by one.
 *
 * @param values by name: {@link String}, {@link Integer} or {@link Duration}, as the key's type
 */
public record SectionValues(Map<String, Object> values) {

    /** Copies the map. */
    public SectionValues {
        values = Map.copyOf(values);
    }

    /** The text of that key; empty where nobody gives it and it has no default. */
    public String text(String key) {
        return String.class.cast(values.getOrDefault(key, ""));
    }

    /**
     * The number of that key.
     *
     * @throws IllegalArgumentException when there is none
     */
    public int count(String key) {
        return value(key, Integer.class);
    }

    /**
     * The time of that key.
     *
     * @throws IllegalArgumentException when there is none
     */
    public Duration time(String key) {
        return value(key, Duration.class);
    }

    private <T> T value(String key, Class<T> type) {
        var value = values.get(key);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("key " + key + ": has no " + type.getSimpleName()
                    + "; give it a default, and ask for the type that it has");
        }
        return type.cast(value);
    }

    /** Without the values: any may be a secret. */
    @Override
    public String toString() {
        return "SectionValues" + values.keySet();
    }
}
