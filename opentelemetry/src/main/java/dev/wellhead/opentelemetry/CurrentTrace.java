// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.database.spi.TraceSource;
import io.opentelemetry.api.trace.Span;

/** The trace of the current span; found by its service file. */
public final class CurrentTrace implements TraceSource {

    /** For {@link java.util.ServiceLoader}. */
    public CurrentTrace() {}

    @Override
    public String traceId() {
        var context = Span.current().getSpanContext();
        return context.isValid() ? context.getTraceId() : "";
    }
}
