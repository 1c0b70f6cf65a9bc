// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.mongo.MongoDatabaseClient;
import dev.wellhead.pool.StartMode;
import dev.wellhead.testkit.MongoServer;
import dev.wellhead.testkit.PostgresServer;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Opens each deployment as it is configured; only the place of its database is another. */
@Timeout(120)
class DeploymentStartTest {

    static final List<String> WITH_SQL = Deployment.WITH_SQL;

    @ParameterizedTest
    @FieldSource("WITH_SQL")
    void opensAndAnswers(String name) throws Exception {
        try (var server = PostgresServer.shared().createDatabase();
                var manager = open(new Deployment(name), server.jdbcUrl())) {
            var database = manager.database();
            assertThat(one(database, "SELECT current_database()")).isEqualTo(server.name());
            // Behind a pooler no session state is allowed, so there the driver counts the time.
            var limit = database.config().pool().statementTimeout();
            assertThat(one(database, "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'"))
                    .isEqualTo(database.config().pool().pooled() ? "0" : String.valueOf(limit.toMillis()));
            assertThat(database.checkHealth().verdict()).hasToString("HEALTHY");
            assertThat(database.snapshot().active()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"documents", "documents/development"})
    void documentsOpensMongoAndNoSqlDatabase(String name) {
        try (var server = MongoServer.start()) {
            var config = new Deployment(name)
                    .loader()
                    .provided("mongodb.uri", server.uri() + "/app", "embedded server")
                    .load();
            var builder = DatabaseManager.builder();
            config.databases().forEach(builder::database);
            config.resources().forEach(builder::resource);
            try (var manager = builder.open()) {
                assertThat(manager.databases()).isEmpty();
                var documents = manager.resource("mongodb", MongoDatabaseClient.class);
                documents.database().getCollection("orders").insertOne(new Document("who", "Ada"));
                assertThat(documents.database().getCollection("orders").countDocuments())
                        .isEqualTo(1);
                assertThat(documents.snapshot().total())
                        .isGreaterThanOrEqualTo(documents.settings().minSize());
            }
        }
    }

    private static DatabaseManager open(Deployment deployment, String url) {
        var config = deployment.loader().provided("url", url, "embedded server").load();
        assertThat(config.databases())
                .singleElement()
                .satisfies(database -> assertThat(database.pool().startMode()).isEqualTo(StartMode.WAIT));
        var builder = DatabaseManager.builder();
        config.databases().forEach(builder::database);
        return builder.open();
    }

    private static String one(Database database, String sql) {
        return database.query("look", connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                rows.next();
                return rows.getString(1);
            }
        });
    }
}
