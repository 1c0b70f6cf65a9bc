// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.wellhead.database.CallOptions;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.database.TraceIds;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The spans that an SDK gets of a real database. */
class DatabaseSpansTest {

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    private DatabaseManager manager;
    private Database database;
    private DatabaseSpans spans;

    @BeforeEach
    void open() {
        manager = DatabaseManager.builder().database(config("shop")).open();
        database = manager.database();
        spans = new DatabaseSpans(sdk, manager);
    }

    @AfterEach
    void close() {
        spans.close();
        manager.close();
        sdk.close();
    }

    private static DatabaseConfig config(String name) {
        return new DatabaseConfig(
                PoolConfig.builder()
                        .name(name)
                        .jdbcUrl(PostgresServer.shared().jdbcUrl())
                        .maxSize(1)
                        .minIdle(1)
                        .acquireTimeout(Duration.ofSeconds(5))
                        .build(),
                RetryPolicy.DEFAULT,
                HealthPolicy.DEFAULT,
                Duration.ofMillis(40));
    }

    /** Runs work inside of a span, whose own data it returns. */
    private SpanData inside(Runnable work) {
        var span = sdk.getTracer("test").spanBuilder("request").startSpan();
        try (var scope = span.makeCurrent()) {
            assertThat(scope).isNotNull();
            work.run();
        } finally {
            span.end();
        }
        return finished("request").get(0);
    }

    private List<SpanData> finished(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    private List<String> names() {
        return exporter.getFinishedSpanItems().stream().map(SpanData::getName).toList();
    }

    private static Map<String, String> shown(Attributes attributes) {
        Map<String, String> shown = new TreeMap<>();
        attributes.forEach((key, value) -> shown.put(key.getKey(), String.valueOf(value)));
        return shown;
    }

    @Test
    void statementIsBelowTheSpanOfItsCallerAndTellsWhatItIs() {
        var request = inside(() -> database.query(
                        "find class",
                        "SELECT relname FROM pg_class, pg_sleep(0.05) WHERE relname = 'secret-7' OR oid = ?",
                        1259)
                .list(String.class));

        assertThat(finished("SELECT pg_class")).singleElement().satisfies(span -> {
            assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
            assertThat(span.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(span.getTraceId()).isEqualTo(request.getTraceId());
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(span.getEndEpochNanos() - span.getStartEpochNanos())
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
            assertThat(span.getStartEpochNanos()).isGreaterThanOrEqualTo(request.getStartEpochNanos());
            assertThat(shown(span.getAttributes()))
                    .containsEntry("db.system.name", "postgresql")
                    .containsEntry("db.operation.name", "SELECT")
                    .containsEntry("db.collection.name", "pg_class")
                    .containsEntry("db.query.summary", "SELECT pg_class")
                    .containsEntry(
                            "db.query.text", "SELECT relname FROM pg_class, pg_sleep(?) WHERE relname = ? OR oid = ?")
                    .containsEntry("wellhead.operation", "find class")
                    .containsEntry("server.address", "127.0.0.1")
                    .containsKeys("db.namespace", "server.port");
        });
        assertThat(names()).as("nobody waited").doesNotContain("acquire shop");
    }

    @Test
    void commitAndRollbackHaveSpans() throws SQLException {
        inside(() -> database.transaction(
                "settle", tx -> tx.query("look", "SELECT 1").one(Integer.class)));
        // The token that tells the outcome later goes with the commit in one round trip.
        assertThat(names()).contains("SELECT").anyMatch(name -> name.endsWith("; COMMIT"));
        assertThatThrownBy(() -> database.transaction("settle", tx -> {
                    tx.query("look", "SELECT 1").one(Integer.class);
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(names()).contains("ROLLBACK");
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT 1");
            connection.commit();
        }
        assertThat(names()).contains("COMMIT");
    }

    @Test
    void failedStatementHasItsStateButNotItsText() {
        assertThatThrownBy(
                        () -> database.query("cast", "SELECT 'secret-7'::int").one(Integer.class))
                .isInstanceOf(DatabaseException.class);

        assertThat(finished("SELECT")).singleElement().satisfies(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(shown(span.getAttributes()))
                    .containsEntry("db.response.status_code", "22P02")
                    .containsEntry("error.type", "22P02");
            assertThat(span.toString()).doesNotContain("secret-7");
        });
    }

    @Test
    void whoStoodInLineHasASpanOfTheWait() throws Exception {
        var pool = database.dataSource();
        SpanData request;
        try (var held = pool.getConnection("holder")) {
            var waiter = CompletableFuture.supplyAsync(
                    () -> inside(() -> database.query("late", "SELECT 2").one(Integer.class)), OwnThread.EACH);
            await().until(() -> pool.snapshot().waiting() == 1);
            await().pollDelay(Duration.ofMillis(30)).until(() -> !held.isClosed());
            held.close();
            request = waiter.get(10, TimeUnit.SECONDS);
        }

        assertThat(finished("acquire shop")).singleElement().satisfies(span -> {
            assertThat(span.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(span.getEndEpochNanos() - span.getStartEpochNanos())
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
            assertThat(shown(span.getAttributes()))
                    .isEqualTo(Map.of("db.client.connection.pool.name", "shop", "wellhead.operation", "late"));
        });
    }

    @Test
    void whoWasRefusedHasASpanOfTheWaitThatFailed() throws Exception {
        try (var held = database.dataSource().getConnection("holder")) {
            assertThatThrownBy(() -> database.dataSource().getConnection("late", Duration.ofMillis(50)))
                    .isInstanceOf(SQLException.class);
            assertThat(held.isClosed()).isFalse();
        }
        assertThat(finished("acquire shop")).singleElement().satisfies(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(shown(span.getAttributes()))
                    .containsEntry("wellhead.operation", "late")
                    .containsKey("error.type");
        });
    }

    @Test
    void retryIsASpanWithTheStatementsOfTheAttemptBelowIt() throws SQLException {
        var server = PostgresServer.shared();
        server.execute("DROP SEQUENCE IF EXISTS attempts");
        server.execute("CREATE SEQUENCE attempts");
        var request = inside(() -> database.with(CallOptions.DEFAULT.withIdempotent(true))
                .transaction("try", tx -> {
                    long attempt =
                            tx.query("count", "SELECT nextval('attempts')").one(Long.class);
                    if (attempt == 1) {
                        tx.update("fail", "DO $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END$$");
                    }
                    return attempt;
                }));

        assertThat(finished("retry try")).singleElement().satisfies(span -> {
            assertThat(span.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(shown(span.getAttributes()))
                    .containsEntry("wellhead.operation", "try")
                    .containsEntry("wellhead.retry.attempt", "2")
                    .containsEntry("wellhead.retry.sql_state", "40001")
                    .containsKeys("wellhead.retry.cause", "wellhead.retry.delay_ms", "wellhead.retry.most_attempts");
            assertThat(finished("SELECT"))
                    .extracting(SpanData::getParentSpanId)
                    .containsExactly(request.getSpanId(), span.getSpanId());
            assertThat(exporter.getFinishedSpanItems())
                    .filteredOn(commit -> commit.getName().endsWith("; COMMIT"))
                    .singleElement()
                    .satisfies(commit -> assertThat(commit.getParentSpanId()).isEqualTo(span.getSpanId()));
        });
        assertThat(TraceIds.current()).as("nothing stays on the thread").isEmpty();
    }

    @Test
    void retryThatFailsTooIsAFailedSpan() {
        assertThatThrownBy(() -> database.transaction(
                        "try",
                        tx -> tx.update("fail", "DO $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END$$")))
                .isInstanceOf(DatabaseException.class);
        assertThat(finished("retry try"))
                .isNotEmpty()
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
    }

    @Test
    void slowQueryNamesTheTrace() {
        var log = new ListAppender<ILoggingEvent>();
        var logger = (Logger) LoggerFactory.getLogger(Database.class);
        log.start();
        logger.addAppender(log);
        SpanData request;
        try {
            request =
                    inside(() -> database.query("nap", "SELECT pg_sleep(0.05)").list(String.class));
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(line -> line.startsWith("slow query "))
                .singleElement()
                .asString()
                .endsWith(" thresholdMs=40 traceId=" + request.getTraceId());
    }

    @Test
    void databasesThatAreOpenedLaterAreFollowedAndNoneAfterTheClose() throws SQLException {
        try (var fresh = PostgresServer.shared().createDatabase()) {
            var later = manager.open(DatabaseConfig.of(
                    PoolConfig.builder().name("later").jdbcUrl(fresh.jdbcUrl()).build()));
            later.query("look", "SELECT 3").one(Integer.class);
            assertThat(names()).containsExactly("SELECT");
            spans.close();
            later.query("look", "SELECT 3").one(Integer.class);
            database.query("look", "SELECT 3").one(Integer.class);
            assertThat(names()).containsExactly("SELECT");
            later.close();
        }
    }

    @Test
    void withoutAnSdkItDoesNothing() {
        try (var silent = new DatabaseSpans(OpenTelemetry.noop(), database)) {
            assertThat(silent).isNotNull();
            assertThat(database.query("look", "SELECT 4").one(Integer.class)).isEqualTo(4);
        }
    }
}
