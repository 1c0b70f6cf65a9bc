// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.mongodb.MongoException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.model.Filters;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.HostRole;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.testkit.MongoServer;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.ScriptedMongo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bson.BsonInt32;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(120)
class MongoDatabaseClientTest {

    private static final Document PING = new Document("ping", 1);

    private static MongoServer server;

    /** What a program keeps. */
    public record Order(ObjectId id, String customer, int total) {}

    @BeforeAll
    static void start() {
        server = MongoServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static MongoConfig.Builder config(String uri) {
        return MongoConfig.builder(uri, MongoProfile.DEVELOPMENT).name("documents");
    }

    private static MongoDatabaseClient opened(MongoConfig config) {
        var client = new MongoDatabaseClient(config);
        client.open();
        return client;
    }

    private static void assertAddsUp(PoolSnapshot pool) {
        var counters = pool.counters();
        assertThat(pool.total()).isEqualTo(pool.active() + pool.idle() + pool.validating());
        assertThat(counters.opened()).isEqualTo(pool.total() + counters.closedTotal());
        assertThat(counters.openAttempts()).isEqualTo(counters.opened() + counters.openFailed() + pool.opening());
        assertThat(pool.requests())
                .isEqualTo(counters.direct() + counters.waited() + counters.refusedTotal() + pool.waiting());
        assertThat(counters.direct() + counters.waited()).isEqualTo(counters.released() + pool.active());
    }

    @Test
    void opensWarmAndServesRecordsOverTheSamePool() {
        var client = opened(config(server.uri() + "/shop").minSize(3).build());
        try {
            assertThat(client.snapshot().total()).isGreaterThanOrEqualTo(3);
            assertThat(client.database().getName()).isEqualTo("shop");

            var orders = client.database().getCollection("orders", Order.class);
            orders.insertOne(new Order(new ObjectId(), "Ada", 7));
            assertThat(orders.find(Filters.eq("customer", "Ada")).first())
                    .extracting(Order::total)
                    .isEqualTo(7);
            client.database()
                    .getCollection("orders")
                    .aggregate(List.of(new Document("$group", new Document("_id", "$customer"))))
                    .into(new ArrayList<>());

            var pool = client.snapshot();
            assertAddsUp(pool);
            assertThat(pool.state()).isEqualTo(PoolState.RUNNING);
            assertThat(pool.counters().released()).isGreaterThanOrEqualTo(4);
            assertThat(client.leases()).isEmpty();
        } finally {
            client.close();
        }
        assertThat(client.snapshot().state()).isEqualTo(PoolState.CLOSED);
        assertThat(client.snapshot().total()).isZero();
        assertAddsUp(client.snapshot());
        assertThatThrownBy(client::client)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("MongoDB documents is closed; open another client");
    }

    @Test
    void exhaustedPoolShowsWhoHoldsItAndRefusesInTimeWhileHealthIsAskedPastIt() throws Exception {
        var mayAnswer = new CountDownLatch(1);
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("find", asked -> {
                awaitQuietly(mayAnswer);
                return ScriptedMongo.batch("shop.orders");
            });
            var client = opened(config(scripted.uri())
                    .minSize(1)
                    .maxSize(1)
                    .acquireTimeout(Duration.ofSeconds(2))
                    .build());
            try {
                var orders = client.client().getDatabase("shop").getCollection("orders");
                var holder = CompletableFuture.supplyAsync(() -> orders.find().first(), OwnThread.EACH);
                await().until(() -> client.snapshot().active() == 1
                        && client.leases().get(0).running());

                assertThat(client.leases()).singleElement().satisfies(lease -> {
                    assertThat(lease.operation()).isEqualTo("find orders");
                    assertThat(lease.thread()).isEqualTo("own-thread");
                });
                long began = System.nanoTime();
                client.check();
                assertThat(client.readings()).containsEntry("active", 1.0).containsEntry("max-size", 1.0);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));

                var waiter = CompletableFuture.supplyAsync(() -> orders.find().first(), OwnThread.EACH);
                await().until(() ->
                        client.snapshot().waiting() == 1 && client.readings().get("waiting") == 1.0);
                assertThatThrownBy(() -> waiter.get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(MongoTimeoutException.class);
                assertThat(client.snapshot().counters().refused()).containsEntry(RefusalReason.TIMEOUT, 1L);
                assertThat(client.drain(Duration.ofMillis(50))).isFalse();

                mayAnswer.countDown();
                assertThat(holder.get(10, TimeUnit.SECONDS)).isNull();
                assertThat(client.drain(Duration.ofSeconds(10))).isTrue();
                assertThat(client.snapshot().state()).isEqualTo(PoolState.DRAINING);
                assertAddsUp(client.snapshot());
            } finally {
                mayAnswer.countDown();
                client.close();
            }
        }
    }

    @Test
    void connectionThatIsHeldForTooLongIsSuspectedOnce() throws Exception {
        var mayAnswer = new CountDownLatch(1);
        var logger = (Logger) LoggerFactory.getLogger(MongoDatabaseClient.class);
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        logger.addAppender(log);
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("find", asked -> {
                awaitQuietly(mayAnswer);
                return ScriptedMongo.batch("shop.orders");
            });
            var client = opened(
                    config(scripted.uri()).leakThreshold(Duration.ofMillis(200)).build());
            try {
                var holder = CompletableFuture.supplyAsync(
                        () -> client.client()
                                .getDatabase("shop")
                                .getCollection("a\"b\nc")
                                .find()
                                .first(),
                        OwnThread.EACH);
                await().until(() -> {
                    client.check();
                    return client.snapshot().counters().leaksSuspected() == 1;
                });
                client.check();
                assertThat(client.snapshot().counters().leaksSuspected()).isEqualTo(1);
                assertThat(log.list)
                        .map(ILoggingEvent::getFormattedMessage)
                        .filteredOn(line -> line.startsWith("leak suspected "))
                        .singleElement()
                        .asString()
                        .matches("leak suspected pool=documents connection=\\d+ lease=\\d+ heldMs=\\d+ thresholdMs=200"
                                + " thread=\"own-thread\" operation=\"find a\\?b\\?c\"");
                mayAnswer.countDown();
                assertThat(holder.get(10, TimeUnit.SECONDS)).isNull();
            } finally {
                mayAnswer.countDown();
                client.close();
                logger.detachAppender(log);
            }
        }
    }

    @Test
    void killedServerIsReconnectedToAndTheLossIsCounted() {
        try (var own = MongoServer.start()) {
            var client = opened(config(own.uri()).minSize(2).build());
            try {
                own.kill();
                assertThatThrownBy(() -> client.client().getDatabase("admin").runCommand(PING))
                        .isInstanceOf(MongoException.class);
                assertThatThrownBy(client::check).isInstanceOf(IllegalStateException.class);
                own.restart();
                await().ignoreExceptions().until(() -> {
                    client.check();
                    return client.client().getDatabase("admin").runCommand(PING).getDouble("ok") == 1.0;
                });
                var counters = client.snapshot().counters();
                assertThat(counters.closed().get(EvictReason.BROKEN)).isPositive();
                assertThat(counters.reconnected()).isPositive();
                assertAddsUp(client.snapshot());
            } finally {
                client.close();
            }
        }
    }

    @Test
    void serversOfASetAreOnePoolAndALostPrimaryIsFollowed() {
        var set = ScriptedMongo.startSet("rs", 2);
        try {
            var client = opened(config(set.get(0).uri() + "&heartbeatFrequencyMS=500")
                    .minSize(1)
                    .maxSize(4)
                    .build());
            try {
                await().until(() ->
                        client.snapshot().maxSize() == 8 && client.snapshot().total() >= 2);
                assertThat(client.snapshot().minIdle()).isEqualTo(2);
                var orders = client.client().getDatabase("shop").getCollection("orders");
                set.forEach(member ->
                        member.on("insert", asked -> ScriptedMongo.ok().append("n", new BsonInt32(1))));
                orders.insertOne(new Document("total", 1));
                assertThat(set.get(0).commands("insert")).hasSize(1);
                await().until(() -> client.hosts().size() == 2
                        && client.hosts().stream().allMatch(host -> host.state() == HostState.UP));
                assertThat(client.hosts())
                        .filteredOn(HostSnapshot::isTarget)
                        .singleElement()
                        .satisfies(host -> {
                            assertThat(host.role()).isEqualTo(HostRole.PRIMARY);
                            assertThat(host.total()).isPositive();
                        });
                var changes = new ConcurrentLinkedQueue<PoolEvent>();
                client.addListener(changes::add);

                set.get(0).primary(false);
                set.get(1).primary(true);
                set.get(0).cutAll();
                await().ignoreExceptionsInstanceOf(MongoException.class).until(() -> {
                    orders.insertOne(new Document("total", 2));
                    return !set.get(1).commands("insert").isEmpty();
                });
                client.check();
                assertThat(client.snapshot().counters().closed().get(EvictReason.BROKEN))
                        .isPositive();
                await().until(() -> client.snapshot().active() == 0);
                assertAddsUp(client.snapshot());
                await().until(() -> changes.stream()
                        .anyMatch(event -> event instanceof PoolEvent.HostChanged changed
                                && changed.after().role() == HostRole.PRIMARY
                                && changed.before().role() != HostRole.PRIMARY));

                set.get(0).close();
                await().until(() -> client.hosts().stream()
                        .anyMatch(host ->
                                host.state() == HostState.DOWN && host.trouble().contains("MongoSocket")));
                assertThat(client.snapshot().lastOpenFailure())
                        .hasValueSatisfying(
                                failure -> assertThat(failure.message()).contains("MongoSocket"));
            } finally {
                client.close();
            }
        } finally {
            set.forEach(ScriptedMongo::close);
        }
    }

    @Test
    void frozenServerIsOutWithinTheLimitOfACheck() {
        try (var own = MongoServer.start()) {
            var client = opened(config(own.uri()).build());
            try {
                client.check();
                own.freeze();
                long began = System.nanoTime();
                assertThatThrownBy(client::check).isInstanceOf(IllegalStateException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(client.limit());
                own.thaw();
                await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                    client.check();
                    return true;
                });
            } finally {
                client.close();
            }
        }
    }

    @Test
    void startThatReachesNobodyFailsAfterItsAttempts() {
        var client = new MongoDatabaseClient(config("mongodb://app:s3cret@127.0.0.1:1/shop")
                .selectionTimeout(Duration.ofMillis(100))
                .connectAttempts(2)
                .build());

        assertThatThrownBy(client::open)
                .isInstanceOfSatisfying(MongoStartException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.E2003);
                    assertThat(e.attempts()).isEqualTo(2);
                })
                .hasMessageStartingWith("Database unreachable: code=E2003 database=documents attempts=2 elapsedMs=")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(client::client)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("MongoDB documents is not open; open it, or the manager that has it");
        client.close();
        client.close();
        assertThat(client.snapshot().state()).isEqualTo(PoolState.CLOSED);
    }

    @Test
    void refusedLoginIsNotTriedAgain() {
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("saslStart", asked -> ScriptedMongo.error(18, "AuthenticationFailed"));
            var client = new MongoDatabaseClient(config(scripted.uri().replace("mongodb://", "mongodb://app:s3cret@"))
                    .build());

            assertThatThrownBy(client::open)
                    .isInstanceOfSatisfying(MongoStartException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.E2008);
                        assertThat(e.attempts()).isEqualTo(1);
                    })
                    .hasMessageNotContaining("s3cret");
            client.close();
        }
    }

    @Test
    void closeEndsAnOpenThatStillTries() throws Exception {
        var client = new MongoDatabaseClient(config("mongodb://127.0.0.1:1")
                .selectionTimeout(Duration.ofMillis(50))
                .connectAttempts(100)
                .build());
        var opening = CompletableFuture.runAsync(client::open, OwnThread.EACH);
        await().pollDelay(Duration.ofMillis(200)).until(() -> !opening.isDone());
        client.close();
        assertThatThrownBy(() -> opening.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("MongoDB documents is closed");
    }

    @Test
    void managerHoldsChecksAndClosesIt() {
        var client = new MongoDatabaseClient(config(server.uri()).build());
        try (var manager = DatabaseManager.builder().resource(client).open()) {
            assertThat(manager.resource("documents", MongoDatabaseClient.class)).isSameAs(client);
            assertThat(manager.resources()).containsExactly(client);
            await().until(() -> manager.parts().get(0).isChecked());
            var part = manager.parts().get(0);
            assertThat(part.name()).isEqualTo("documents");
            assertThat(part.healthy()).isTrue();
            assertThat(part.readings()).containsEntry("max-size", 10.0);
            assertThat(manager.partAlerts().get("documents"))
                    .singleElement()
                    .satisfies(alert -> assertThat(alert.name()).isEqualTo("MONGODB_POOL_SATURATED"));
            assertThatThrownBy(() -> manager.resource("document", MongoDatabaseClient.class))
                    .hasMessage("No MongoDatabaseClient is called document; there are: documents");
        }
        assertThat(client.snapshot().state()).isEqualTo(PoolState.CLOSED);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
