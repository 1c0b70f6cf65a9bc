// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.RetryObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;

/**
 * Spans of what databases do for the span that is current where they are asked, by the semantic conventions:
 *
 * <ul>
 *   <li>{@code SELECT orders} for each statement, {@code COMMIT} and {@code ROLLBACK} among them, also those of jOOQ and
 *       Hibernate; from the call until the answer, so rows that are fetched later are not in it
 *   <li>{@code acquire <database>} for a wait for a connection: only where the caller stood in line, or was refused
 *   <li>{@code retry <operation>} for a pause and the attempt after it; the statements of that attempt are below it
 * </ul>
 *
 * <p>Their text is without values, and of an error they have the SQLSTATE, not the message. Which of them are kept decides
 * the sampler of the SDK; without an SDK this does nothing. Who has OpenTelemetry's Java agent instrument JDBC as well sees
 * statements twice: {@code otel.instrumentation.jdbc.enabled=false} leaves these.
 *
 * <p>Thread-safe. Databases that a manager opens later are followed too.
 */
public final class DatabaseSpans implements AutoCloseable {

    private record Observers(StatementSpans statements, RetryObserver retries) {}

    private final Followers<Observers> followers;

    private DatabaseSpans(OpenTelemetry openTelemetry) {
        var tracer = openTelemetry.getTracer("dev.wellhead");
        followers = new Followers<>(database -> attach(tracer, database), DatabaseSpans::detach);
    }

    /** Spans of one database. */
    public DatabaseSpans(OpenTelemetry openTelemetry, Database database) {
        this(openTelemetry);
        followers.follow(database);
    }

    /** Spans of all databases of a manager. */
    public DatabaseSpans(OpenTelemetry openTelemetry, DatabaseManager manager) {
        this(openTelemetry);
        followers.follow(manager);
    }

    private static Observers attach(Tracer tracer, Database database) {
        var observers = new Observers(new StatementSpans(tracer, database), new RetrySpans(tracer));
        database.dataSource().addObserver(observers.statements);
        database.addRetryObserver(observers.retries);
        return observers;
    }

    private static void detach(Database database, Observers observers) {
        database.dataSource().removeObserver(observers.statements);
        database.removeRetryObserver(observers.retries);
    }

    /** No more spans. */
    @Override
    public void close() {
        followers.close();
    }
}
