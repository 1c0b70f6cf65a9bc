// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoConfigurationException;
import dev.wellhead.database.CommitOutcomeMode;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.OutcomePolicy;
import dev.wellhead.pool.ConfigException;
import dev.wellhead.pool.ConfigException.Violation;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link MongoDatabaseClient} is opened with. Made by {@link #builder}: what is set there counts before what the
 * connection string says, and that before what the profile gives.
 *
 * @param name among the databases of its manager; 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}
 * @param uri the connection string, with its login
 * @param minSize connections that are kept open to each server, idle ones too
 * @param maxSize most connections to each server
 * @param idleTimeout after which a connection that nobody uses is closed; zero: never
 * @param acquireTimeout how long a caller waits for a connection; the driver's {@code waitQueueTimeoutMS}
 * @param connectTimeout how long a connect to a server may take
 * @param socketTimeout how long an answer may take; zero: for ever
 * @param selectionTimeout how long is waited for a server that can take the work
 * @param connectAttempts how often the first contact is tried before {@code open} fails
 * @param leakThreshold after which who holds a connection, a cursor or a session is suspected of not giving it back; zero:
 *     never
 * @param policies how calls are tried again, limited, counted and logged, and how health is watched; of its pool nothing
 *     counts
 */
public record MongoConfig(
        String name,
        Secret uri,
        int minSize,
        int maxSize,
        Duration idleTimeout,
        Duration acquireTimeout,
        Duration connectTimeout,
        Duration socketTimeout,
        Duration selectionTimeout,
        int connectAttempts,
        Duration leakThreshold,
        DatabaseConfig policies) {

    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(45);
    static final Duration SELECTION_TIMEOUT = Duration.ofSeconds(5);
    static final Duration LEAK_THRESHOLD = Duration.ofSeconds(60);
    static final int CONNECT_ATTEMPTS = 5;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int MOST_CONNECTIONS = 10_000;
    private static final int MOST_ATTEMPTS = 1_000;
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final DatabaseConfig NO_POLICIES = DatabaseConfig.of(
            PoolConfig.builder().jdbcUrl("jdbc:mongodb://localhost/").build());

    /**
     * Refuses what breaks a rule, all of it at once.
     *
     * @throws ConfigException with every violation
     */
    public MongoConfig {
        List<Violation> found = new ArrayList<>();
        if (!NAME.matcher(name).matches()) {
            found.add(new Violation(
                    "name", name, "must be 1 to 64 letters, digits, '.', '_' and '-'", "use a name such as documents"));
        }
        if (parsed(uri, found) != null && minSize > maxSize) {
            found.add(new Violation(
                    "min-size",
                    Integer.toString(minSize),
                    "must not be greater than max-size=" + maxSize,
                    "lower it or raise max-size"));
        }
        range(found, "min-size", minSize, 0, MOST_CONNECTIONS);
        range(found, "max-size", maxSize, 1, MOST_CONNECTIONS);
        range(found, "connect-attempts", connectAttempts, 1, MOST_ATTEMPTS);
        time(found, "idle-timeout", idleTimeout, Duration.ZERO);
        time(found, "acquire-timeout", acquireTimeout, Duration.ofMillis(1));
        time(found, "connect-timeout", connectTimeout, Duration.ofMillis(1));
        time(found, "socket-timeout", socketTimeout, Duration.ZERO);
        time(found, "server-selection-timeout", selectionTimeout, Duration.ofMillis(1));
        time(found, "leak-threshold", leakThreshold, Duration.ZERO);
        if (!found.isEmpty()) {
            throw new ConfigException("MongoDB " + name, found);
        }
    }

    private static void range(List<Violation> found, String key, int value, int least, int most) {
        if (value < least || value > most) {
            found.add(new Violation(
                    key, Integer.toString(value), "must be from " + least + " to " + most, "use a number in between"));
        }
    }

    private static void time(List<Violation> found, String key, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            found.add(new Violation(
                    key,
                    value.toString(),
                    "must be from " + least.toMillis() + " ms to one day",
                    least.isZero() ? "use a time in between, or 0 for no limit" : "use a time in between"));
        }
    }

    /** Null where it says nothing that the driver understands. */
    private static @Nullable ConnectionString parsed(Secret uri, List<Violation> found) {
        if (uri.isEmpty()) {
            found.add(new Violation(
                    "uri", "", "must be given", "set MONGODB_URI, such as mongodb://host:27017/database"));
            return null;
        }
        try {
            return new ConnectionString(uri.reveal());
        } catch (IllegalArgumentException | MongoConfigurationException e) {
            // The driver's text may repeat what is wrong with the login.
            found.add(new Violation(
                    "uri",
                    "****",
                    "must be a connection string of MongoDB: " + withoutLogin(uri, String.valueOf(e.getMessage())),
                    "write it as mongodb://user:password@host:27017/database, with %-escapes in user and password"));
            return null;
        }
    }

    private static String withoutLogin(Secret uri, String text) {
        var place = uri.reveal().replaceFirst("^[^:]*://", "");
        // Without a host, a password stands where the port would.
        var login =
                place.contains("@") ? place.replaceFirst("@[^@]*$", "") : place.replaceFirst("^[^:]*(?::\\d*$)?", "");
        for (var part : login.split("[:@/]", -1)) {
            if (!part.isEmpty()) {
                text = text.replace(part, "****");
            }
        }
        return text;
    }

    /** These settings in the words of every database; the URL has no login. */
    public DatabaseConfig databaseConfig() {
        var said = connectionString();
        var pool = PoolConfig.builder()
                .name(name)
                .jdbcUrl("jdbc:mongodb://" + String.join(",", said.getHosts()) + "/"
                        + (said.getDatabase() == null ? "" : said.getDatabase()))
                .minIdle(minSize)
                .maxSize(maxSize)
                .idleTimeout(idleTimeout)
                .acquireTimeout(acquireTimeout)
                .connectTimeout(connectTimeout)
                .leakThreshold(leakThreshold)
                .statementTimeout(policies.limits().call())
                .build();
        var outcome =
                policies.outcome().mode() == CommitOutcomeMode.OFF ? CommitOutcomeMode.OFF : CommitOutcomeMode.AUTO;
        return new DatabaseConfig(
                pool,
                policies.retry(),
                policies.health(),
                policies.slowQueryThreshold(),
                new OutcomePolicy(outcome, policies.outcome().timeout()),
                policies.breaker(),
                policies.limits(),
                policies.statements(),
                policies.log(),
                policies.errors());
    }

    /** The connection string, as the driver reads it. */
    ConnectionString connectionString() {
        return new ConnectionString(uri.reveal());
    }

    /**
     * Starts from a connection string and a profile.
     *
     * @param uri with its login, as in {@code mongodb://user:password@host:27017/database}
     */
    public static Builder builder(String uri, MongoProfile profile) {
        return new Builder(Secret.of(uri), profile);
    }

    /** Collects settings. */
    public static final class Builder {

        private final Secret uri;
        private final MongoProfile profile;
        private String name = "mongo";
        private @Nullable Integer minSize;
        private @Nullable Integer maxSize;
        private @Nullable Duration idleTimeout;
        private @Nullable Duration acquireTimeout;
        private @Nullable Duration connectTimeout;
        private @Nullable Duration socketTimeout;
        private @Nullable Duration selectionTimeout;
        private int connectAttempts = CONNECT_ATTEMPTS;
        private Duration leakThreshold = LEAK_THRESHOLD;
        private DatabaseConfig policies = NO_POLICIES;

        private Builder(Secret uri, MongoProfile profile) {
            this.uri = uri;
            this.profile = profile;
        }

        /** Its name among the databases of its manager; default {@code mongo}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Connections that are kept open to each server; default the profile's 5 or 2. */
        public Builder minSize(int value) {
            minSize = value;
            return this;
        }

        /** Most connections to each server; default the profile's 50 or 10. */
        public Builder maxSize(int value) {
            maxSize = value;
            return this;
        }

        /** After which an unused connection is closed, zero for never; default the profile's 60 s or 300 s. */
        public Builder idleTimeout(Duration value) {
            idleTimeout = value;
            return this;
        }

        /** How long a caller waits for a connection; default the profile's 5 s or 10 s. */
        public Builder acquireTimeout(Duration value) {
            acquireTimeout = value;
            return this;
        }

        /** How long a connect may take; default 10 s. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        /** How long an answer may take, zero for ever; default 45 s. */
        public Builder socketTimeout(Duration value) {
            socketTimeout = value;
            return this;
        }

        /** How long is waited for a server that can take the work; default 5 s. */
        public Builder selectionTimeout(Duration value) {
            selectionTimeout = value;
            return this;
        }

        /** How often the first contact is tried, after pauses of 1 s, 2 s and so on to 30 s; default 5. */
        public Builder connectAttempts(int value) {
            connectAttempts = value;
            return this;
        }

        /** After which a holder of a connection, a cursor or a session is suspected, zero for never; default 60 s. */
        public Builder leakThreshold(Duration value) {
            leakThreshold = value;
            return this;
        }

        /**
         * How calls are tried again, limited, counted and logged, and how health is watched; of its pool nothing counts.
         * Default: as of a database made by {@link DatabaseConfig#of}.
         */
        public Builder policies(DatabaseConfig value) {
            policies = value;
            return this;
        }

        /**
         * Puts them together.
         *
         * @throws ConfigException with every violation
         */
        public MongoConfig build() {
            var said = parsed(uri, new ArrayList<>());
            return new MongoConfig(
                    name,
                    uri,
                    first(minSize, said == null ? null : said.getMinConnectionPoolSize(), profile.minSize),
                    first(maxSize, said == null ? null : said.getMaxConnectionPoolSize(), profile.maxSize),
                    time(idleTimeout, said == null ? null : said.getMaxConnectionIdleTime(), profile.idleTimeout),
                    time(acquireTimeout, said == null ? null : said.getMaxWaitTime(), profile.acquireTimeout),
                    time(connectTimeout, said == null ? null : said.getConnectTimeout(), CONNECT_TIMEOUT),
                    time(socketTimeout, said == null ? null : said.getSocketTimeout(), SOCKET_TIMEOUT),
                    time(selectionTimeout, said == null ? null : said.getServerSelectionTimeout(), SELECTION_TIMEOUT),
                    connectAttempts,
                    leakThreshold,
                    policies);
        }

        private static int first(@Nullable Integer set, @Nullable Integer said, int otherwise) {
            return set != null ? set : said != null ? said : otherwise;
        }

        private static Duration time(@Nullable Duration set, @Nullable Integer saidMillis, Duration otherwise) {
            return set != null ? set : saidMillis != null ? Duration.ofMillis(saidMillis) : otherwise;
        }
    }
}
