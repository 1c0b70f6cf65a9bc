// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.mongo.MongoConfig;
import dev.wellhead.mongo.MongoDatabaseClient;
import dev.wellhead.mongo.MongoProfile;
import dev.wellhead.testkit.MongoServer;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.types.ObjectId;

/** Writes to and reads from the MongoDB that {@code MONGODB_URI} names; without it, a stand-in of its own. */
public final class MongoQuickStart {

    /** A document of the collection {@code visit}; the driver reads and writes records by itself. */
    public record Visit(@BsonId ObjectId id, String who, String fromCity) {}

    private MongoQuickStart() {}

    /** Runs the example. */
    public static void main(String[] args) {
        var named = System.getenv("MONGODB_URI");
        if (named != null) {
            run(named);
            return;
        }
        try (var standIn = MongoServer.start()) {
            run(standIn.uri() + "/quickstart");
        }
    }

    private static void run(String uri) {
        var documents = new MongoDatabaseClient(MongoConfig.builder(uri, MongoProfile.DEVELOPMENT)
                .name("documents")
                .build());
        // Beside any SQL databases; opened here, watched, and closed with them.
        try (var manager = DatabaseManager.builder().resource(documents).open()) {
            var ada = new Visit(new ObjectId(), "Ada", "London");
            documents.update("note visit", database -> visits(database).insertOne(ada));
            Visit found = documents.query(
                    "read visit",
                    database -> visits(database).find(Filters.eq(ada.id())).first());
            System.out.println("same: " + ada.equals(found));

            documents.check();
            var pool = documents.snapshot();
            System.out.println("pool: " + documents.name() + " " + pool.state() + " active=" + pool.active()
                    + " waiting=" + pool.waiting() + " max=" + pool.maxSize());
            System.out.println(
                    "acquired: " + (pool.counters().direct() + pool.counters().waited()) + ", refused: "
                            + pool.counters().refusedTotal());
            System.out.println("calls: " + documents.counters().succeeded());
            System.out.println("leases left: " + documents.leases().size());
            System.out.println("parts: " + manager.resources());
        }
    }

    private static MongoCollection<Visit> visits(MongoDatabase database) {
        return database.getCollection("visit", Visit.class);
    }
}
