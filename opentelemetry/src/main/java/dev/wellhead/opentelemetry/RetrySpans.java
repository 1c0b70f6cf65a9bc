// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.database.spi.RetryObserver;
import io.opentelemetry.api.trace.Tracer;

/** Makes a span of each pause and the attempt after it, current while that attempt is made. */
final class RetrySpans implements RetryObserver {

    private final Tracer tracer;

    RetrySpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // Closed when the attempt has ended, which the caller promises to tell.
    public Attempt begins(Retry retry) {
        var span = tracer.spanBuilder("retry " + retry.operation())
                .setAttribute(StatementSpans.OPERATION, retry.operation())
                .setAttribute("wellhead.retry.attempt", (long) retry.attempt())
                .setAttribute("wellhead.retry.most_attempts", (long) retry.mostAttempts())
                .setAttribute("wellhead.retry.cause", retry.cause().name())
                .setAttribute("wellhead.retry.delay_ms", retry.delay().toMillis())
                .startSpan();
        if (!retry.sqlState().isEmpty()) {
            span.setAttribute("wellhead.retry.sql_state", retry.sqlState());
        }
        var scope = span.makeCurrent();
        return error -> {
            scope.close();
            if (error != null) {
                StatementSpans.failed(span, error);
            }
            span.end();
        };
    }
}
