// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import dev.wellhead.database.DatabaseConfig;
import java.util.List;
import java.util.Map;

/**
 * A feature's settings, for a configuration that does not know the feature: it binds, checks and lists these keys as its
 * own, and hands what comes of them to the {@link dev.wellhead.database.DatabaseManager}. Found by {@link
 * java.util.ServiceLoader}; the module {@code config} asks. Thread-safe.
 */
public interface ConfigSection {

    /** The first part of its keys, such as {@code mongodb}: small letters, digits and {@code -}. Constant. */
    String name();

    /** What it is called in documents. Constant. */
    String title();

    /** Its keys, in the order in which they are shown; the names are distinct. One called {@code name} names what it opens. Constant. */
    List<SectionKey> keys();

    /** The name of the key that says where the thing is, such as {@code uri}. Where nobody gives it, nothing is opened. */
    String locator();

    /**
     * What a locator says besides where the thing is.
     *
     * @param hosts the machines that it names, a port behind a colon where it has one; empty where it cannot be read
     * @param values of other keys, by name, as files spell them: they count after what anybody says under the key itself,
     *     and before all defaults
     */
    record Reading(List<String> hosts, Map<String, String> values) {

        /** What a locator says that cannot be read: nothing. */
        public static final Reading NONE = new Reading(List.of(), Map.of());

        /** Copies both. */
        public Reading {
            hosts = List.copyOf(hosts);
            values = Map.copyOf(values);
        }

        /** Without the values: any may be a secret. */
        @Override
        public String toString() {
            return "Reading[hosts=" + hosts + "]";
        }
    }

    /** Takes a locator apart. One that it refuses says nothing here; {@link #resources} tells why. */
    Reading read(String locator);

    /**
     * Makes what a manager opens; connects to nothing. Called with values also where there is no locator, so that they are
     * checked all the same.
     *
     * @param values of all keys; the locator is empty where nobody gives it
     * @param policies how calls are tried again, limited, counted and logged, and how health is watched; of the pool
     *     nothing counts
     * @return empty without a locator
     * @throws dev.wellhead.pool.ConfigException with every violation, by names of the keys; no text holds a secret
     */
    List<ManagedResource> resources(SectionValues values, DatabaseConfig policies);
}
