// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.ValueType.address;
import static dev.wellhead.config.ValueType.alerts;
import static dev.wellhead.config.ValueType.choice;
import static dev.wellhead.config.ValueType.count;
import static dev.wellhead.config.ValueType.duration;
import static dev.wellhead.config.ValueType.flag;
import static dev.wellhead.config.ValueType.httpUrl;
import static dev.wellhead.config.ValueType.price;
import static dev.wellhead.config.ValueType.text;
import static dev.wellhead.config.ValueType.token;

import dev.wellhead.config.ValueType.Span;
import dev.wellhead.database.CommitOutcomeMode;
import dev.wellhead.database.StatementPolicy;
import dev.wellhead.pool.Admission;
import dev.wellhead.pool.Isolation;
import dev.wellhead.pool.NestedAcquire;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.ReplicaReads;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.StartMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
    static final String LANES = "pool.lanes";

    /** Keys that in a file may be a mapping: each name below them is a part of the value. */
    static final List<String> OF_PARTS = List.of(PAIRS, LANES);

    /** Keys that name a file, and the key whose value that file holds. */
    static final Map<String, String> FILES = files();

    static final Key<ServerDraft, ServerDraft, Profile> PROFILE = new Key<>(
            "profile",
            profileType(),
            false,
            Change.RESTART,
            "The set of defaults for a kind of place to run in: a server, a short-lived instance behind a pooler, a developer's machine.",
            (draft, value) -> draft.profile = value,
            draft -> draft.profile);

    /** Keys of the process whose new values take a restart. */
    private static final List<Key<ServerDraft, ServerDraft, ?>> PROCESS = List.of(
            PROFILE,
            new Key<>(
                    "max-total",
                    count("connections", 0, 1_000_000),
                    false,
                    "The most connections that all databases of the process have together; room moves from idle pools to busy ones. 0: no such limit.",
                    (draft, value) -> draft.maxTotal = value,
                    draft -> draft.maxTotal),
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
                    draft -> draft.drainTimeout),
            new Key<>(
                    "server.read-token",
                    token(),
                    true,
                    "What a reader of statements, leases and configuration must send as a bearer token, 16 characters or more. Without one they are shown only while the server listens on loopback.",
                    (draft, value) -> draft.readToken(value),
                    draft -> draft.readToken == null ? "" : draft.readToken.reveal()),
            new Key<>(
                    "server.read-token-file",
                    text("path"),
                    false,
                    "A file that holds server.read-token and nothing else.",
                    (draft, value) -> draft.readTokenFile = value,
                    draft -> draft.readTokenFile),
            new Key<>(
                    "server.admin-token",
                    token(),
                    true,
                    "What an operator must send as a bearer token to pause, resume, drain, reset, evict, cancel and reconfigure, 16 characters or more. Without one nobody can.",
                    (draft, value) -> draft.adminToken(value),
                    draft -> draft.adminToken == null ? "" : draft.adminToken.reveal()),
            new Key<>(
                    "server.admin-token-file",
                    text("path"),
                    false,
                    "A file that holds server.admin-token and nothing else.",
                    (draft, value) -> draft.adminTokenFile = value,
                    draft -> draft.adminTokenFile),
            new Key<>(
                    "server.metrics",
                    choice(MetricsAccess.class),
                    false,
                    "Who may read /metrics: everybody, those who may read statements and leases (token), or nobody.",
                    (draft, value) -> draft.metrics = value,
                    draft -> draft.metrics),
            new Key<>(
                    "server.tls-cert",
                    text("path"),
                    false,
                    "A PEM file with the certificate of the HTTP server, its own first where it is a chain: then it serves HTTPS alone. Read anew when the file changes.",
                    (draft, value) -> draft.tlsCert = value.strip(),
                    draft -> draft.tlsCert),
            new Key<>(
                    "server.tls-key",
                    text("path"),
                    false,
                    "A PEM file with the key of that certificate, in PKCS #8 and not encrypted. Read anew when the file changes.",
                    (draft, value) -> draft.tlsKey = value.strip(),
                    draft -> draft.tlsKey),
            new Key<>(
                    "compat.hikari-metrics",
                    flag(),
                    false,
                    "Whether /metrics shows the names of HikariCP's Micrometer binder (hikaricp.connections and so on) besides Wellhead's own, for dashboards that exist.",
                    (draft, value) -> draft.hikariMetrics = value,
                    draft -> draft.hikariMetrics),
            new Key<>(
                    "prices.connection-hour",
                    price(),
                    false,
                    "What one connection costs that is held open for an hour, for advice in money; 0: not known.",
                    (draft, value) -> draft.connectionHour = value,
                    draft -> draft.connectionHour),
            new Key<>(
                    "prices.database-hour",
                    price(),
                    false,
                    "What an hour costs in which the database works for one statement; 0: not known.",
                    (draft, value) -> draft.databaseHour = value,
                    draft -> draft.databaseHour),
            new Key<>(
                    "prices.currency",
                    text("word"),
                    false,
                    "What stands behind an amount.",
                    (draft, value) -> draft.currency = value.strip(),
                    draft -> draft.currency),
            new Key<>(
                    "log.layout",
                    choice(LogLayout.class),
                    false,
                    "How serve and load write their log: as event words and key=value, in the texts of older deployments,"
                            + " or as one JSON object a line.",
                    (draft, value) -> draft.logLayout = value,
                    draft -> draft.logLayout));

    /** Keys that are not a database's. */
    static final List<Key<ServerDraft, ServerDraft, ?>> GLOBAL =
            Stream.concat(PROCESS.stream(), alertKeys().stream().map(Key::live)).toList();

    /** Keys of one database. */
    static final List<Key<DatabaseDraft, BoundDatabase, ?>> DATABASE = Stream.of(
                    connectionKeys(), poolKeys(), live(policyKeys()))
            .flatMap(List::stream)
            .toList();

    /** Keys of features, which are not a database's either. */
    static final List<Key<SectionDraft, SectionDraft, ?>> SECTIONS = Sections.keys();

    /** Keys of a database that say how calls are made, whatever kind of database answers them. */
    static final List<String> POLICIES = policyKeys().stream()
            .map(Key::name)
            .filter(name -> !name.equals("log.connections"))
            .toList();

    private static final Map<String, Key<?, ?, ?>> BY_NAME =
            all().collect(Collectors.toUnmodifiableMap(Key::name, Function.identity()));

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
                && ofProcess().noneMatch(key -> key.name().equals(name));
    }

    /** All keys, those of features last. */
    static Stream<Key<?, ?, ?>> all() {
        return Stream.of(GLOBAL, DATABASE, SECTIONS).flatMap(List::stream);
    }

    /** The keys that are not a database's. */
    static Stream<Key<?, ?, ?>> ofProcess() {
        return Stream.of(GLOBAL, SECTIONS).flatMap(List::stream);
    }

    /** All names, those of databases without {@code databases.<name>.}. */
    static List<String> names() {
        return all().<String>map(Key::name).toList();
    }

    /** {@code pool.max-size} as {@code POOL_MAX_SIZE}. */
    static String environmentForm(String name) {
        return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static Map<String, String> files() {
        var files = new LinkedHashMap<>(Map.of(
                "password-file", "password",
                "url-file", "url",
                "server.read-token-file", "server.read-token",
                "server.admin-token-file", "server.admin-token",
                "alerts.webhook.secret-file", "alerts.webhook.secret"));
        files.putAll(Sections.files());
        return Map.copyOf(files);
    }

    private static ValueType<Profile> profileType() {
        var plain = choice(Profile.class);
        var words = Stream.concat(Arrays.stream(Profile.values()).map(Profile::text), Stream.of("development"))
                .toList();
        return new ValueType<>(
                plain.unit(),
                value -> plain.parser().parse(value.strip().equalsIgnoreCase("development") ? "local" : value),
                plain.writer(),
                new Shape.Choice(words));
    }

    private static @Nullable String shownUrl(BoundDatabase bound) {
        var url = bound.target().jdbcUrl();
        return url == null ? null : Masking.url(url);
    }

    private static List<Key<DatabaseDraft, BoundDatabase, ?>> live(List<Key<DatabaseDraft, BoundDatabase, ?>> rows) {
        var live = new ArrayList<Key<DatabaseDraft, BoundDatabase, ?>>();
        rows.forEach(row -> live.add(row.live()));
        return live;
    }

    private static List<Key<ServerDraft, ServerDraft, ?>> alertKeys() {
        return List.of(
                new Key<>(
                        "alerts.rules",
                        alerts(),
                        false,
                        "Alerts of serve that differ from docs/alerts.md: another threshold, how long the value must be over it, or off.",
                        (draft, value) -> draft.alertRules = value,
                        draft -> draft.alertRules),
                new Key<>(
                        "alerts.webhook.url",
                        httpUrl(),
                        true,
                        "Where serve posts each alert when it fires and when it is over. Who knows the address may post there, so it is not shown.",
                        (draft, value) -> draft.webhookUrl = Secret.of(value),
                        draft -> draft.webhookUrl == null ? "" : draft.webhookUrl.reveal()),
                new Key<>(
                        "alerts.webhook.form",
                        choice(WebhookForm.class),
                        false,
                        "What is posted: all fields as JSON, or a message for Slack.",
                        (draft, value) -> draft.webhookForm = value,
                        draft -> draft.webhookForm),
                new Key<>(
                        "alerts.webhook.secret",
                        token(),
                        true,
                        "Signs what is posted, 16 characters or more; docs/alerts.md says how a receiver checks it.",
                        (draft, value) -> draft.webhookSecret = Secret.of(value),
                        draft -> draft.webhookSecret == null ? "" : draft.webhookSecret.reveal()),
                new Key<>(
                        "alerts.webhook.secret-file",
                        text("path"),
                        false,
                        "A file that holds alerts.webhook.secret and nothing else.",
                        (draft, value) -> draft.webhookSecretFile = value,
                        draft -> draft.webhookSecretFile),
                new Key<>(
                        "alerts.alertmanager.url",
                        httpUrl(),
                        false,
                        "Prometheus' Alertmanager, which serve tells of alerts by its API v2.",
                        (draft, value) -> draft.alertmanager = value,
                        draft -> draft.alertmanager));
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
                        "url-file",
                        text("path"),
                        false,
                        "A file that holds the URL and nothing else.",
                        (draft, value) -> draft.urlFile = value,
                        bound -> bound.target().urlFile()),
                new Key<>(
                        "address.host",
                        text("host name"),
                        false,
                        "The database's host, in place of a URL or of the host in it.",
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
                        "The database's name on its server, in place of the one in the URL.",
                        (draft, value) -> draft.ignore(),
                        bound -> bound.target().database()),
                new Key<>(
                        "username",
                        text("name"),
                        false,
                        "The login name, in place of the one in the URL.",
                        (draft, value) -> draft.username(value),
                        bound -> bound.target().username()),
                new Key<>(
                        "password",
                        text("text"),
                        true,
                        Change.LIVE,
                        "The password, in place of the one in the URL.",
                        (draft, value) -> draft.password(value),
                        bound -> bound.target().password().reveal()),
                new Key<>(
                        "password-file",
                        text("path"),
                        false,
                        Change.LIVE,
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
        table.add(
                "max-size",
                count("connections", 1, 10_000),
                PoolConfig.Builder::maxSize,
                PoolConfig::maxSize,
                "Most connections open at a time.");
        table.add(
                "min-idle",
                count("connections", 0, 10_000),
                PoolConfig.Builder::minIdle,
                PoolConfig::minIdle,
                "Connections kept open even if idle, so that a burst finds them.");
        table.time(
                "acquire-timeout",
                Span.POSITIVE,
                PoolConfig.Builder::acquireTimeout,
                PoolConfig::acquireTimeout,
                "Longest wait of a caller for a connection.");
        table.add(
                "max-waiting",
                count("callers", 0, Integer.MAX_VALUE),
                PoolConfig.Builder::maxWaiting,
                PoolConfig::maxWaiting,
                "Most callers in line for a connection; one more is refused at once.");
        table.add(
                "admission",
                choice(Admission.class),
                PoolConfig.Builder::admission,
                PoolConfig::admission,
                "Who is refused early when more callers come than can be served.");
        table.change = Change.RESTART;
        table.add(
                "lanes",
                ValueType.lanes(),
                PoolConfig.Builder::lanes,
                PoolConfig::lanes,
                "Kinds of callers with a guaranteed share and a ceiling; kept: the share is not lent to others;"
                        + " exempt: no leak reports; in a file also as a mapping.");
        table.change = Change.LIVE;
        table.time(
                "connect-timeout",
                Span.POSITIVE,
                PoolConfig.Builder::connectTimeout,
                PoolConfig::connectTimeout,
                "Limit of opening one connection.");
        table.time(
                "validation-timeout",
                Span.POSITIVE,
                PoolConfig.Builder::validationTimeout,
                PoolConfig::validationTimeout,
                "Limit of one validation, the question whether a connection still works.");
        table.time(
                "validate-after-idle",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::validateAfterIdle,
                PoolConfig::validateAfterIdle,
                "A connection idle for longer is validated before hand-out; 0: always.");
        table.time(
                "idle-timeout",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::idleTimeout,
                PoolConfig::idleTimeout,
                "A connection idle for longer is closed; 0: off.");
        table.time(
                "max-lifetime",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::maxLifetime,
                PoolConfig::maxLifetime,
                "A connection is replaced before this age; 0: off.");
        table.add(
                "max-lifetime-jitter",
                ValueType.share(),
                PoolConfig.Builder::maxLifetimeJitter,
                PoolConfig::maxLifetimeJitter,
                "Share of max-lifetime taken off at random.");
        table.add(
                "max-uses",
                count("leases", 0, Integer.MAX_VALUE),
                PoolConfig.Builder::maxUses,
                PoolConfig::maxUses,
                "Leases after which a connection is replaced; 0: off.");
        table.time(
                "keepalive-interval",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::keepaliveInterval,
                PoolConfig::keepaliveInterval,
                "How often an idle connection is asked whether it lives; 0: off.");
        table.time(
                "quiet-after",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::quietAfter,
                PoolConfig::quietAfter,
                "When nobody acquired for this long all connections are closed until the next acquire; 0: off.");
        table.time(
                "leak-threshold",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::leakThreshold,
                PoolConfig::leakThreshold,
                "A connection that is held for longer is reported as a leak; 0: off.");
        table.flag(
                "acquire-tracing",
                PoolConfig.Builder::acquireTracing,
                PoolConfig::acquireTracing,
                "Whether each lease remembers the stack of its acquire, for leak reports; costs microseconds a lease.");
        table.time(
                "leak-reclaim-after",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::leakReclaimAfter,
                PoolConfig::leakReclaimAfter,
                "A lease reported as a leak, in which no statement ran for this long, is aborted; 0: off.");
        table.flag(
                "reclaim-abandoned",
                PoolConfig.Builder::reclaimAbandoned,
                PoolConfig::reclaimAbandoned,
                "Whether the connection of a handle that became garbage without close() is taken back.");
        table.add(
                "nested-acquire",
                choice(NestedAcquire.class),
                PoolConfig.Builder::nestedAcquire,
                PoolConfig::nestedAcquire,
                "What happens to a caller who would wait while it holds another connection of the same pool.");
        table.time(
                "create-retry-interval",
                Span.POSITIVE,
                PoolConfig.Builder::createRetryInterval,
                PoolConfig::createRetryInterval,
                "Pause after a failed connect before the next.");
        table.time(
                "close-timeout",
                Span.POSITIVE,
                PoolConfig.Builder::closeTimeout,
                PoolConfig::closeTimeout,
                "How long closing the pool waits for connections that are held.");
        table.time(
                "housekeeper-interval",
                Span.POSITIVE,
                PoolConfig.Builder::housekeeperInterval,
                PoolConfig::housekeeperInterval,
                "How often ages, idle times and leaks are looked at.");
        table.optional(
                "validation-query",
                "SQL",
                PoolConfig.Builder::validationQuery,
                PoolConfig::validationQuery,
                "Run to validate; without it the driver is asked.");
        table.time(
                "max-replica-lag",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::maxReplicaLag,
                PoolConfig::maxReplicaLag,
                "A replica further behind is not read from, where the URL names several hosts; 0: off.");
        table.add(
                "replica-reads",
                choice(ReplicaReads.class),
                PoolConfig.Builder::replicaReads,
                PoolConfig::replicaReads,
                "Which replica serves who only reads, where the URL names several hosts.");
        // From here on: what a connection is opened with, and what matters at the start alone.
        table.change = Change.RESTART;
        table.time(
                "statement-timeout",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::statementTimeout,
                PoolConfig::statementTimeout,
                "Limit of one statement; 0: off.");
        table.time(
                "idle-in-transaction-timeout",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::idleInTransactionTimeout,
                PoolConfig::idleInTransactionTimeout,
                "How long a transaction may do nothing before the server ends its session; 0: off.");
        table.optional(
                "init-sql",
                "SQL",
                PoolConfig.Builder::initSql,
                PoolConfig::initSql,
                "Run once on each new connection.");
        table.flag(
                "auto-commit",
                PoolConfig.Builder::autoCommit,
                PoolConfig::autoCommit,
                "Whether each statement commits by itself outside of a transaction.");
        table.flag(
                "refuse-failed-commit",
                PoolConfig.Builder::refuseFailedCommit,
                PoolConfig::refuseFailedCommit,
                "Whether commit() of a PostgreSQL transaction in which a statement failed throws (25W01), instead of"
                        + " ending as a rollback without a word.");
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
                "Transaction isolation; without it the database's.");
        table.optional(
                "catalog",
                "name",
                PoolConfig.Builder::catalog,
                PoolConfig::catalog,
                "Catalog that each connection starts in.");
        table.optional(
                "schema",
                "name",
                PoolConfig.Builder::schema,
                PoolConfig::schema,
                "Schema that each connection starts in.");
        table.add(
                "application-name",
                text("name"),
                PoolConfig.Builder::applicationName,
                PoolConfig::applicationName,
                "The name that the database shows beside each session.");
        table.flag(
                "pooled",
                PoolConfig.Builder::pooled,
                PoolConfig::pooled,
                "Whether a pooler such as PgBouncer stands in front, so that no session state is kept.");
        table.flag(
                "statistics",
                PoolConfig.Builder::statistics,
                PoolConfig::statistics,
                "Whether times of use are added up; what is counted is counted always.");
        table.flag(
                "leases",
                PoolConfig.Builder::leases,
                PoolConfig::leases,
                "Whether the pool notes who holds which connection; leak reports need it.");
        table.flag(
                "jmx",
                PoolConfig.Builder::jmx,
                PoolConfig::jmx,
                "Whether the pool is shown and operated through JMX, as dev.wellhead:type=Pool,name=<database>.");
        table.add(
                "start-mode",
                choice(StartMode.class),
                PoolConfig.Builder::startMode,
                PoolConfig::startMode,
                "What opening does when the database does not answer: fail at once, try start-retries times more, or not even ask.");
        table.add(
                "start-retries",
                count("retries", 0, 1_000_000),
                PoolConfig.Builder::startRetries,
                PoolConfig::startRetries,
                "Further attempts to reach the database when opening, with start-mode wait.");
        table.time(
                "start-retry-delay",
                Span.NOT_NEGATIVE,
                PoolConfig.Builder::startRetryDelay,
                PoolConfig::startRetryDelay,
                "Pause between those attempts.");
        table.add(
                "driver-properties",
                ValueType.pairs(),
                PoolConfig.Builder::driverProperties,
                PoolConfig::driverProperties,
                "Properties handed to the driver as they are; in a file also as a mapping.");
        return table.rows;
    }

    private static List<Key<DatabaseDraft, BoundDatabase, ?>> policyKeys() {
        return List.of(
                new Key<>(
                        "retry.max-retries",
                        ValueType.retries(),
                        false,
                        "Further attempts of a call after the first; 0: off.",
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
                        "Longest pause between two attempts.",
                        (draft, value) -> draft.maxDelay = value,
                        bound -> bound.config().retry().maxDelay()),
                new Key<>(
                        "retry.multiplier",
                        ValueType.factor(),
                        false,
                        "Growth of the pause from one attempt to the next.",
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
                        "retry.deadline",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "No attempt of a call begins later than this after its first; 0: no deadline.",
                        (draft, value) -> draft.retryDeadline = value,
                        bound -> bound.config().retry().deadline()),
                new Key<>(
                        "retry.budget",
                        ValueType.share(),
                        false,
                        "Retries that one successful call earns for all calls of the database, which begin with 100; 0: no budget.",
                        (draft, value) -> draft.retryBudget = value,
                        bound -> bound.config().retry().budget()),
                new Key<>(
                        "health.enabled",
                        flag(),
                        false,
                        "Whether a check in the background asks how the database is.",
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
                        "Longest time of one background check; then it has failed.",
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
                        "breaker.enabled",
                        flag(),
                        false,
                        "Whether calls are refused at once while the database is in trouble; takes the health checks.",
                        (draft, value) -> draft.breakerEnabled = value,
                        bound -> bound.config().breaker().enabled()),
                new Key<>(
                        "breaker.failure-rate",
                        count("percent", 1, 100),
                        false,
                        "How many of the last calls have to fail, while checks fail, for the breaker to open.",
                        (draft, value) -> draft.failureRate = value,
                        bound -> bound.config().breaker().failureRate()),
                new Key<>(
                        "breaker.window",
                        count("calls", 1, 10_000),
                        false,
                        "How many of the last calls count for the breaker.",
                        (draft, value) -> draft.breakerWindow = value,
                        bound -> bound.config().breaker().window()),
                new Key<>(
                        "limits.call",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Longest time of one call outside of a transaction, waits and retries included; 0: no limit.",
                        (draft, value) -> draft.callLimit = value,
                        bound -> bound.config().limits().call()),
                new Key<>(
                        "limits.transaction",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Longest time of one transaction, waits and retries included; 0: no limit.",
                        (draft, value) -> draft.transactionLimit = value,
                        bound -> bound.config().limits().transaction()),
                new Key<>(
                        "limits.fetch",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Longest wait for the next rows of a stream; 0: no limit.",
                        (draft, value) -> draft.fetchLimit = value,
                        bound -> bound.config().limits().fetch()),
                new Key<>(
                        "limits.commit",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Longest wait for a commit, or the rollback after a failure; 0: no limit.",
                        (draft, value) -> draft.commitLimit = value,
                        bound -> bound.config().limits().commit()),
                new Key<>(
                        "log.connections",
                        flag(),
                        false,
                        "Whether each connection that is opened or closed is logged at INFO; else at DEBUG.",
                        (draft, value) -> draft.pool.logConnections(value),
                        bound -> bound.config().pool().logConnections()),
                new Key<>(
                        "log.queries",
                        flag(),
                        false,
                        "Whether each call is logged with its time at INFO, without parameters; else at DEBUG.",
                        (draft, value) -> draft.logQueries = value,
                        bound -> bound.config().log().queries()),
                new Key<>(
                        "log.statistics-interval",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Pause between two log lines of the pool's and the calls' numbers; 0: off.",
                        (draft, value) -> draft.statisticsInterval = value,
                        bound -> bound.config().log().statisticsInterval()),
                new Key<>(
                        "slow-query-threshold",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "Work that takes longer is logged; 0: off.",
                        (draft, value) -> draft.slowQueryThreshold = value,
                        bound -> bound.config().slowQueryThreshold()),
                new Key<>(
                        "statements.enabled",
                        flag(),
                        false,
                        "Whether statements are counted by fingerprint, where somebody watches them as serve does.",
                        (draft, value) -> draft.statementsEnabled = value,
                        bound -> bound.config().statements().enabled()),
                new Key<>(
                        "statements.max",
                        count("fingerprints", StatementPolicy.FEWEST, 100_000),
                        false,
                        "How many fingerprints are kept; the least used are dropped for new ones.",
                        (draft, value) -> draft.mostStatements = value,
                        bound -> bound.config().statements().max()),
                new Key<>(
                        "statements.slow-after",
                        duration(Span.NOT_NEGATIVE),
                        false,
                        "A statement that takes longer is kept on the list of slow ones; 0: none is.",
                        (draft, value) -> draft.slowAfter = value,
                        bound -> bound.config().statements().slowAfter()),
                new Key<>(
                        "commit-outcome",
                        choice(CommitOutcomeMode.class),
                        false,
                        "How the outcome of a transaction is found when the answer to its COMMIT is lost: by the table"
                                + " wellhead_outcome, by its number (PostgreSQL), or not at all; auto takes what is to"
                                + " be had, and creates the table where it may.",
                        (draft, value) -> draft.outcomeMode = value,
                        bound -> bound.config().outcome().mode()),
                new Key<>(
                        "commit-outcome-timeout",
                        duration(Span.POSITIVE),
                        false,
                        "How long a caller waits for that; then the outcome is unknown.",
                        (draft, value) -> draft.outcomeTimeout = value,
                        bound -> bound.config().outcome().timeout()));
    }

    /** Rows whose values live in {@link PoolConfig}. */
    private static final class PoolTable {

        private final List<Key<DatabaseDraft, BoundDatabase, ?>> rows = new ArrayList<>();
        private Change change = Change.LIVE;

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
                    change,
                    text,
                    (draft, value) -> bind.accept(draft.pool, value),
                    bound -> read.apply(bound.config().pool())));
        }

        private void time(
                String name,
                Span span,
                BiConsumer<PoolConfig.Builder, Duration> bind,
                Function<PoolConfig, @Nullable Duration> read,
                String text) {
            add(name, duration(span), bind, read, text);
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
