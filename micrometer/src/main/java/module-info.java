// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Pool and database metrics for Micrometer. */
@SuppressWarnings("requires-transitive-automatic") // Micrometer has no descriptor of its own yet.
module dev.wellhead.micrometer {
    requires transitive dev.wellhead.database;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports dev.wellhead.micrometer;
}
