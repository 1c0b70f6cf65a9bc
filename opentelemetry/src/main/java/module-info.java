// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Metrics and spans for OpenTelemetry, by its semantic conventions. */
@SuppressWarnings({"requires-transitive-automatic", "requires-automatic"
}) // OpenTelemetry's API has no descriptor of its own yet.
module dev.wellhead.opentelemetry {
    requires transitive dev.wellhead.database;
    requires transitive io.opentelemetry.api;
    requires io.opentelemetry.context;
    requires dev.wellhead.sql;
    requires static org.jspecify;

    exports dev.wellhead.opentelemetry;

    provides dev.wellhead.database.spi.TraceSource with
            dev.wellhead.opentelemetry.CurrentTrace;
}
