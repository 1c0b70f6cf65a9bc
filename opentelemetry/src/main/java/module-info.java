// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Pool metrics for OpenTelemetry, by its semantic conventions. */
@SuppressWarnings("requires-transitive-automatic") // OpenTelemetry's API has no descriptor of its own yet.
module dev.wellhead.opentelemetry {
    requires transitive dev.wellhead.database;
    requires transitive io.opentelemetry.api;
    requires static org.jspecify;

    exports dev.wellhead.opentelemetry;
}
