// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.HikariSetting.Fate.ALWAYS;
import static dev.wellhead.config.HikariSetting.Fate.CHANGED;
import static dev.wellhead.config.HikariSetting.Fate.IN_CODE;
import static dev.wellhead.config.HikariSetting.Fate.NONE;
import static dev.wellhead.config.HikariSetting.Fate.SAME;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What has become of one setting of HikariCP 7.1.0. The table is that of {@code docs/from-hikaricp.md} too.
 *
 * @param name as its setter spells it
 * @param standard its default there; empty if none
 * @param fate whether it exists here
 * @param ours the key, or what else stands for it; empty if nothing does
 * @param text what is different, and why
 */
record HikariSetting(String name, String standard, Fate fate, String ours, String text) {

    /** Whether a setting exists here. */
    enum Fate {
        SAME("same"),
        CHANGED("changed meaning"),
        ALWAYS("always so"),
        IN_CODE("in code"),
        NONE("no counterpart");

        private final String text;

        Fate(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private static final String THREADS = "All pools of a process share one small set of threads of their own.";
    private static final String METRICS =
            "Metrics are not pushed into a registry by the pool: WellheadMetrics of wellhead-micrometer is bound to one.";

    static final List<HikariSetting> ALL = List.of(
            of("jdbcUrl", "", SAME, "url", "The login is taken out of it, and no password is kept in it."),
            of("username", "", SAME, "username", ""),
            of(
                    "password",
                    "",
                    CHANGED,
                    "password, password-file",
                    "Never written by the import: set the variable that it names, or password-file."),
            of(
                    "credentials",
                    "",
                    IN_CODE,
                    "PoolConfig.Builder.credentials",
                    "Login name and password in one; CredentialsProvider is asked for each new connection."),
            of(
                    "credentialsProvider",
                    "",
                    IN_CODE,
                    "PoolConfig.Builder.credentials",
                    "A CredentialsProvider is asked for each new connection."),
            of(
                    "credentialsProviderClassName",
                    "",
                    IN_CODE,
                    "PoolConfig.Builder.credentials",
                    "A class is not named in a file: hand the provider over in code."),
            of("maximumPoolSize", "10", SAME, "pool.max-size", "From 1 to 10000."),
            of(
                    "minimumIdle",
                    "maximumPoolSize",
                    SAME,
                    "pool.min-idle",
                    "Its default here is 2, or that of the profile, so the import writes it."),
            of(
                    "connectionTimeout",
                    "30 s",
                    CHANGED,
                    "pool.acquire-timeout, pool.connect-timeout",
                    "Two limits here: how long a caller waits, and how long one connect may take. HikariCP also hands it to"
                            + " the driver as login timeout, so the import writes it for both; a connect-timeout well below"
                            + " acquire-timeout lets a caller see a second attempt."),
            of(
                    "validationTimeout",
                    "5 s",
                    SAME,
                    "pool.validation-timeout",
                    "A validation runs beside the caller, who is served by another connection where there is one."),
            of(
                    "idleTimeout",
                    "10 min",
                    SAME,
                    "pool.idle-timeout",
                    "HikariCP ignores it when minimumIdle is maximumPoolSize, and so does the import's pool."),
            of(
                    "maxLifetime",
                    "30 min",
                    SAME,
                    "pool.max-lifetime",
                    "Up to a quarter is taken off at random (pool.max-lifetime-jitter), as there. A connection in use is"
                            + " replaced when it comes back."),
            of(
                    "keepaliveTime",
                    "2 min",
                    SAME,
                    "pool.keepalive-interval",
                    "HikariCP takes up to a fifth off at random."),
            of(
                    "leakDetectionThreshold",
                    "0 (off)",
                    SAME,
                    "pool.leak-threshold",
                    "Its default here is 60 s, so the import writes 0. The stack of the acquire is noted with"
                            + " pool.acquire-tracing only; without, the report has the thread and the call site of the holder."),
            of(
                    "initializationFailTimeout",
                    "1",
                    CHANGED,
                    "pool.start-mode, pool.start-retries, pool.start-retry-delay",
                    "1 to 1000: fail-fast. More: wait, with one attempt a second. 0 and below: lazy, which does not even"
                            + " try at the start."),
            of("connectionInitSql", "", SAME, "pool.init-sql", ""),
            of(
                    "connectionTestQuery",
                    "",
                    SAME,
                    "pool.validation-query",
                    "Leave it out with a JDBC 4 driver: Connection.isValid is better."),
            of("autoCommit", "true", SAME, "pool.auto-commit", ""),
            of("readOnly", "false", SAME, "pool.read-only", ""),
            of(
                    "transactionIsolation",
                    "",
                    SAME,
                    "pool.isolation",
                    "The four of JDBC; what a vendor adds has no counterpart."),
            of("catalog", "", SAME, "pool.catalog", ""),
            of("schema", "", SAME, "pool.schema", ""),
            of(
                    "poolName",
                    "HikariPool-1",
                    SAME,
                    "databases.<name>.",
                    "The name of the database is that of its pool in logs, errors and metrics: letters, digits, - and _."),
            of(
                    "dataSourceClassName",
                    "",
                    CHANGED,
                    "url",
                    "Connections are made by the driver from a URL. The import puts it together for the classes of"
                            + " PostgreSQL, MariaDB, MySQL, H2, SQL Server, Oracle and SQLite."),
            of(
                    "dataSourceProperties",
                    "",
                    SAME,
                    "pool.driver-properties",
                    "dataSource.* of a file, addDataSourceProperty in code. Handed to the driver as they are."),
            of(
                    "driverClassName",
                    "",
                    ALWAYS,
                    "",
                    "The driver is found by the URL, as JDBC 4 drivers register themselves."),
            of(
                    "dataSource",
                    "",
                    NONE,
                    "",
                    "The pool opens its connections by URL; what a wrapping DataSource does belongs around the pool."),
            of("dataSourceJNDI", "", NONE, "", "Name the database by its URL."),
            of(
                    "isolateInternalQueries",
                    "false",
                    ALWAYS,
                    "",
                    "What the pool sends by itself never stays in a transaction of the caller."),
            of(
                    "allowPoolSuspension",
                    "false",
                    ALWAYS,
                    "WellheadDataSource.pause, resume",
                    "Callers wait meanwhile, at most for acquire-timeout."),
            of(
                    "registerMbeans",
                    "false",
                    CHANGED,
                    "pool.jmx",
                    "The bean is dev.wellhead:type=Pool,name=<database>, with attributes of its own, and sets nothing:"
                            + " sizes and times are changed by reconfigure() or a reload."),
            of("metricRegistry", "", IN_CODE, "WellheadMetrics", METRICS),
            of("metricsTrackerFactory", "", IN_CODE, "PoolListener", "A listener is told what the tracker was told."),
            of(
                    "healthCheckRegistry",
                    "",
                    IN_CODE,
                    "Database.checkHealth",
                    "Health is asked over a connection of its own; wellhead serve answers it over HTTP."),
            of("healthCheckProperties", "", NONE, "health.*", "The check has keys of its own."),
            of("threadFactory", "", NONE, "", THREADS),
            of("scheduledExecutor", "", NONE, "", THREADS),
            of(
                    "exceptionOverride",
                    "",
                    NONE,
                    "",
                    "Which errors end a connection is known by the driver's support (DriverSupport.isFatal)."),
            of(
                    "exceptionOverrideClassName",
                    "",
                    NONE,
                    "",
                    "Which errors end a connection is known by the driver's support (DriverSupport.isFatal)."));

    private static HikariSetting of(String name, String standard, Fate fate, String ours, String text) {
        return new HikariSetting(name, standard, fate, ours, text);
    }

    static HikariSetting named(String name) {
        return ALL.stream().filter(row -> row.name.equals(name)).findFirst().orElseThrow();
    }

    /** The setting that a properties file means: its first letter may be of either case, as HikariCP has it. */
    static Optional<HikariSetting> ofProperties(String key) {
        return ALL.stream()
                .filter(row -> row.name.substring(1).equals(key.substring(Math.min(1, key.length())))
                        && row.name.substring(0, 1).equalsIgnoreCase(key.substring(0, Math.min(1, key.length()))))
                .findFirst();
    }

    /** The setting that Spring Boot means: case, hyphens and underscores say nothing. */
    static Optional<HikariSetting> ofSpring(String key) {
        return ALL.stream()
                .filter(row -> relaxed(row.name).equals(relaxed(key)))
                .findFirst();
    }

    static String relaxed(String key) {
        return key.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** The setting that a misspelt name is closest to. */
    static Optional<String> nearest(String key) {
        var names = ALL.stream().map(HikariSetting::name).toList();
        var plain = relaxed(key);
        return Nearest.to(plain, names.stream().map(HikariSetting::relaxed).toList())
                .flatMap(found -> names.stream()
                        .filter(name -> relaxed(name).equals(found))
                        .findFirst());
    }
}
