// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import com.mongodb.MongoException;
import com.mongodb.MongoSocketReadTimeoutException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoCollection;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.MongoServer;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.ScriptedMongo;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What callers and operators are told while MongoDB is out, and how soon they are served again. */
@Timeout(120)
class MongoFaultTest {

    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration SELECTION_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration HEARTBEAT = Duration.ofMillis(500);
    private static final Duration SLACK = Duration.ofSeconds(1);
    private static final String PASSWORD = "s3cret-pass";

    private static MongoServer server;

    @BeforeAll
    static void start() {
        server = MongoServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static MongoConfig.Builder config(String uri) {
        return MongoConfig.builder(uri, MongoProfile.DEVELOPMENT)
                .name("documents")
                .socketTimeout(SOCKET_TIMEOUT)
                .connectTimeout(CONNECT_TIMEOUT)
                .selectionTimeout(SELECTION_TIMEOUT);
    }

    private static MongoDatabaseClient opened(MongoConfig config) {
        var client = new MongoDatabaseClient(config);
        client.open();
        return client;
    }

    private static MongoCollection<Document> orders(MongoDatabaseClient client) {
        return client.client().getDatabase("shop").getCollection("orders");
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static void assertAddsUp(MongoDatabaseClient client) {
        await().until(() -> client.snapshot().active() == 0);
        PoolSnapshot pool = client.snapshot();
        var counters = pool.counters();
        assertThat(counters.opened()).isEqualTo(pool.total() + counters.closedTotal());
        assertThat(counters.openAttempts()).isEqualTo(counters.opened() + counters.openFailed() + pool.opening());
        assertThat(counters.direct() + counters.waited()).isEqualTo(counters.released() + pool.active());
    }

    @Test
    void blackHoleEndsAWriteAndACheckInTimeAndIsOverSoonAfter() {
        try (var proxy = FaultProxy.to("127.0.0.1", server.port())) {
            var uri = "mongodb://127.0.0.1:" + proxy.port() + "/?heartbeatFrequencyMS=" + HEARTBEAT.toMillis();
            var client = opened(config(uri).minSize(2).build());
            try {
                // One attempt: this server knows no number by which it would see the second.
                assertOutInTime(
                        client,
                        () -> proxy.all().blackHole(),
                        () -> orders(client).insertOne(new Document("total", 2)),
                        SOCKET_TIMEOUT.plus(SLACK));
                assertServedSoonAfter(client, () -> proxy.all().clear());
            } finally {
                client.close();
            }
        }
    }

    @Test
    void frozenServerEndsAReadInTimeAndServesSoonAfterItThaws() {
        try (var own = MongoServer.start()) {
            var uri = own.uri() + "/?heartbeatFrequencyMS=" + HEARTBEAT.toMillis();
            var client = opened(config(uri).minSize(2).build());
            try {
                // Two attempts, the second of which may find no server any more.
                assertOutInTime(
                        client,
                        own::freeze,
                        () -> orders(client).find().first(),
                        SOCKET_TIMEOUT
                                .plus(longer(SOCKET_TIMEOUT, SELECTION_TIMEOUT))
                                .plus(SLACK));
                assertServedSoonAfter(client, own::thaw);
            } finally {
                client.close();
            }
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** A call and a check into the void, and then a call when the driver knows that there is nobody. */
    private static void assertOutInTime(MongoDatabaseClient client, Runnable fault, Callable<?> call, Duration limit) {
        orders(client).insertOne(new Document("total", 1));
        client.check();
        fault.run();

        long began = System.nanoTime();
        assertThatThrownBy(call::call)
                .isInstanceOfAny(MongoSocketReadTimeoutException.class, MongoTimeoutException.class);
        assertThat(since(began)).isBetween(SOCKET_TIMEOUT, limit);

        began = System.nanoTime();
        assertThatThrownBy(client::check).isInstanceOf(IllegalStateException.class);
        assertThat(since(began)).isLessThan(client.limit());

        began = System.nanoTime();
        assertThatThrownBy(() -> orders(client).find().first()).isInstanceOf(MongoTimeoutException.class);
        assertThat(since(began)).isBetween(SELECTION_TIMEOUT, SELECTION_TIMEOUT.plus(SLACK));
    }

    /** The driver's own look at the server may just have begun: it waits for a connect, then for the next look. */
    private static void assertServedSoonAfter(MongoDatabaseClient client, Runnable end) {
        end.run();
        long began = System.nanoTime();
        await().ignoreExceptionsInstanceOf(MongoException.class)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> orders(client).find().first() != null);
        assertThat(since(began)).isLessThan(CONNECT_TIMEOUT.plus(HEARTBEAT).plus(SLACK));
        await().atMost(client.limit())
                .ignoreExceptionsInstanceOf(MongoException.class)
                .until(() -> {
                    client.check();
                    return true;
                });
        var counters = client.snapshot().counters();
        assertThat(counters.closed().get(EvictReason.BROKEN)).isPositive();
        assertThat(counters.reconnected()).isPositive();
        assertAddsUp(client);
    }

    @Test
    void wrongPasswordIsTriedOnceAndIsInNoText() {
        var log = new ByteArrayOutputStream();
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var level = root.getLevel();
        var appender = appender(root, log);
        root.setLevel(Level.TRACE);
        try (var scripted = ScriptedMongo.start("rs")) {
            // As a server does: the password is wrong when the proof of it is.
            scripted.on("saslStart", MongoFaultTest::challenge);
            scripted.on("saslContinue", asked -> ScriptedMongo.error(18, "AuthenticationFailed"));
            var uri = scripted.uri().replace("mongodb://", "mongodb://app:" + PASSWORD + "@")
                    + "&authMechanism=SCRAM-SHA-256";
            var client = new MongoDatabaseClient(config(uri).minSize(0).build());

            assertThatThrownBy(client::open).isInstanceOfSatisfying(MongoStartException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.E2008);
                assertThat(e.attempts()).isEqualTo(1);
                var printed = new StringWriter();
                e.printStackTrace(new PrintWriter(printed));
                assertThat(printed.toString())
                        .contains("AuthenticationFailed", "E2008")
                        .doesNotContain(PASSWORD);
            });
            assertThat(scripted.commands("saslContinue")).hasSize(1);
            assertThat(List.of(
                            client.toString(),
                            client.config().toString(),
                            client.snapshot().toString()))
                    .noneMatch(text -> text.contains(PASSWORD));
            client.close();
        } finally {
            root.setLevel(level);
            root.detachAppender(appender);
            appender.stop();
        }
        assertThat(log.toString(StandardCharsets.UTF_8))
                .contains("org.mongodb.driver")
                .doesNotContain(PASSWORD);
    }

    /** What the server says first in RFC 5802. */
    private static BsonDocument challenge(ScriptedMongo.Command asked) {
        var said = new String(asked.body().getBinary("payload").getData(), StandardCharsets.UTF_8);
        var nonce = said.substring(said.indexOf("r=") + 2);
        var salt = Base64.getEncoder().encodeToString("0123456789abcdef".getBytes(StandardCharsets.UTF_8));
        var payload = "r=" + nonce + "server,s=" + salt + ",i=4096";
        return ScriptedMongo.ok()
                .append("conversationId", new BsonInt32(1))
                .append("done", BsonBoolean.FALSE)
                .append("payload", new BsonBinary(payload.getBytes(StandardCharsets.UTF_8)));
    }

    private static OutputStreamAppender<ILoggingEvent> appender(Logger root, ByteArrayOutputStream log) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(root.getLoggerContext());
        encoder.setPattern("%logger %msg %mdc %kvp%n%ex{full}");
        encoder.start();
        var appender = new OutputStreamAppender<ILoggingEvent>();
        appender.setContext(root.getLoggerContext());
        appender.setEncoder(encoder);
        appender.setOutputStream(log);
        appender.start();
        root.addAppender(appender);
        return appender;
    }

    @Test
    void writeGoesThroughOnceWhenThePrimaryStepsDown() {
        var set = ScriptedMongo.startSet("rs", 2);
        try {
            var client = openedAt(set);
            try {
                var from = set.get(0);
                var to = set.get(1);
                from.on("insert", asked -> {
                    from.primary(false);
                    to.primary(true);
                    return ScriptedMongo.error(10107, "NotWritablePrimary", "RetryableWriteError");
                });
                assertWrittenOnce(client, from, to);
                // Since version 4.2 a server keeps its connections when it steps down.
                assertThat(client.snapshot().counters().closed()).containsEntry(EvictReason.BROKEN, 0L);
                client.check();
                assertAddsUp(client);
            } finally {
                client.close();
            }
        } finally {
            set.forEach(ScriptedMongo::close);
        }
    }

    @Test
    void writeGoesThroughOnceWhenThePrimaryIsLostAndTheLossIsCounted() {
        var set = ScriptedMongo.startSet("rs", 2);
        try {
            var client = openedAt(set);
            try {
                var from = set.get(0);
                var to = set.get(1);
                from.on("insert", asked -> {
                    from.primary(false);
                    to.primary(true);
                    from.cutAll();
                    return null;
                });
                assertWrittenOnce(client, from, to);
                await().until(() -> client.snapshot().counters().reconnected() > 0);
                assertThat(client.snapshot().counters().closed().get(EvictReason.BROKEN))
                        .isPositive();
                client.check();
                assertAddsUp(client);
            } finally {
                client.close();
            }
        } finally {
            set.forEach(ScriptedMongo::close);
        }
    }

    private static MongoDatabaseClient openedAt(List<ScriptedMongo> set) {
        set.get(1).on("insert", asked -> ScriptedMongo.ok().append("n", new BsonInt32(1)));
        var uri = set.get(0).uri() + "&heartbeatFrequencyMS=" + HEARTBEAT.toMillis();
        var client = opened(config(uri)
                .minSize(1)
                .maxSize(4)
                .selectionTimeout(Duration.ofSeconds(5))
                .build());
        await().until(() -> client.snapshot().total() >= 2);
        return client;
    }

    /** One call of the program's, two attempts of the driver's under one number, by which a server knows the second. */
    private static void assertWrittenOnce(MongoDatabaseClient client, ScriptedMongo from, ScriptedMongo to) {
        long began = System.nanoTime();
        orders(client).insertOne(new Document("total", 1));
        assertThat(since(began)).isLessThan(Duration.ofSeconds(5));

        assertThat(from.commands("insert")).hasSize(1);
        assertThat(to.commands("insert")).singleElement().satisfies(second -> {
            var first = from.commands("insert").get(0).body();
            assertThat(second.body().get("txnNumber")).isNotNull().isEqualTo(first.get("txnNumber"));
            assertThat(second.body().get("lsid")).isEqualTo(first.get("lsid"));
        });
    }

    @Test
    void callersWaitInAnExhaustedPoolAreRefusedInTimeOrServedAndHealthAnswersAtOnce() throws Exception {
        var acquireTimeout = Duration.ofSeconds(1);
        var mayAnswer = new CompletableFuture<Void>();
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("find", asked -> {
                mayAnswer.join();
                return ScriptedMongo.batch("shop.orders");
            });
            var client = opened(config(scripted.uri())
                    .minSize(1)
                    .maxSize(1)
                    .socketTimeout(Duration.ofSeconds(60))
                    .acquireTimeout(acquireTimeout)
                    .build());
            try {
                client.check();
                var holder = found(client);
                await().until(() -> client.snapshot().active() == 1);

                long began = System.nanoTime();
                var refused = Stream.generate(() -> refusal(client)).limit(4).toList();
                await().until(() -> client.snapshot().waiting() == 4);
                long asked = System.nanoTime();
                client.check();
                assertThat(since(asked)).isLessThan(Duration.ofSeconds(1));
                for (var caller : refused) {
                    assertThat(caller.get(10, TimeUnit.SECONDS)).isBetween(acquireTimeout, since(began));
                    assertThat(caller.get()).isLessThan(acquireTimeout.plus(SLACK));
                }
                assertThat(client.snapshot().counters().refused()).containsEntry(RefusalReason.TIMEOUT, 4L);

                var waiters = Stream.generate(() -> found(client)).limit(3).toList();
                await().until(() -> client.snapshot().waiting() == 3);
                mayAnswer.complete(null);
                assertThat(holder.get(10, TimeUnit.SECONDS)).isNull();
                for (var waiter : waiters) {
                    assertThat(waiter.get(10, TimeUnit.SECONDS)).isNull();
                }
                assertThat(client.snapshot().counters().refusedTotal()).isEqualTo(4);
                assertAddsUp(client);
            } finally {
                mayAnswer.complete(null);
                client.close();
            }
        }
    }

    private static CompletableFuture<Document> found(MongoDatabaseClient client) {
        return CompletableFuture.supplyAsync(() -> orders(client).find().first(), OwnThread.EACH);
    }

    /** How long a caller waited until it was refused. */
    private static CompletableFuture<Duration> refusal(MongoDatabaseClient client) {
        return CompletableFuture.supplyAsync(
                () -> {
                    long began = System.nanoTime();
                    assertThatThrownBy(() -> orders(client).find().first()).isInstanceOf(MongoTimeoutException.class);
                    return since(began);
                },
                OwnThread.EACH);
    }
}
