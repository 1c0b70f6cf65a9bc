// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import dev.wellhead.pool.internal.JdbcUrl;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All settings of one pool. Immutable; built by {@link #builder()}, which refuses with <em>one</em>
 * {@link ConfigException} that lists every violation. Nothing is corrected silently.
 *
 * <p>A duration of zero switches the thing off where "0: off" is said. The defaults are those of a pool built by hand;
 * a profile may bring others.
 *
 * @param name shown in logs, errors and metrics; letters, digits, {@code . _ -}; default {@code default}
 * @param jdbcUrl the JDBC URL without password; required
 * @param credentials asked for each new connection; default none
 * @param driverProperties handed to the driver as they are
 * @param maxSize most physical connections open at once, 1 to 10,000; default 20
 * @param minIdle how many are kept idle, 0 to {@code maxSize}; default 2
 * @param acquireTimeout longest wait of a caller; default 5 s
 * @param maxWaiting most callers in line, in that of each lane, at least 0; default 100,000
 * @param admission who is refused before the wait is over when more callers come than can be served; default {@link Admission#DEADLINE}
 * @param lanes kinds of callers with shares of their own; default none
 * @param connectTimeout hard limit of one connect, whatever the driver does; default 10 s
 * @param validationTimeout limit of one validation or keepalive; default 1 s
 * @param validateAfterIdle a connection idle for longer is validated before hand-out; default 500 ms; 0: always
 * @param idleTimeout a connection idle for longer is closed while more than {@code minIdle} are idle; default 60 s; 0:
 *     off
 * @param maxLifetime a connection is replaced before this age, its successor opened first; default 30 min; 0: off. The
 *     successor may be one connection beyond {@code maxSize}, until the old one has left
 * @param maxLifetimeJitter share of {@code maxLifetime}, and of {@code maxUses}, taken off at random, so that not all end at once; 0 to 0.9,
 *     default 0.25
 * @param maxUses most leases that a connection serves before it is replaced, its successor opened first; default 0: off
 * @param keepaliveInterval an idle connection is asked this often whether it lives; default 2 min; 0: off
 * @param quietAfter when nobody acquired for this long all connections are closed, {@code minIdle} or not, and nothing is
 *     opened or asked before the next acquire, for databases that sleep while nobody is connected; default 0: off
 * @param leakThreshold a lease held for longer is reported; default 60 s; 0: off
 * @param acquireTracing whether each lease remembers the stack of its acquire, for leak reports; costs some microseconds a lease; default
 *     false
 * @param leakReclaimAfter a lease reported as a leak in which no statement ran for this long is taken back: cancelled, aborted, counted;
 *     needs {@code leakThreshold} and {@code leases}; default 0: off
 * @param reclaimAbandoned whether the connection of a handle that became garbage without {@code close()} is taken back; default true
 * @param nestedAcquire what happens to a caller who would wait while it holds another connection of this pool; default
 *     {@link NestedAcquire#REPORT}
 * @param createRetryInterval pause after a failed connect, with jitter of a half; default 200 ms
 * @param closeTimeout how long {@code close()} waits for leases, and each connection for its own close; default 5 s
 * @param housekeeperInterval how often ages and leaks are looked at; default 1 s
 * @param statementTimeout limit of one statement, on the server where the driver can; default 0: off
 * @param idleInTransactionTimeout how long a transaction may do nothing before the server ends its session; default 0: off.
 *     PostgreSQL and MariaDB can; with any other database it does nothing
 * @param initSql run once on each new connection; default none
 * @param validationQuery run to validate; default none: {@link java.sql.Connection#isValid}
 * @param autoCommit auto-commit of each handle; default true
 * @param refuseFailedCommit whether {@code commit()} of a PostgreSQL transaction in which a statement failed throws, with
 *     SQLSTATE {@code 25W01}, instead of ending it as a rollback without a word; default true
 * @param readOnly whether each handle starts read-only; default false
 * @param isolation isolation of each handle; default the driver's
 * @param catalog catalog of each handle; default the driver's
 * @param schema schema of each handle; default the driver's
 * @param applicationName shown by the server beside each session; default empty: the driver's
 * @param pooled whether a pooler in front forbids session settings; default false
 * @param statistics whether times of use are added up; without, {@link PoolSnapshot#meanUse()} is zero, while what is
 *     counted costs nothing and is counted always; default true
 * @param leases whether the pool notes who holds which connection; without, {@link WellheadDataSource#leases()} is
 *     empty, errors name no holders, and nothing is reported as a leak; default true
 * @param maxReplicaLag a replica further behind is not read from; counts where the URL names several hosts; default 0: off
 * @param replicaReads which of several replicas serves who only reads; default {@link ReplicaReads#LEAST_ACTIVE}
 * @param logConnections whether each connection that is opened or closed is logged at INFO, at most a hundred of each in
 *     ten seconds; else at DEBUG; default true
 * @param jmx whether the pool is shown and operated through JMX, see {@link PoolMXBean}; default false
 * @param startMode what opening does when the database does not answer; default {@link StartMode#WAIT}
 * @param startRetries further attempts of {@link StartMode#WAIT}; default 3
 * @param startRetryDelay pause between them; default 1 s
 */
public record PoolConfig(
        String name,
        String jdbcUrl,
        CredentialsProvider credentials,
        Map<String, String> driverProperties,
        int maxSize,
        int minIdle,
        Duration acquireTimeout,
        int maxWaiting,
        Admission admission,
        List<Lane> lanes,
        Duration connectTimeout,
        Duration validationTimeout,
        Duration validateAfterIdle,
        Duration idleTimeout,
        Duration maxLifetime,
        double maxLifetimeJitter,
        int maxUses,
        Duration keepaliveInterval,
        Duration quietAfter,
        Duration leakThreshold,
        boolean acquireTracing,
        Duration leakReclaimAfter,
        boolean reclaimAbandoned,
        NestedAcquire nestedAcquire,
        Duration createRetryInterval,
        Duration closeTimeout,
        Duration housekeeperInterval,
        Duration statementTimeout,
        Duration idleInTransactionTimeout,
        Optional<String> initSql,
        Optional<String> validationQuery,
        boolean autoCommit,
        boolean refuseFailedCommit,
        boolean readOnly,
        Optional<Isolation> isolation,
        Optional<String> catalog,
        Optional<String> schema,
        String applicationName,
        boolean pooled,
        boolean statistics,
        boolean leases,
        Duration maxReplicaLag,
        ReplicaReads replicaReads,
        boolean logConnections,
        boolean jmx,
        StartMode startMode,
        int startRetries,
        Duration startRetryDelay) {

    /** Checks everything and lists all violations. */
    public PoolConfig {
        driverProperties = Map.copyOf(driverProperties);
        lanes = List.copyOf(lanes);
        var rules = new ConfigRules();
        rules.name(name);
        rules.jdbcUrl(jdbcUrl);
        rules.hosts(jdbcUrl, driverProperties);
        rules.intRange("max-size", maxSize, 1, 10_000);
        rules.intRange("min-idle", minIdle, 0, 10_000);
        if (minIdle > maxSize && maxSize >= 1) {
            rules.violation(
                    "min-idle",
                    minIdle,
                    "must not exceed max-size=" + maxSize,
                    "lower min-idle to at most " + maxSize + " or raise max-size to at least " + minIdle);
        }
        rules.lanes(lanes, maxSize);
        rules.intRange("max-waiting", maxWaiting, 0, Integer.MAX_VALUE);
        rules.intRange("max-uses", maxUses, 0, Integer.MAX_VALUE);
        rules.intRange("start-retries", startRetries, 0, 1_000_000);
        rules.positive("acquire-timeout", acquireTimeout);
        rules.positive("connect-timeout", connectTimeout);
        rules.positive("validation-timeout", validationTimeout);
        rules.positive("create-retry-interval", createRetryInterval);
        rules.positive("close-timeout", closeTimeout);
        rules.positive("housekeeper-interval", housekeeperInterval);
        rules.notNegative("validate-after-idle", validateAfterIdle);
        rules.notNegative("idle-timeout", idleTimeout);
        rules.notNegative("max-lifetime", maxLifetime);
        rules.notNegative("keepalive-interval", keepaliveInterval);
        rules.notNegative("quiet-after", quietAfter);
        rules.notNegative("leak-threshold", leakThreshold);
        rules.notNegative("leak-reclaim-after", leakReclaimAfter);
        if (!leakReclaimAfter.isZero() && (leakThreshold.isZero() || !leases)) {
            rules.violation(
                    "leak-reclaim-after",
                    leakReclaimAfter,
                    "needs leak reports, which " + (leases ? "leak-threshold=0" : "leases=false") + " switches off",
                    "set leak-threshold to a duration such as 60s and leases to true, or leak-reclaim-after to 0");
        }
        rules.notNegative("statement-timeout", statementTimeout);
        rules.notNegative("idle-in-transaction-timeout", idleInTransactionTimeout);
        rules.notNegative("max-replica-lag", maxReplicaLag);
        rules.notNegative("start-retry-delay", startRetryDelay);
        rules.notLonger("keepalive-interval", keepaliveInterval, "max-lifetime", maxLifetime);
        if (!(maxLifetimeJitter >= 0 && maxLifetimeJitter <= 0.9)) {
            rules.violation(
                    "max-lifetime-jitter",
                    maxLifetimeJitter,
                    "must be a share from 0 to 0.9",
                    "use 0.25 to spread renewals over the last quarter of max-lifetime");
        }
        rules.notBlank("init-sql", initSql);
        rules.notBlank("validation-query", validationQuery);
        rules.notBlank("catalog", catalog);
        rules.notBlank("schema", schema);
        rules.throwIfAny("pool " + name);
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these settings. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The URL for texts: the values of parameters that may be secret are shown as {@code ****}. */
    public String shownUrl() {
        return JdbcUrl.mask(jdbcUrl);
    }

    /** All settings, those that may be secret as {@code ****}. */
    @Override
    public String toString() {
        return Stream.of(PoolConfig.class.getRecordComponents())
                .map(component -> component.getName() + "=" + shown(component))
                .collect(Collectors.joining(", ", "PoolConfig[", "]"));
    }

    private Object shown(RecordComponent component) {
        return switch (component.getName()) {
            case "jdbcUrl" -> shownUrl();
            case "driverProperties" -> {
                var masked = new TreeMap<>(driverProperties);
                masked.replaceAll(JdbcUrl::mask);
                yield masked;
            }
            default -> {
                try {
                    yield component.getAccessor().invoke(this);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("PoolConfig." + component.getName() + " cannot be read", e);
                }
            }
        };
    }

    /** Collects settings; see the components of {@link PoolConfig} for meaning, unit and default. */
    public static final class Builder {
        private String name = "default";
        private String jdbcUrl = "";
        private CredentialsProvider inherited = Credentials.NONE;
        private @Nullable CredentialsProvider credentials;
        private @Nullable String username;
        private @Nullable Secret password;
        private final Map<String, String> driverProperties = new TreeMap<>();
        private int maxSize = 20;
        private int minIdle = 2;
        private Duration acquireTimeout = Duration.ofSeconds(5);
        private int maxWaiting = 100_000;
        private Admission admission = Admission.DEADLINE;
        private List<Lane> lanes = List.of();
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration validationTimeout = Duration.ofSeconds(1);
        private Duration validateAfterIdle = Duration.ofMillis(500);
        private Duration idleTimeout = Duration.ofSeconds(60);
        private Duration maxLifetime = Duration.ofMinutes(30);
        private double maxLifetimeJitter = 0.25;
        private int maxUses;
        private Duration keepaliveInterval = Duration.ofMinutes(2);
        private Duration quietAfter = Duration.ZERO;
        private Duration leakThreshold = Duration.ofSeconds(60);
        private boolean acquireTracing;
        private Duration leakReclaimAfter = Duration.ZERO;
        private boolean reclaimAbandoned = true;
        private NestedAcquire nestedAcquire = NestedAcquire.REPORT;
        private Duration createRetryInterval = Duration.ofMillis(200);
        private Duration closeTimeout = Duration.ofSeconds(5);
        private Duration housekeeperInterval = Duration.ofSeconds(1);
        private Duration statementTimeout = Duration.ZERO;
        private Duration idleInTransactionTimeout = Duration.ZERO;
        private @Nullable String initSql;
        private @Nullable String validationQuery;
        private boolean autoCommit = true;
        private boolean refuseFailedCommit = true;
        private boolean readOnly;
        private @Nullable Isolation isolation;
        private @Nullable String catalog;
        private @Nullable String schema;
        private String applicationName = "";
        private boolean pooled;
        private boolean statistics = true;
        private boolean leases = true;
        private Duration maxReplicaLag = Duration.ZERO;
        private ReplicaReads replicaReads = ReplicaReads.LEAST_ACTIVE;
        private boolean logConnections = true;
        private boolean jmx;
        private StartMode startMode = StartMode.WAIT;
        private int startRetries = 3;
        private Duration startRetryDelay = Duration.ofSeconds(1);

        private Builder() {}

        private Builder(PoolConfig from) {
            name = from.name;
            jdbcUrl = from.jdbcUrl;
            inherited = from.credentials;
            driverProperties.putAll(from.driverProperties);
            maxSize = from.maxSize;
            minIdle = from.minIdle;
            acquireTimeout = from.acquireTimeout;
            maxWaiting = from.maxWaiting;
            admission = from.admission;
            lanes = from.lanes;
            connectTimeout = from.connectTimeout;
            validationTimeout = from.validationTimeout;
            validateAfterIdle = from.validateAfterIdle;
            idleTimeout = from.idleTimeout;
            maxLifetime = from.maxLifetime;
            maxLifetimeJitter = from.maxLifetimeJitter;
            maxUses = from.maxUses;
            keepaliveInterval = from.keepaliveInterval;
            quietAfter = from.quietAfter;
            leakThreshold = from.leakThreshold;
            acquireTracing = from.acquireTracing;
            leakReclaimAfter = from.leakReclaimAfter;
            reclaimAbandoned = from.reclaimAbandoned;
            nestedAcquire = from.nestedAcquire;
            createRetryInterval = from.createRetryInterval;
            closeTimeout = from.closeTimeout;
            housekeeperInterval = from.housekeeperInterval;
            statementTimeout = from.statementTimeout;
            idleInTransactionTimeout = from.idleInTransactionTimeout;
            initSql = from.initSql.orElse(null);
            validationQuery = from.validationQuery.orElse(null);
            autoCommit = from.autoCommit;
            refuseFailedCommit = from.refuseFailedCommit;
            readOnly = from.readOnly;
            isolation = from.isolation.orElse(null);
            catalog = from.catalog.orElse(null);
            schema = from.schema.orElse(null);
            applicationName = from.applicationName;
            pooled = from.pooled;
            statistics = from.statistics;
            leases = from.leases;
            maxReplicaLag = from.maxReplicaLag;
            replicaReads = from.replicaReads;
            logConnections = from.logConnections;
            jmx = from.jmx;
            startMode = from.startMode;
            startRetries = from.startRetries;
            startRetryDelay = from.startRetryDelay;
        }

        /** The settings; a user name or password found in the URL is taken out of it. */
        public PoolConfig build() {
            var url = JdbcUrl.parse(jdbcUrl);
            return new PoolConfig(
                    name,
                    url.withoutCredentials(),
                    login(url),
                    driverProperties,
                    maxSize,
                    minIdle,
                    acquireTimeout,
                    maxWaiting,
                    admission,
                    lanes,
                    connectTimeout,
                    validationTimeout,
                    validateAfterIdle,
                    idleTimeout,
                    maxLifetime,
                    maxLifetimeJitter,
                    maxUses,
                    keepaliveInterval,
                    quietAfter,
                    leakThreshold,
                    acquireTracing,
                    leakReclaimAfter,
                    reclaimAbandoned,
                    nestedAcquire,
                    createRetryInterval,
                    closeTimeout,
                    housekeeperInterval,
                    statementTimeout,
                    idleInTransactionTimeout,
                    Optional.ofNullable(initSql),
                    Optional.ofNullable(validationQuery),
                    autoCommit,
                    refuseFailedCommit,
                    readOnly,
                    Optional.ofNullable(isolation),
                    Optional.ofNullable(catalog),
                    Optional.ofNullable(schema),
                    applicationName,
                    pooled,
                    statistics,
                    leases,
                    maxReplicaLag,
                    replicaReads,
                    logConnections,
                    jmx,
                    startMode,
                    startRetries,
                    startRetryDelay);
        }

        /** What was set wins over what the URL says, and that over what {@link #toBuilder()} brought. */
        private CredentialsProvider login(JdbcUrl url) {
            boolean inUrl = !url.username().isEmpty() || !url.password().isEmpty();
            if (username == null && password == null && (credentials != null || !inUrl)) {
                return credentials != null ? credentials : inherited;
            }
            var other = !inUrl && inherited instanceof Credentials login
                    ? login
                    : new Credentials(url.username(), url.password());
            return new Credentials(
                    username != null ? username : other.username(), password != null ? password : other.password());
        }

        /** Sets {@link PoolConfig#name()}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Sets {@link PoolConfig#jdbcUrl()}; {@code user} and {@code password} parameters become the credentials. */
        public Builder jdbcUrl(String value) {
            jdbcUrl = value;
            return this;
        }

        /** Sets the login name of {@link PoolConfig#credentials()}. */
        public Builder username(String value) {
            username = value;
            return this;
        }

        /** Sets the password of {@link PoolConfig#credentials()}. */
        public Builder password(String value) {
            return password(Secret.of(value));
        }

        /** Sets the password of {@link PoolConfig#credentials()}. */
        public Builder password(Secret value) {
            password = value;
            return this;
        }

        /** Sets {@link PoolConfig#credentials()}; a login name and password set before are forgotten. */
        public Builder credentials(CredentialsProvider value) {
            credentials = value;
            username = null;
            password = null;
            return this;
        }

        /** Adds one of {@link PoolConfig#driverProperties()}. */
        public Builder driverProperty(String key, String value) {
            driverProperties.put(key, value);
            return this;
        }

        /** Adds to {@link PoolConfig#driverProperties()}. */
        public Builder driverProperties(Map<String, String> values) {
            driverProperties.putAll(values);
            return this;
        }

        /** Sets {@link PoolConfig#maxSize()}. */
        public Builder maxSize(int value) {
            maxSize = value;
            return this;
        }

        /** Sets {@link PoolConfig#minIdle()}. */
        public Builder minIdle(int value) {
            minIdle = value;
            return this;
        }

        /** Sets {@link PoolConfig#acquireTimeout()}. */
        public Builder acquireTimeout(Duration value) {
            acquireTimeout = value;
            return this;
        }

        /** Sets {@link PoolConfig#maxWaiting()}. */
        public Builder maxWaiting(int value) {
            maxWaiting = value;
            return this;
        }

        /** Sets {@link PoolConfig#admission()}. */
        public Builder admission(Admission value) {
            admission = value;
            return this;
        }

        /** Sets {@link PoolConfig#lanes()}. */
        public Builder lanes(List<Lane> value) {
            lanes = value;
            return this;
        }

        /** Sets {@link PoolConfig#connectTimeout()}. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        /** Sets {@link PoolConfig#validationTimeout()}. */
        public Builder validationTimeout(Duration value) {
            validationTimeout = value;
            return this;
        }

        /** Sets {@link PoolConfig#validateAfterIdle()}. */
        public Builder validateAfterIdle(Duration value) {
            validateAfterIdle = value;
            return this;
        }

        /** Sets {@link PoolConfig#idleTimeout()}. */
        public Builder idleTimeout(Duration value) {
            idleTimeout = value;
            return this;
        }

        /** Sets {@link PoolConfig#maxLifetime()}. */
        public Builder maxLifetime(Duration value) {
            maxLifetime = value;
            return this;
        }

        /** Sets {@link PoolConfig#maxLifetimeJitter()}. */
        public Builder maxLifetimeJitter(double value) {
            maxLifetimeJitter = value;
            return this;
        }

        /** Sets {@link PoolConfig#maxUses()}. */
        public Builder maxUses(int value) {
            maxUses = value;
            return this;
        }

        /** Sets {@link PoolConfig#keepaliveInterval()}. */
        public Builder keepaliveInterval(Duration value) {
            keepaliveInterval = value;
            return this;
        }

        /** Sets {@link PoolConfig#quietAfter()}. */
        public Builder quietAfter(Duration value) {
            quietAfter = value;
            return this;
        }

        /** Sets {@link PoolConfig#leakThreshold()}. */
        public Builder leakThreshold(Duration value) {
            leakThreshold = value;
            return this;
        }

        /** Sets {@link PoolConfig#acquireTracing()}. */
        public Builder acquireTracing(boolean value) {
            acquireTracing = value;
            return this;
        }

        /** Sets {@link PoolConfig#leakReclaimAfter()}. */
        public Builder leakReclaimAfter(Duration value) {
            leakReclaimAfter = value;
            return this;
        }

        /** Sets {@link PoolConfig#reclaimAbandoned()}. */
        public Builder reclaimAbandoned(boolean value) {
            reclaimAbandoned = value;
            return this;
        }

        /** Sets {@link PoolConfig#nestedAcquire()}. */
        public Builder nestedAcquire(NestedAcquire value) {
            nestedAcquire = value;
            return this;
        }

        /** Sets {@link PoolConfig#createRetryInterval()}. */
        public Builder createRetryInterval(Duration value) {
            createRetryInterval = value;
            return this;
        }

        /** Sets {@link PoolConfig#closeTimeout()}. */
        public Builder closeTimeout(Duration value) {
            closeTimeout = value;
            return this;
        }

        /** Sets {@link PoolConfig#housekeeperInterval()}. */
        public Builder housekeeperInterval(Duration value) {
            housekeeperInterval = value;
            return this;
        }

        /** Sets {@link PoolConfig#idleInTransactionTimeout()}. */
        public Builder idleInTransactionTimeout(Duration value) {
            idleInTransactionTimeout = value;
            return this;
        }

        /** Sets {@link PoolConfig#statementTimeout()}. */
        public Builder statementTimeout(Duration value) {
            statementTimeout = value;
            return this;
        }

        /** Sets {@link PoolConfig#initSql()}. */
        public Builder initSql(@Nullable String value) {
            initSql = value;
            return this;
        }

        /** Sets {@link PoolConfig#validationQuery()}. */
        public Builder validationQuery(@Nullable String value) {
            validationQuery = value;
            return this;
        }

        /** Sets {@link PoolConfig#refuseFailedCommit()}. */
        public Builder refuseFailedCommit(boolean value) {
            refuseFailedCommit = value;
            return this;
        }

        /** Sets {@link PoolConfig#autoCommit()}. */
        public Builder autoCommit(boolean value) {
            autoCommit = value;
            return this;
        }

        /** Sets {@link PoolConfig#readOnly()}. */
        public Builder readOnly(boolean value) {
            readOnly = value;
            return this;
        }

        /** Sets {@link PoolConfig#isolation()}. */
        public Builder isolation(@Nullable Isolation value) {
            isolation = value;
            return this;
        }

        /** Sets {@link PoolConfig#catalog()}. */
        public Builder catalog(@Nullable String value) {
            catalog = value;
            return this;
        }

        /** Sets {@link PoolConfig#schema()}. */
        public Builder schema(@Nullable String value) {
            schema = value;
            return this;
        }

        /** Sets {@link PoolConfig#applicationName()}. */
        public Builder applicationName(String value) {
            applicationName = value;
            return this;
        }

        /** Sets {@link PoolConfig#pooled()}. */
        public Builder pooled(boolean value) {
            pooled = value;
            return this;
        }

        /** Sets {@link PoolConfig#statistics()}. */
        public Builder statistics(boolean value) {
            statistics = value;
            return this;
        }

        /** Sets {@link PoolConfig#leases()}. */
        public Builder leases(boolean value) {
            leases = value;
            return this;
        }

        /** Sets {@link PoolConfig#maxReplicaLag()}. */
        public Builder maxReplicaLag(Duration value) {
            maxReplicaLag = value;
            return this;
        }

        /** Sets {@link PoolConfig#replicaReads()}. */
        public Builder replicaReads(ReplicaReads value) {
            replicaReads = value;
            return this;
        }

        /** Sets {@link PoolConfig#logConnections()}. */
        public Builder logConnections(boolean value) {
            logConnections = value;
            return this;
        }

        /** Sets {@link PoolConfig#jmx()}. */
        public Builder jmx(boolean value) {
            jmx = value;
            return this;
        }

        /** Sets {@link PoolConfig#startMode()}. */
        public Builder startMode(StartMode value) {
            startMode = value;
            return this;
        }

        /** Sets {@link PoolConfig#startRetries()}. */
        public Builder startRetries(int value) {
            startRetries = value;
            return this;
        }

        /** Sets {@link PoolConfig#startRetryDelay()}. */
        public Builder startRetryDelay(Duration value) {
            startRetryDelay = value;
            return this;
        }
    }
}
