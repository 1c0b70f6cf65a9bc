// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.morphia;

import static dev.morphia.query.filters.Filters.eq;
import static dev.morphia.query.updates.UpdateOperators.inc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.morphia.UpdateOptions;
import dev.morphia.annotations.Entity;
import dev.morphia.annotations.Id;
import dev.morphia.annotations.Indexed;
import dev.morphia.config.ManualMorphiaConfig;
import dev.wellhead.mongo.MongoConfig;
import dev.wellhead.mongo.MongoDatabaseClient;
import dev.wellhead.mongo.MongoProfile;
import dev.wellhead.pool.PoolState;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.MongoServer;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.ScriptedMongo;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.codecs.configuration.CodecConfigurationException;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MorphiaBridgeTest {

    private static final String SHOP = "/shop";

    private static MongoServer server;

    /** What a program keeps. */
    @Entity("orders")
    public static class Order {
        @Id
        private ObjectId id;

        @Indexed
        private String customer;

        private int total;
        private UUID receipt;

        /** For Morphia. */
        public Order() {}

        Order(String customer, int total) {
            this.customer = customer;
            this.total = total;
        }
    }

    @BeforeAll
    static void start() {
        server = MongoServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static MongoDatabaseClient opened(String uri) {
        var client = new MongoDatabaseClient(MongoConfig.builder(uri, MongoProfile.DEVELOPMENT)
                .name("documents")
                .minSize(1)
                .maxSize(1)
                .build());
        client.open();
        return client;
    }

    private static ManualMorphiaConfig mapped() {
        return ManualMorphiaConfig.configure();
    }

    @Test
    void storesFindsChangesAndRemovesInTheDatabaseOfTheConnectionString() {
        var client = opened(server.uri() + SHOP);
        try {
            var datastore = MorphiaBridge.datastore(client);
            var ada = datastore.save(new Order("Ada", 7));
            datastore.save(List.of(new Order("Grace", 3), new Order("Edsger", 5)));

            assertThat(ada.id).isNotNull();
            assertThat(datastore.find(Order.class).filter(eq("customer", "Ada")).first())
                    .extracting(order -> order.customer + " " + order.total)
                    .isEqualTo("Ada 7");
            assertThat(datastore
                            .find(Order.class)
                            .filter(eq("customer", "Ada"))
                            .update(new UpdateOptions(), inc("total", 2))
                            .getModifiedCount())
                    .isEqualTo(1);
            assertThat(client.database()
                            .getCollection("orders")
                            .find(new Document("_id", ada.id))
                            .first())
                    .containsEntry("total", 9);
            assertThat(datastore.delete(ada).getDeletedCount()).isEqualTo(1);
            assertThat(datastore.find(Order.class).count()).isEqualTo(2);
        } finally {
            client.database().drop();
            client.close();
        }
    }

    @Test
    void indexesAreThoseOfTheMappedPackages() {
        var client = opened(server.uri() + "/indexed");
        try {
            MorphiaBridge.datastore(
                    client,
                    mapped().packages(List.of(Order.class.getPackageName())).applyIndexes(true));

            assertThat(client.database().getCollection("orders").listIndexes().into(new ArrayList<>()))
                    .map(index ->
                            index.get("key", Document.class).keySet().iterator().next())
                    .containsExactlyInAnyOrder("_id", "customer");
        } finally {
            client.close();
        }
    }

    @Test
    void worksOnThePoolOfTheClientAndOpensNoOther() {
        try (var proxy = FaultProxy.to("127.0.0.1", server.port())) {
            var client = opened("mongodb://127.0.0.1:" + proxy.port() + "/counted");
            try {
                client.check();
                long connections = proxy.accepted();
                var before = client.snapshot().counters();

                var datastore = MorphiaBridge.datastore(client);
                datastore.save(new Order("Ada", 7));
                datastore.find(Order.class).first();

                var after = client.snapshot().counters();
                assertThat(after.direct() + after.waited() - before.direct() - before.waited())
                        .isEqualTo(2);
                assertThat(after.opened()).isEqualTo(1);
                assertThat(proxy.accepted()).isEqualTo(connections);
            } finally {
                client.close();
            }
            await().until(() -> proxy.live() == 0);
        }
    }

    @Test
    void leaseShowsWhatMorphiaDoes() throws Exception {
        var mayAnswer = new CompletableFuture<Void>();
        try (var scripted = ScriptedMongo.start("rs")) {
            scripted.on("find", asked -> {
                mayAnswer.join();
                return ScriptedMongo.batch("test.orders");
            });
            var client = opened(scripted.uri());
            try {
                var datastore = MorphiaBridge.datastore(client);
                var holder = CompletableFuture.supplyAsync(
                        () -> datastore.find(Order.class).first(), OwnThread.EACH);
                await().until(() -> client.snapshot().active() == 1
                        && client.leases().get(0).running());

                assertThat(client.leases()).singleElement().satisfies(lease -> {
                    assertThat(lease.operation()).isEqualTo("find orders");
                    assertThat(lease.thread()).isEqualTo("own-thread");
                });
                mayAnswer.complete(null);
                assertThat(holder.get(10, TimeUnit.SECONDS)).isNull();
                assertThat(client.leases()).isEmpty();
            } finally {
                mayAnswer.complete(null);
                client.close();
            }
        }
    }

    @Test
    void endsWithTheClient() {
        var client = opened(server.uri() + SHOP);
        var datastore = MorphiaBridge.datastore(client);
        client.close();

        assertThatThrownBy(() -> datastore.save(new Order("Ada", 7))).isInstanceOf(IllegalStateException.class);
        assertThat(client.snapshot().state()).isEqualTo(PoolState.CLOSED);
        assertThat(client.snapshot().total()).isZero();
        assertThatThrownBy(() -> MorphiaBridge.datastore(client))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("MongoDB documents is closed; open another client");
    }

    @Test
    void uuidIsWrittenAsTheConnectionStringSays() {
        var order = new Order("Ada", 7);
        order.receipt = UUID.randomUUID();
        var standard = opened(server.uri() + "/uuids?uuidRepresentation=standard");
        try {
            var datastore = MorphiaBridge.datastore(standard);
            datastore.save(order);
            assertThat(datastore.find(Order.class).first().receipt).isEqualTo(order.receipt);
            var stored = standard.database()
                    .getCollection("orders", BsonDocument.class)
                    .find()
                    .first();
            assertThat(stored.getBinary("receipt").getType()).isEqualTo(BsonBinarySubType.UUID_STANDARD.getValue());
        } finally {
            standard.close();
        }
        var unsaid = opened(server.uri() + "/uuids");
        try {
            var datastore = MorphiaBridge.datastore(unsaid);
            assertThatThrownBy(() -> datastore.save(order))
                    .isInstanceOf(CodecConfigurationException.class)
                    .hasMessageContaining("uuidRepresentation has not been specified");
        } finally {
            unsaid.close();
        }
    }

    @Test
    void otherDatabaseThanTheClientsIsRefused() {
        var client = opened(server.uri() + SHOP);
        try {
            assertThatThrownBy(() -> MorphiaBridge.datastore(client, mapped().database("stock")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Morphia is to use another database than its client: pool=documents client=shop"
                            + " morphia=stock; name it in the connection string only");
            assertThat(MorphiaBridge.datastore(client, mapped().database("shop"))
                            .getDatabase()
                            .getName())
                    .isEqualTo("shop");
        } finally {
            client.close();
        }
    }
}
