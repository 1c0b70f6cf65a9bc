// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoException;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.spi.ConfigSection;
import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.database.spi.SectionKey;
import dev.wellhead.database.spi.SectionKey.Standard;
import dev.wellhead.database.spi.SectionValues;
import dev.wellhead.mongo.internal.UriText;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The keys {@code mongodb.*}: one {@link MongoDatabaseClient} where {@code mongodb.uri} is given. */
public final class MongoConfigSection implements ConfigSection {

    private static final String URI = "uri";
    private static final int MOST_CONNECTIONS = 10_000;

    /** Stands in while none is given, so that the other values are checked all the same. */
    private static final String NO_URI = "mongodb://localhost/";

    private static final List<SectionKey> KEYS = List.of(
            SectionKey.builder(
                            "name",
                            new SectionKey.Type.Text("name"),
                            "The name of MongoDB among the databases: of its part, its log lines and DatabaseManager.resource.")
                    .standard("mongodb")
                    .build(),
            SectionKey.builder(
                            URI,
                            new SectionKey.Type.Text("URL"),
                            "Where MongoDB is: mongodb://user:password@host:27017/database. Its options count after the keys here and before their defaults.")
                    .example("mongodb://documents.example.com:27017/shop")
                    .aliases("MONGODB_URI")
                    .shown(UriText::shown)
                    .build(),
            SectionKey.builder(
                            "uri-file",
                            new SectionKey.Type.Text("path"),
                            "A file that holds mongodb.uri and nothing else.")
                    .example("/run/secrets/mongodb-uri")
                    .holds(URI)
                    .build(),
            SectionKey.builder(
                            "max-size",
                            new SectionKey.Type.Count("connections", 1, MOST_CONNECTIONS),
                            "Most connections to each server.")
                    .standard(byProfile(profile -> Integer.toString(profile.maxSize)))
                    .aliases("DB_POOL_SIZE")
                    .sizedAs("pool.max-size")
                    .build(),
            SectionKey.builder(
                            "min-size",
                            new SectionKey.Type.Count("connections", 0, MOST_CONNECTIONS),
                            "Connections kept open to each server even if idle.")
                    .standard(byProfile(profile -> Integer.toString(profile.minSize)))
                    .aliases("DB_MIN_POOL_SIZE")
                    .sizedAs("pool.min-idle")
                    .atMost("max-size")
                    .build(),
            SectionKey.builder(
                            "acquire-timeout",
                            new SectionKey.Type.Time(false),
                            "Longest wait of a caller for a connection; the driver's wait queue.")
                    .standard(byProfile(profile -> seconds(profile.acquireTimeout)))
                    .sizedAs("pool.acquire-timeout")
                    .build(),
            SectionKey.builder(
                            "idle-timeout",
                            new SectionKey.Type.Time(true),
                            "A connection idle for longer is closed; 0: never.")
                    .standard(byProfile(profile -> seconds(profile.idleTimeout)))
                    .sizedAs("pool.idle-timeout")
                    .build(),
            SectionKey.builder("connect-timeout", new SectionKey.Type.Time(false), "Limit of opening one connection.")
                    .standard(seconds(MongoConfig.CONNECT_TIMEOUT))
                    .build(),
            SectionKey.builder(
                            "socket-timeout",
                            new SectionKey.Type.Time(true),
                            "Longest wait for an answer; 0: for ever.")
                    .standard(seconds(MongoConfig.SOCKET_TIMEOUT))
                    .build(),
            SectionKey.builder(
                            "server-selection-timeout",
                            new SectionKey.Type.Time(false),
                            "Longest wait for a server that can take the work.")
                    .standard(seconds(MongoConfig.SELECTION_TIMEOUT))
                    .build(),
            SectionKey.builder(
                            "connect-attempts",
                            new SectionKey.Type.Count("attempts", 1, 1_000),
                            "How often the first contact is tried, with pauses of 1 s, 2 s and so on to 30 s, before the start fails.")
                    .standard(Integer.toString(MongoConfig.CONNECT_ATTEMPTS))
                    .build(),
            SectionKey.builder(
                            "leak-threshold",
                            new SectionKey.Type.Time(true),
                            "Who holds a connection, a cursor or a session for longer is suspected of not giving it back; 0: off.")
                    .standard(seconds(MongoConfig.LEAK_THRESHOLD))
                    .build());

    /** For {@link java.util.ServiceLoader}. */
    public MongoConfigSection() {}

    @Override
    public String name() {
        return "mongodb";
    }

    @Override
    public String title() {
        return "MongoDB";
    }

    @Override
    public List<SectionKey> keys() {
        return KEYS;
    }

    @Override
    public String locator() {
        return URI;
    }

    @Override
    public Reading read(String locator) {
        try {
            var said = new ConnectionString(locator);
            Map<String, String> values = new HashMap<>();
            put(values, "min-size", said.getMinConnectionPoolSize(), "");
            put(values, "max-size", said.getMaxConnectionPoolSize(), "");
            put(values, "idle-timeout", said.getMaxConnectionIdleTime(), "ms");
            put(values, "acquire-timeout", said.getMaxWaitTime(), "ms");
            put(values, "connect-timeout", said.getConnectTimeout(), "ms");
            put(values, "socket-timeout", said.getSocketTimeout(), "ms");
            put(values, "server-selection-timeout", said.getServerSelectionTimeout(), "ms");
            return new Reading(said.getHosts(), values);
        } catch (IllegalArgumentException | MongoException refusedByResources) {
            return Reading.NONE;
        }
    }

    private static void put(Map<String, String> values, String key, @Nullable Integer said, String unit) {
        if (said != null) {
            values.put(key, said + unit);
        }
    }

    @Override
    public List<ManagedResource> resources(SectionValues values, DatabaseConfig policies) {
        boolean given = !values.text(URI).isEmpty();
        // Every value is said, so that nothing of the profile counts.
        var config = MongoConfig.builder(given ? values.text(URI) : NO_URI, MongoProfile.PRODUCTION)
                .name(values.text("name"))
                .minSize(values.count("min-size"))
                .maxSize(values.count("max-size"))
                .idleTimeout(values.time("idle-timeout"))
                .acquireTimeout(values.time("acquire-timeout"))
                .connectTimeout(values.time("connect-timeout"))
                .socketTimeout(values.time("socket-timeout"))
                .selectionTimeout(values.time("server-selection-timeout"))
                .connectAttempts(values.count("connect-attempts"))
                .leakThreshold(values.time("leak-threshold"))
                .policies(policies)
                .build();
        return given ? List.of(new MongoDatabaseClient(config)) : List.of();
    }

    private static Standard byProfile(Function<MongoProfile, String> value) {
        return new Standard(
                value.apply(MongoProfile.PRODUCTION),
                value.apply(MongoProfile.EDGE),
                value.apply(MongoProfile.DEVELOPMENT));
    }

    private static String seconds(Duration time) {
        return time.toSeconds() + "s";
    }
}
