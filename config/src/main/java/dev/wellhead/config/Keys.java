// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.ValueType.address;
import static dev.wellhead.config.ValueType.choice;
import static dev.wellhead.config.ValueType.count;
import static dev.wellhead.config.ValueType.duration;
import static dev.wellhead.config.ValueType.flag;
import static dev.wellhead.config.ValueType.text;

import dev.wellhead.config.ValueType.Span;
import dev.wellhead.pool.Isolation;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.StartMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The table of all settings. */
final class Keys {

    static final String DEFAULT_DATABASE = "default";
    static final String DATABASES = "databases.";
    static final String ENVIRONMENT_PREFIX = "WELLHEAD_";
    static final String PAIRS = "pool.driver-properties";

    static final Key<ServerDraft, ServerDraft, Profile> PROFILE = new Key<>(
            "profile",
            profileType(),
            false,
            "The set of numbers that stand where nothing else was said.",
            (draft, value) -> draft.profile = value,
            draft -> draft.profile);

    /** Keys that are not a database's. */
    static final List<Key<ServerDraft, ServerDraft, ?>> GLOBAL = List.of(
            PROFILE,
            new Key<>(
                    "server.bind",
                    address(),
                    false,
                    "The address the HTTP server listens on.",
                    (draft, value) -> draft.bind = value,
                    draft -> draft.bind),
            new Key<>(
                    "server.port",
                    count("port", 0, 65_535),
                    false,
                    "The port the HTTP server listens on; 0 takes any free one.",
                    (draft, value) -> draft.port = value,
                    draft -> draft.port),
            new Key<>(
                    "server.drain-timeout",
                    duration(Span.NOT_NEGATIVE),
                    false,
                    "How long running work may take to finish when the server stops.",
                    (draft, value) -> draft.drainTimeout = value,
                    draft -> draft.drainTimeout));

    /** Keys of one database. */
    static final List<Key<DatabaseDraft, BoundDatabase, ?>> DATABASE = Stream.of(
                    connectionKeys(), poolKeys(), policyKeys())
            .flatMap(List::stream)
            .toList();

    private static final Map<String, Key<?, ?, ?>> BY_NAME = Stream.concat(GLOBAL.stream(), DATABASE.stream())
            .collect(Collectors.toUnmodifiableMap(Key::name, Function.identity()));

    private Keys() {}

    /** The key of that name, whether a database's or not. */
    static Optional<Key<?, ?, ?>> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The key that a value is meant for. */
    static Optional<Key<?, ?, ?>> find(Said.Slot slot) {
        return find(slot.key());
    }

    /** Whether the key is one of a database. */
    static boolean isDatabaseKey(String name) {
        return BY_NAME.containsKey(name)
                && GLOBAL.stream().noneMatch(key -> key.name().equals(name));
    }

    /** All names, those of databases without {@code databases.<name>.}. */
    static List<String> names() {
        return Stream.concat(GLOBAL.stream(), DATABASE.stream()).map(Key::name).toList();
    }

    /** {@code pool.max-size} as {@code POOL_MAX_SIZE}. */
    static String environmentForm(String name) {
        return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static ValueType<Profile> profileType() {
        var plain = choice(Profile.class);
        return new ValueType<>(
                plain.unit(),
                value -> plain.parser().parse(value.strip().equalsIgnoreCase("development") ? "local" : value),
                plain.writer());
    }

    private static @Nullable String shownUrl(BoundDatabase bound) {
        var url = bound.target().jdbcUrl();
        return url == null ? null : Masking.url(url);
    }

    private static List<Key<DatabaseDraft, BoundDatabase, ?>> connectionKeys() {
        return List.of(
                new Key<>(
                        "url",
                        text("URL"),
                        false,
                        "Where the database is: postgresql://user:password@host:port/database or a JDBC URL.",
                        (draft, value) -> draft.ignore(),
                        Keys::shownUrl),
                new Key<>(
                        "address.host",
                        text("host name"),
                        false,
                        "The database's host, instead of a URL.",
                        (draft, value) -> draft.ignore(),
                        bound -> bound.target().host()),
                new Key<>(
                        "address.port",
                        count("port", 1, 65_535),
                        false,
                        "The database's port; 5432 unless told otherwise.",
                        (draft, value) -> draft.ignore(),
                        bound -> bound.target().port()),
                new Key<>(
                        "address.database",
                        text("name"),
                        false,
                        "The database's name on its server.",
                        (draft, value) -> draft.ignore(),
                        bound -> bound.target().database()),
                new Key<>(
                        "username",
                        text("name"),
                        false,
                        "The login name.",
                        (draft, value) -> draft.username(value),
                        bound -> bound.target().username()),
                new Key<>(
                        "password",
                        text("text"),
                        true,
                        "The password.",
                        (draft, value) -> draft.password(value),
                        bound -> bound.target().password().reveal()),
                new Key<>(
                        "password-file",
                        text("path"),
                        false,
                        "A file that holds the password and nothing else.",
                        (draft, value) -> draft.passwordFile = value,
                        bound -> bound.target().passwordFile()),
                new Key<>(
                        "tls.mode",
                        choice(TlsMode.class),
                        false,
                        "How the connection is encrypted; auto is verify-full, except on loopback.",
                        (draft, value) -> draft.tlsMode = value,
                        bound -> bound.target().tlsMode()),
                new Key<>(
                        "tls.ca-cert",
                        PemFile.TYPE,
                        false,
                        "The certificates to trust; system: those that Java trusts.",
                        (draft, value) -> draft.caCert = value,
                        bound -> bound.target().caCert()),
                new Key<>(
                        "tls.client-cert",
                        PemFile.TYPE,
                        false,
                        "The certificate to show to the server.",
                        (draft, value) -> draft.clientCert = value,
                        bound -> bound.target().clientCert()),
                new Key<>(
                        "tls.client-key",
                        PemFile.TYPE,
                        true,
                        "The key of that certificate.",
                        (draft, value) -> draft.clientKey = Secret.of(value),
                        bound -> bound.target().clientKey().reveal()));
    }

    private static List<Key<DatabaseDraft, BoundDatabase, ?>> poolKeys() {
        var table = new PoolTable();
        table.size(
                "max-size", "connections", PoolConfig.Builder::maxSize, PoolConfig::maxSize, "Most connections open.");
        table.size(
                "min-idle", "connections", PoolConfig.Builder::minIdle, PoolConfig::minIdle, "Connections kept idle.");
        table.time(
                "acquire-timeout",
                PoolConfig.Builder::acquireTimeout,
                PoolConfig::acquireTimeout,
                "Longest wait for a connection.");
        table.size(
                "max-waiting",
                "callers",
                PoolConfig.Builder::maxWaiting,
                PoolConfig::maxWaiting,
                "Most callers in line.");
        table.time(
                "connect-timeout",
                PoolConfig.Builder::connectTimeout,
                PoolConfig::connectTimeout,
                "Limit of opening one connection.");
        table.time(
                "validation-timeout",
                PoolConfig.Builder::validationTimeout,
                PoolConfig::validationTimeout,
                "Limit of one validation.");
        table.time(
                "validate-after-idle",
                PoolConfig.Builder::validateAfterIdle,
                PoolConfig::validateAfterIdle,
                "A connection idle for longer is validated before hand-out; 0: always.");
        table.time(
                "idle-timeout",
                PoolConfig.Builder::idleTimeout,
                PoolConfig::idleTimeout,
                "A connection idle for longer is closed; 0: off.");
        table.time(
                "max-lifetime",
                PoolConfig.Builder::maxLifetime,
                PoolConfig::maxLifetime,
                "A connection is replaced before this age; 0: off.");
        table.add(
                "max-lifetime-jitter",
                ValueType.share(),
                PoolConfig.Builder::maxLifetimeJitter,
                PoolConfig::maxLifetimeJitter,
                "Share of max-lifetime taken off at random.");
        table.size(
                "max-uses",
                "leases",
                PoolConfig.Builder::maxUses,
                PoolConfig::maxUses,
                "Leases a connection serves; 0: off.");
        table.time(
                "keepalive-interval",
                PoolConfig.Builder::keepaliveInterval,
                PoolConfig::keepaliveInterval,
                "How often an idle connection is asked whether it lives; 0: off.");
        table.time(
                "leak-threshold",
                PoolConfig.Builder::leakThreshold,
                PoolConfig::leakThreshold,
                "A lease held for longer is reported; 0: off.");
        table.time(
                "create-retry-interval",
                PoolConfig.Builder::createRetryInterval,
                PoolConfig::createRetryInterval,
                "Pause after a failed connect.");
        table.time(
                "close-timeout",
                PoolConfig.Builder::closeTimeout,
                PoolConfig::closeTimeout,
                "How long closing waits for leases.");
        table.time(
                "housekeeper-interval",
                PoolConfig.Builder::housekeeperInterval,
                PoolConfig::housekeeperInterval,
                "How often ages and leaks are looked at.");
        table.time(
                "statement-timeout",
                PoolConfig.Builder::statementTimeout,
                PoolConfig::statementTimeout,
                "Limit of one statement; 0: off.");
        table.optional(
                "init-sql",
                "SQL",
                PoolConfig.Builder::initSql,
                PoolConfig::initSql,
                "Run once on each new connection.");
        table.optional(
                "validation-query",
                "SQL",
                PoolConfig.Builder::validationQuery,
                PoolConfig::validationQuery,
                "Run to validate; without it the driver is asked.");
        table.flag(
                "auto-commit",
                PoolConfig.Builder::autoCommit,
                PoolConfig::autoCommit,
                "Auto-commit of each connection.");
        table.flag(
                "read-only",
                PoolConfig.Builder::readOnly,
                PoolConfig::readOnly,
                "Whether connections start read-only.");
        table.add(
                "isolation",
                choice(Isolation.class),
                PoolConfig.Builder::isolation,
                pool -> pool.isolation().orElse(null),
                "Transaction isolation; without it the driver's.");
        table.optional(
                "catalog", "name", PoolConfig.Builder::catalog, PoolConfig::catalog, "Catalog of each connection.");
        table.optional("schema", "name", PoolConfig.Builder::schema, PoolConfig::schema, "Schema of each connection.");
        table.add(
                "application-name",
                text("name"),
                PoolConfig.Builder::applicationName,
                PoolConfig::applicationName,
                "Shown by the server beside each session.");
        table.flag("pooled", PoolConfig.Builder::pooled, PoolConfig::pooled, "Whether a pooler stands in front.");
        table.add(
                "start-mode",
                choice(StartMode.class),
                PoolConfig.Builder::startMode,
                PoolConfig::startMode,
                "What opening does when the database does not answer.");
        table.size(
                "start-retries",
                "retries",
                PoolConfig.Builder::startRetries,
                PoolConfig::startRetries,
                "Further attempts of start-mode wait.");
        table.time(
                "start-retry-delay",
                PoolConfig.Builder::startRetryDelay,
                PoolConfig::startRetryDelay,
                "Pause between them.");
        table.add(
                "driver-properties",
                ValueType.pairs(),
                PoolConfig.Builder::driverProperties,
                PoolConfig::driverProperties,
                "Handed to the driver as they are.");
        return table.rows;
    }

    private static List<Key<DatabaseDraft, BoundDatabase, ?>> policyKeys() {
        return List.of(
                new Key<>(
                        "retry.max-retries",
                        ValueType.retries(),
                        false,
                        "Further attempts after the first; 0: off.",
                        (draft, value) -> draft.maxRetries = value,
                        bound -> bound.config().retry().maxRetries()),
                new Key<>(
                        "retry.initial-delay",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Pause before the first retry.",
                        (draft, value) -> draft.initialDelay = value,
                        bound -> bound.config().retry().initialDelay()),
                new Key<>(
                        "retry.max-delay",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Longest pause.",
                        (draft, value) -> draft.maxDelay = value,
                        bound -> bound.config().retry().maxDelay()),
                new Key<>(
                        "retry.multiplier",
                        ValueType.factor(),
                        false,
                        "Growth of the pause.",
                        (draft, value) -> draft.multiplier = value,
                        bound -> bound.config().retry().multiplier()),
                new Key<>(
                        "retry.jitter",
                        flag(),
                        false,
                        "Whether a pause is drawn at random between zero and its full length.",
                        (draft, value) -> draft.jitter = value,
                        bound -> bound.config().retry().jitter()),
                new Key<>(
                        "health.enabled",
                        flag(),
                        false,
                        "Whether a background check runs.",
                        (draft, value) -> draft.healthEnabled = value,
                        bound -> bound.config().health().enabled()),
                new Key<>(
                        "health.interval",
                        duration(Span.POSITIVE),
                        false,
                        "Pause between background checks.",
                        (draft, value) -> draft.healthInterval = value,
                        bound -> bound.config().health().interval()),
                new Key<>(
                        "health.limit",
                        duration(Span.POSITIVE),
                        false,
                        "Longest one check may take.",
                        (draft, value) -> draft.healthLimit = value,
                        bound -> bound.config().health().limit()),
                new Key<>(
                        "health.strikes",
                        count("checks", 1, 1_000),
                        false,
                        "Failed checks in a row before the database counts as unhealthy.",
                        (draft, value) -> draft.strikes = value,
                        bound -> bound.config().health().strikes()),
                new Key<>(
                        "slow-query-threshold",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Work that takes longer is logged; 0: off.",
                        (draft, value) -> draft.slowQueryThreshold = value,
                        bound -> bound.config().slowQueryThreshold()));
    }

    /** Rows whose values live in {@link PoolConfig}. */
    private static final class PoolTable {

        private final List<Key<DatabaseDraft, BoundDatabase, ?>> rows = new ArrayList<>();

        private <T> void add(
                String name,
                ValueType<T> type,
                BiConsumer<PoolConfig.Builder, T> bind,
                Function<PoolConfig, @Nullable T> read,
                String text) {
            rows.add(new Key<>(
                    "pool." + name,
                    type,
                    false,
                    text,
                    (draft, value) -> bind.accept(draft.pool, value),
                    bound -> read.apply(bound.config().pool())));
        }

        private void size(
                String name,
                String unit,
                BiConsumer<PoolConfig.Builder, Integer> bind,
                Function<PoolConfig, @Nullable Integer> read,
                String text) {
            add(name, count(unit), bind, read, text);
        }

        private void time(
                String name,
                BiConsumer<PoolConfig.Builder, Duration> bind,
                Function<PoolConfig, @Nullable Duration> read,
                String text) {
            add(name, duration(Span.ANY), bind, read, text);
        }

        private void flag(
                String name,
                BiConsumer<PoolConfig.Builder, Boolean> bind,
                Function<PoolConfig, @Nullable Boolean> read,
                String text) {
            add(name, ValueType.flag(), bind, read, text);
        }

        private void optional(
                String name,
                String unit,
                BiConsumer<PoolConfig.Builder, String> bind,
                Function<PoolConfig, Optional<String>> read,
                String text) {
            add(name, text(unit), bind, pool -> read.apply(pool).orElse(null), text);
        }
    }
}
