// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.changestream.OperationType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * What the stand-ins cannot show, on a replica set of MongoDB's own servers that {@code MONGODB_TEST_URI} names: with the
 * login, which may write and drop a database whose name begins with {@code wellhead_test_}, and has the role
 * {@code clusterMonitor}. One member is enough.
 */
@Timeout(120)
@Tag("needs-mongodb")
@EnabledIfEnvironmentVariable(
        named = "MONGODB_TEST_URI",
        matches = "mongodb(\\+srv)?://.+",
        disabledReason = "needs a replica set of MongoDB: set MONGODB_TEST_URI to its connection string")
class MongoReplicaSetTest {

    private final String database = "wellhead_test_" + ObjectId.get();
    private MongoDatabaseClient client;
    private MongoCollection<Order> orders;

    /** What a program keeps. */
    public record Order(@BsonId ObjectId id, String customer, int total) {}

    @BeforeEach
    void open() {
        client =
                new MongoDatabaseClient(MongoConfig.builder(System.getenv("MONGODB_TEST_URI"), MongoProfile.DEVELOPMENT)
                        .name("documents")
                        .build());
        client.open();
        orders = client.client().getDatabase(database).getCollection("orders", Order.class);
    }

    @AfterEach
    void close() {
        try {
            client.client().getDatabase(database).drop();
        } finally {
            client.close();
        }
    }

    private static Order order(String customer, int total) {
        return new Order(new ObjectId(), customer, total);
    }

    @Test
    void storesFindsChangesAndRemoves() {
        var ada = order("Ada", 7);
        orders.insertOne(ada);

        assertThat(orders.find(Filters.eq("customer", "Ada")).first()).isEqualTo(ada);
        assertThat(orders.updateOne(Filters.eq(ada.id()), Updates.inc("total", 2))
                        .getModifiedCount())
                .isEqualTo(1);
        assertThat(orders.find().first()).extracting(Order::total).isEqualTo(9);
        assertThat(orders.deleteOne(Filters.eq(ada.id())).getDeletedCount()).isEqualTo(1);
        assertThat(orders.countDocuments()).isZero();
        assertThat(client.leases()).isEmpty();
        assertThat(client.snapshot().counters().released()).isGreaterThanOrEqualTo(5);
    }

    @Test
    void changeStreamSeesAnInsert() {
        orders.insertOne(order("before", 0));
        try (var changes = orders.watch().maxAwaitTime(1, TimeUnit.SECONDS).cursor()) {
            var ada = order("Ada", 7);
            orders.insertOne(ada);

            // Each look waits for a second at most, and gives the connection back.
            var change = await().atMost(Duration.ofSeconds(30)).until(changes::tryNext, seen -> seen != null);
            assertThat(change.getOperationType()).isEqualTo(OperationType.INSERT);
            assertThat(change.getFullDocument()).isEqualTo(ada);
            assertThat(change.getDocumentKey().getObjectId("_id").getValue()).isEqualTo(ada.id());
        }
        await().until(() -> client.leases().isEmpty());
    }

    @Test
    void transactionIsAllOrNothing() {
        orders.insertOne(order("first", 0));
        try (var session = client.client().startSession()) {
            assertThat(session.<Long>withTransaction(() -> {
                        orders.insertOne(session, order("Ada", 7));
                        orders.insertOne(session, order("Ada", 3));
                        // Nobody else sees it yet.
                        assertThat(orders.countDocuments(Filters.eq("customer", "Ada")))
                                .isZero();
                        return orders.countDocuments(session, Filters.eq("customer", "Ada"));
                    }))
                    .isEqualTo(2L);
            assertThat(orders.countDocuments(Filters.eq("customer", "Ada"))).isEqualTo(2);

            assertThatThrownBy(() -> session.withTransaction(() -> {
                        orders.insertOne(session, order("Grace", 5));
                        throw new IllegalArgumentException("changed my mind");
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("changed my mind");
            assertThat(orders.countDocuments(Filters.eq("customer", "Grace"))).isZero();
        }
        assertThat(client.leases()).isEmpty();
    }

    @Test
    void serverTellsItsConnections() {
        client.check();

        var readings = client.readings();
        assertThat(readings)
                .containsKeys(
                        "server-connections-current", "server-connections-available", "server-connections-created");
        // That of the opening and that of the check are among them.
        assertThat(readings.get("server-connections-current")).isGreaterThanOrEqualTo(2.0);
        assertThat(readings.get("server-connections-created"))
                .isGreaterThanOrEqualTo(readings.get("server-connections-current"));
        assertThat(readings.get("server-connections-available")).isPositive();
    }
}
