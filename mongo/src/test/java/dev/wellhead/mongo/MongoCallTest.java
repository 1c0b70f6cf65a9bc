// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.wellhead.database.BreakerOpenException;
import dev.wellhead.database.BreakerPolicy;
import dev.wellhead.database.BreakerState;
import dev.wellhead.database.ConnectionLostException;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseUnreachableException;
import dev.wellhead.database.Deadline;
import dev.wellhead.database.ErrorJudge;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.Phase;
import dev.wellhead.database.PoolExhaustedException;
import dev.wellhead.database.QueryTimeoutException;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.database.TimeLimits;
import dev.wellhead.database.Verdict;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.spi.StatementObserver;
import dev.wellhead.testkit.MongoServer;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.ScriptedMongo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bson.BsonInt32;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class MongoCallTest {

    private static final RetryPolicy QUICK =
            new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(10), 2, false, Duration.ofSeconds(30), 0);

    private static MongoServer shared;

    @BeforeAll
    static void start() {
        shared = MongoServer.start();
    }

    @AfterAll
    static void stop() {
        shared.close();
    }

    private static DatabaseConfig policies() {
        return new DatabaseConfig(
                PoolConfig.builder().jdbcUrl("jdbc:mongodb://localhost/").build(),
                QUICK,
                HealthPolicy.DEFAULT,
                Duration.ZERO);
    }

    private static MongoConfig.Builder config(String uri, DatabaseConfig policies) {
        return MongoConfig.builder(uri, MongoProfile.DEVELOPMENT)
                .name("documents")
                .minSize(0)
                .policies(policies);
    }

    private static MongoDatabaseClient opened(MongoConfig config) {
        var client = new MongoDatabaseClient(config);
        client.open();
        return client;
    }

    /** What an observer was told. */
    private static final class Seen implements StatementObserver {

        private record Ran(
                String statement,
                String operation,
                @Nullable SQLException error) {}

        private final ConcurrentLinkedQueue<Ran> ran = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<String> rows = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<String> leases = new ConcurrentLinkedQueue<>();

        @Override
        public Tally tally(String statement) {
            return new Tally() {
                @Override
                public void ran(String operation, long waitNanos, long runNanos, @Nullable SQLException error) {
                    assertThat(runNanos).isPositive();
                    ran.add(new Ran(statement, operation, error));
                }

                @Override
                public void rows(long count) {
                    rows.add(statement + " " + count);
                }

                @Override
                public void fetched(long nanos) {}

                @Override
                public void held(long nanos) {}
            };
        }

        @Override
        public void leaseEnded(String operation, String callSite, long waitNanos, long heldNanos, long statementNanos) {
            assertThat(heldNanos).isGreaterThanOrEqualTo(statementNanos);
            leases.add(operation + "|" + callSite);
        }
    }

    @Test
    void observersAreToldShapesRowsErrorsAndLeases() {
        var client = opened(config(shared.uri() + "/seen", policies()).build());
        var seen = new Seen();
        client.addObserver(seen);
        try {
            client.update("store", database -> {
                var orders = database.getCollection("orders");
                orders.insertMany(List.of(new Document("_id", 1).append("total", 7), new Document("_id", 2)));
                return orders.updateOne(Filters.eq("total", 7), Updates.set("state", "paid"));
            });
            var found = client.query(
                    "look",
                    database -> database.getCollection("orders")
                            .find(Filters.and(Filters.gt("total", 1), Filters.in("state", "paid", "new")))
                            .sort(Sorts.descending("total"))
                            .into(new ArrayList<>()));
            assertThat(found).hasSize(1);
            client.client()
                    .getDatabase("seen")
                    .getCollection("orders")
                    .aggregate(List.of(Aggregates.match(Filters.eq("total", 7)), Aggregates.count()))
                    .into(new ArrayList<>());
            assertThatThrownBy(() -> client.update(
                            "twice",
                            database -> database.getCollection("orders").insertOne(new Document("_id", 1))))
                    .hasMessageContaining("MongoDB code 11000 DuplicateKey");

            assertThat(seen.ran)
                    .extracting(one -> one.operation + ": " + one.statement)
                    .containsExactly(
                            "store: insert orders",
                            "store: update orders {total: ?} with {$set: {state: ?}}",
                            "look: find orders {$and: [{total: {$gt: ?}}, {state: {$in: [?]}}]} sort {total: ?}",
                            ": aggregate orders [{$match: {total: ?}}, {$count: ?}]",
                            "twice: insert orders");
            assertThat(seen.rows)
                    .startsWith(
                            "insert orders 2",
                            "update orders {total: ?} with {$set: {state: ?}} 1",
                            "find orders {$and: [{total: {$gt: ?}}, {state: {$in: [?]}}]} sort {total: ?} 1",
                            "aggregate orders [{$match: {total: ?}}, {$count: ?}] 1");
            var refused = seen.ran.stream().filter(one -> one.error != null).toList();
            assertThat(refused)
                    .singleElement()
                    .satisfies(one -> assertThat(ErrorJudge.of(client.config())
                                    .judge(one.error, Phase.IN_TRANSACTION)
                                    .meaning())
                            .isEqualTo(Meaning.CONSTRAINT));
            assertThat(seen.leases).hasSize(5).contains("store|insert orders", "|aggregate orders");
            client.removeObserver(seen);
            client.query("more", database -> database.getCollection("orders").countDocuments());
            assertThat(seen.ran).hasSize(5);
        } finally {
            client.close();
        }
    }

    @Test
    void listenersHearOfConnectionsInOrder() {
        var client = new MongoDatabaseClient(config(shared.uri(), policies()).build());
        var heard = new ConcurrentLinkedQueue<PoolEvent>();
        client.addListener(event -> {
            heard.add(event);
            throw new IllegalStateException("a listener that throws disturbs nobody");
        });
        client.open();
        try {
            client.query("count", database -> database.getCollection("orders").countDocuments());
            await().until(() ->
                    heard.stream().filter(PoolEvent.Released.class::isInstance).count() >= 2);
            assertThat(heard)
                    .filteredOn(event -> event instanceof PoolEvent.Acquired acquired
                            && acquired.operation().equals("count"))
                    .hasSize(1);
            assertThat(heard.stream().map(event -> event.getClass().getSimpleName()))
                    .startsWith("Opened", "Acquired", "Released");
        } finally {
            client.close();
        }
    }

    @Test
    void readIsTriedAgainThoughItMayHaveRun() {
        try (var scripted = ScriptedMongo.start("rs")) {
            // The driver by itself asks twice.
            var cuts = new AtomicInteger(3);
            scripted.on("find", asked -> cuts.getAndDecrement() > 0 ? null : ScriptedMongo.batch("shop.orders"));
            var client = opened(config(scripted.uri(), policies()).build());
            try {
                Document found = client.query(
                        "look",
                        database -> database.getCollection("orders").find().first());
                assertThat(found).isNull();
                assertThat(client.counters().retriesByReason()).containsEntry(Meaning.CONNECTION_LOST, 1L);
                assertThat(client.counters().succeeded()).isEqualTo(1);
            } finally {
                client.close();
            }
        }
    }

    @Test
    void writeThatMayHaveRunIsNotTriedAgain() {
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("insert", asked -> null);
            var client = opened(config(scripted.uri(), policies()).build());
            try {
                assertThatThrownBy(() -> client.update(
                                "store",
                                database -> database.getCollection("orders").insertOne(new Document("total", 1))))
                        .isInstanceOfSatisfying(
                                ConnectionLostException.class,
                                e -> assertThat(e.attempts()).isEqualTo(1));
                // Both are the driver's, with one number, by which the server knows that they are one.
                assertThat(scripted.commands("insert"))
                        .hasSize(2)
                        .extracting(one -> one.body().get("txnNumber"))
                        .containsOnly(scripted.commands("insert").get(0).body().get("txnNumber"));
            } finally {
                client.close();
            }
        }
    }

    @Test
    void writeThatWasNeverSentIsTriedAgain() {
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("insert", asked -> ScriptedMongo.ok().append("n", new BsonInt32(1)));
            var client = opened(config(scripted.uri() + "&heartbeatFrequencyMS=500", policies())
                    .selectionTimeout(Duration.ofMillis(300))
                    .build());
            try {
                scripted.primary(false);
                scripted.cutAll();
                await().until(() -> client.client().getClusterDescription().getServerDescriptions().stream()
                        .noneMatch(one -> one.isPrimary()));
                var attempts = new AtomicInteger();
                client.update("store", database -> {
                    if (attempts.incrementAndGet() == 2) {
                        scripted.primary(true);
                    }
                    return database.getCollection("orders").insertOne(new Document("total", 1));
                });
                assertThat(attempts.get()).isGreaterThanOrEqualTo(2);
                assertThat(scripted.commands("insert")).hasSize(1);
                assertThat(client.counters().retriesByReason().get(Meaning.UNREACHABLE))
                        .isPositive();
            } finally {
                client.close();
            }
        }
    }

    @Test
    void writeWhoseInnerCallWasSentIsNotTriedAgain() {
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("insert", asked -> ScriptedMongo.ok().append("n", new BsonInt32(1)));
            var client = opened(config(scripted.uri() + "&heartbeatFrequencyMS=500", policies())
                    .selectionTimeout(Duration.ofMillis(300))
                    .build());
            try {
                assertThatThrownBy(() -> client.update("outer", database -> {
                            client.update(
                                    "inner",
                                    same -> same.getCollection("orders").insertOne(new Document("total", 1)));
                            scripted.primary(false);
                            scripted.cutAll();
                            await().until(() -> client.client().getClusterDescription().getServerDescriptions().stream()
                                    .noneMatch(one -> one.isPrimary()));
                            return database.getCollection("notes").insertOne(new Document("n", 1));
                        }))
                        .isInstanceOf(DatabaseUnreachableException.class);
                assertThat(scripted.commands("insert")).hasSize(1);
            } finally {
                client.close();
            }
        }
    }

    @Test
    void closeWaitsNoLongerThanItSaysForAServerThatIsSilent() {
        var released = new CountDownLatch(1);
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("endSessions", asked -> {
                awaitQuietly(released);
                return null;
            });
            var client = opened(config(scripted.uri(), policies()).build());
            client.query("look", database -> database.runCommand(new Document("ping", 1)));
            long began = System.nanoTime();
            client.close();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(6));
            released.countDown();
        }
    }

    @Test
    void longListsCostNoMoreThanTheirBeginning() {
        var client = opened(config(shared.uri() + "/lists", policies()).build());
        var seen = new Seen();
        client.addObserver(seen);
        try {
            var many = IntStream.range(0, 100_000).boxed().toList();
            Document found = client.query(
                    "many",
                    database -> database.getCollection("orders")
                            .find(Filters.in("n", many))
                            .first());
            assertThat(found).isNull();
            assertThat(seen.ran)
                    .singleElement()
                    .satisfies(one -> assertThat(one.statement).isEqualTo("find orders {n: {$in: [?]}}"));
        } finally {
            client.close();
        }
    }

    @Test
    void limitOfACallEndsItThoughTheServerSaysNothing() {
        var released = new CountDownLatch(1);
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("find", asked -> {
                awaitQuietly(released);
                return null;
            });
            var limit = Duration.ofMillis(400);
            var client = opened(config(
                            scripted.uri(),
                            policies().withLimits(new TimeLimits(limit, Duration.ZERO, Duration.ZERO, Duration.ZERO)))
                    .build());
            try {
                long began = System.nanoTime();
                assertThatThrownBy(() -> client.query(
                                "look",
                                database -> database.getCollection("orders")
                                        .find(Filters.eq("customer", "Ada"))
                                        .first()))
                        .isInstanceOf(QueryTimeoutException.class)
                        .hasMessageContaining("Query timeout after 400ms: find orders {customer: ?}")
                        .hasMessageNotContaining("Ada");
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(limit.plusSeconds(1));
                assertThat(scripted.commands("find")
                                .get(0)
                                .body()
                                .getNumber("maxTimeMS")
                                .longValue())
                        .isBetween(1L, 400L);

                try (var deadline = Deadline.open(Duration.ofMillis(200))) {
                    assertThatThrownBy(() -> client.query(
                                    "look",
                                    database -> database.getCollection("orders")
                                            .find()
                                            .first()))
                            .isInstanceOf(QueryTimeoutException.class)
                            .hasMessageContaining("Query timeout after 200ms");
                    assertThat(deadline.remaining()).isZero();
                }
            } finally {
                released.countDown();
                client.close();
            }
        }
    }

    @Test
    void fullPoolIsRefusedAsSuchWithItsNumbers() throws Exception {
        var released = new CountDownLatch(1);
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("find", asked -> {
                awaitQuietly(released);
                return ScriptedMongo.batch("shop.orders");
            });
            var client = opened(config(scripted.uri(), policies())
                    .maxSize(1)
                    .acquireTimeout(Duration.ofMillis(300))
                    .build());
            try {
                var holder = CompletableFuture.supplyAsync(
                        () -> client.query(
                                "hold",
                                database ->
                                        database.getCollection("orders").find().first()),
                        OwnThread.EACH);
                await().until(() -> client.snapshot().active() == 1);
                assertThat(client.leases())
                        .singleElement()
                        .satisfies(lease -> assertThat(lease.operation()).isEqualTo("hold"));

                assertThatThrownBy(() -> client.query(
                                "wait",
                                database ->
                                        database.getCollection("orders").find().first()))
                        .isInstanceOfSatisfying(PoolExhaustedException.class, e -> {
                            assertThat(e.attempts()).isEqualTo(1);
                            assertThat(e.snapshot())
                                    .hasValueSatisfying(
                                            pool -> assertThat(pool.active()).isEqualTo(1));
                        });
                released.countDown();
                assertThat(holder.get(10, TimeUnit.SECONDS)).isNull();
            } finally {
                released.countDown();
                client.close();
            }
        }
    }

    @Test
    void breakerOpensWhileTheServerIsDownAndClosesWhenItIsBack() {
        try (var own = MongoServer.start()) {
            var policies = new DatabaseConfig(
                    policies().pool(),
                    RetryPolicy.NONE,
                    new HealthPolicy(true, Duration.ofMillis(200), Duration.ofSeconds(2), 1),
                    Duration.ZERO,
                    policies().outcome(),
                    new BreakerPolicy(true, 50, 2),
                    TimeLimits.NONE,
                    policies().statements(),
                    policies().log(),
                    List.of());
            var client = opened(config(own.uri(), policies)
                    .selectionTimeout(Duration.ofMillis(300))
                    .build());
            try {
                await().until(() -> client.health().verdict() == Verdict.HEALTHY);
                own.kill();
                await().until(() -> !client.health().healthy());
                await().until(() -> {
                    assertThatThrownBy(() -> count(client))
                            .isInstanceOfAny(
                                    DatabaseUnreachableException.class,
                                    ConnectionLostException.class,
                                    BreakerOpenException.class);
                    return client.breaker().isOpen();
                });
                assertThatThrownBy(() -> count(client)).isInstanceOf(BreakerOpenException.class);
                assertThat(client.health().verdict()).isEqualTo(Verdict.DATABASE_DOWN);

                own.restart();
                await().until(() -> client.breaker().state() == BreakerState.CLOSED);
                assertThat(count(client)).isZero();
                assertThat(client.health().healthy()).isTrue();
            } finally {
                client.close();
            }
        }
    }

    private static long count(MongoDatabaseClient client) {
        return client.query(
                "count", database -> database.getCollection("orders").countDocuments());
    }

    @Test
    void forgottenCursorIsSuspectedOnceAndAReadOneIsNot() {
        var client = opened(config(shared.uri() + "/cursors", policies())
                .leakThreshold(Duration.ofMillis(100))
                .build());
        try {
            var numbers = client.database().getCollection("numbers");
            for (int i = 0; i < 10; i++) {
                numbers.insertOne(new Document("n", i));
            }
            assertThat(numbers.find().batchSize(3).into(new ArrayList<>())).hasSize(10);
            assertThat(client.readings()).containsEntry("open-cursors", 0.0);

            var forgotten = numbers.find().batchSize(3).iterator();
            assertThat(forgotten.next()).isNotNull();
            assertThat(client.readings()).containsEntry("open-cursors", 1.0);
            await().until(() -> {
                client.check();
                return client.snapshot().counters().leaksSuspected() == 1;
            });
            client.check();
            assertThat(client.snapshot().counters().leaksSuspected()).isEqualTo(1);

            forgotten.close();
            assertThat(client.readings()).containsEntry("open-cursors", 0.0);
        } finally {
            client.close();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
