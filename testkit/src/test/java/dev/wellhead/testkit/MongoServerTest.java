// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MongoServerTest {

    private static MongoServer server;

    @BeforeAll
    static void start() {
        server = MongoServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static MongoClient client() {
        return MongoClients.create(server.uri() + "/?serverSelectionTimeoutMS=20000");
    }

    private static MongoCollection<Document> orders(MongoClient client) {
        return client.getDatabase("app").getCollection("orders");
    }

    @Test
    void whatWasAcknowledgedSurvivesKills() {
        for (int round = 1; round <= 3; round++) {
            // A client of its own each time: what is killed takes the connections of the one before with it.
            try (MongoClient client = client()) {
                assertThat(orders(client).distinct("round", Integer.class)).hasSize(round - 1);
                orders(client).insertOne(new Document("round", round));
                server.kill();
                assertThat(server.isRunning()).isFalse();
            }
            server.restart();
        }
        try (MongoClient client = client()) {
            assertThat(orders(client).distinct("round", Integer.class)).containsExactlyInAnyOrder(1, 2, 3);
        }
    }

    @Test
    void frozenServerAnswersNobodyAndGoesOn() {
        try (MongoClient client = MongoClients.create(server.uri() + "/?timeoutMS=500")) {
            Document ping = new Document("ping", 1);
            // The first answer needs a connection, and both sides load classes.
            await().ignoreExceptionsInstanceOf(MongoException.class)
                    .until(() -> client.getDatabase("admin").runCommand(ping).get("ok"), Double.valueOf(1)::equals);
            server.freeze();
            assertThatThrownBy(() -> client.getDatabase("admin").runCommand(ping))
                    .isInstanceOf(MongoException.class);
            server.thaw();
            await().ignoreExceptionsInstanceOf(MongoException.class)
                    .until(() -> client.getDatabase("admin").runCommand(ping).get("ok"), Double.valueOf(1)::equals);
        }
    }

    @Test
    void stoppedServerIsGoneAndItsProcessesToo() {
        try (MongoServer other = MongoServer.start();
                MongoClient client = MongoClients.create(other.uri() + "/?serverSelectionTimeoutMS=200")) {
            long pid = other.pid();
            other.stop();
            assertThat(Signals.isDead(pid)).isTrue();
            assertThatThrownBy(() -> client.listDatabaseNames().into(new ArrayList<>()))
                    .isInstanceOf(MongoException.class);
            other.restart();
            await().ignoreExceptionsInstanceOf(MongoException.class)
                    .until(() -> client.listDatabaseNames().into(new ArrayList<>()), List::isEmpty);
        }
    }
}
