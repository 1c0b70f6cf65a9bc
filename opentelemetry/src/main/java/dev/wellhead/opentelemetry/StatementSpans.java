// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.database.Database;
import dev.wellhead.pool.spi.StatementObserver;
import dev.wellhead.sql.SqlSummary;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes the spans of one database's statements and waits, when they have ended, on the thread that they were for. */
final class StatementSpans implements StatementObserver {

    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("wellhead.operation");
    private static final AttributeKey<String> POOL = AttributeKey.stringKey("db.client.connection.pool.name");

    private final Tracer tracer;
    private final Attributes pool;
    private final String acquire;
    private final StatementNames<Tally> kinds;

    StatementSpans(Tracer tracer, Database database) {
        this.tracer = tracer;
        this.pool = Attributes.of(POOL, database.name());
        this.acquire = "acquire " + database.name();
        var names = DatabaseNames.of(database.config().pool());
        this.kinds = new StatementNames<>(sql -> kind(names, sql));
    }

    private Tally kind(Attributes names, String sql) {
        var summary = SqlSummary.of(sql);
        var system = names.get(DatabaseNames.SYSTEM);
        return new Kind(
                summary.text().isEmpty() ? String.valueOf(system) : summary.text(),
                StatementNames.withText(StatementNames.attributes(names, summary), sql));
    }

    @Override
    public Tally tally(String sql) {
        return kinds.of(sql);
    }

    @Override
    public void waited(String operation, long waitNanos, @Nullable SQLException refused) {
        var span = tracer.spanBuilder(acquire).setAllAttributes(pool);
        ended(span, operation, waitNanos, refused);
    }

    @Override
    public void leaseEnded(String operation, String callSite, long waitNanos, long heldNanos, long sqlNanos) {}

    private static void ended(SpanBuilder builder, String operation, long nanos, @Nullable Throwable error) {
        var end = Instant.now();
        if (!operation.isEmpty()) {
            builder.setAttribute(OPERATION, operation);
        }
        var span = builder.setStartTimestamp(end.minusNanos(nanos)).startSpan();
        if (error != null) {
            failed(span, error);
        }
        span.end(end);
    }

    static void failed(Span span, Throwable error) {
        span.setStatus(StatusCode.ERROR);
        span.setAllAttributes(StatementNames.error(Attributes.builder(), error).build());
    }

    private final class Kind implements Tally {

        private final String name;
        private final Attributes attributes;

        Kind(String name, Attributes attributes) {
            this.name = name;
            this.attributes = attributes;
        }

        @Override
        public void ran(String operation, long waitNanos, long runNanos, @Nullable SQLException error) {
            var span = tracer.spanBuilder(name).setSpanKind(SpanKind.CLIENT).setAllAttributes(attributes);
            ended(span, operation, runNanos, error);
        }

        @Override
        public void rows(long count) {}

        @Override
        public void fetched(long nanos) {}

        @Override
        public void held(long nanos) {}
    }
}
