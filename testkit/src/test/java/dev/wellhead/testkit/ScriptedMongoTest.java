// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScriptedMongoTest {

    private static final String OPTIONS = "&serverSelectionTimeoutMS=10000&heartbeatFrequencyMS=500";

    @Test
    void takesTheDriversTransactionsAndItsRetriesOfThem() {
        try (ScriptedMongo server = ScriptedMongo.start("rs");
                MongoClient client = MongoClients.create(server.uri() + OPTIONS);
                var session = client.startSession()) {
            var commits = new AtomicInteger();
            server.on(
                    "commitTransaction",
                    asked -> commits.incrementAndGet() == 1
                            ? ScriptedMongo.error(
                                    112, "WriteConflict", MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)
                            : ScriptedMongo.ok());
            server.on("insert", asked -> ScriptedMongo.ok().append("n", new BsonInt32(1)));

            session.withTransaction(() ->
                    client.getDatabase("app").getCollection("orders").insertOne(session, new Document("total", 5)));

            assertThat(commits).hasValue(2);
            assertThat(server.commands("insert")).hasSize(2).allSatisfy(asked -> {
                assertThat(asked.body().getBoolean("autocommit").getValue()).isFalse();
                assertThat(asked.body()
                                .getArray("documents")
                                .get(0)
                                .asDocument()
                                .getInt32("total"))
                        .isEqualTo(new BsonInt32(5));
            });
        }
    }

    @Test
    void cutsAConnectionInsteadOfAnAnswer() {
        try (ScriptedMongo server = ScriptedMongo.start("rs");
                MongoClient client = MongoClients.create(server.uri() + OPTIONS)) {
            server.on("ping", asked -> null);
            assertThatThrownBy(() -> client.getDatabase("admin").runCommand(new Document("ping", 1)))
                    .isInstanceOf(MongoException.class);
            assertThat(server.commands("ping")).hasSize(1);
        }
    }

    @Test
    void findAnswersWithDocuments() {
        try (ScriptedMongo server = ScriptedMongo.start("rs");
                MongoClient client = MongoClients.create(server.uri() + OPTIONS)) {
            server.on("find", asked -> ScriptedMongo.batch("app.orders", BsonDocument.parse("{total: 7}")));
            assertThat(client.getDatabase("app").getCollection("orders").find().first())
                    .containsEntry("total", 7);
        }
    }

    @Test
    void driverFollowsThePrimaryToAnotherMember() {
        List<ScriptedMongo> set = ScriptedMongo.startSet("rs", 2);
        try (MongoClient client = MongoClients.create(set.get(0).uri() + OPTIONS)) {
            var ping = new Document("ping", 1);
            var admin = client.getDatabase("admin").withReadPreference(ReadPreference.primary());
            admin.runCommand(ping, ReadPreference.primary());
            assertThat(set.get(0).commands("ping")).hasSize(1);

            set.get(0).primary(false);
            set.get(1).primary(true);
            set.get(0).cutAll();
            await().ignoreExceptionsInstanceOf(MongoException.class).until(() -> {
                admin.runCommand(ping, ReadPreference.primary());
                return !set.get(1).commands("ping").isEmpty();
            });
        } finally {
            set.forEach(ScriptedMongo::close);
        }
    }
}
