// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.BreakerPolicy;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.LogPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.database.StatementPolicy;
import dev.wellhead.database.TimeLimits;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table has a key for everything that the records can hold, and nothing else. */
class KeysTest {

    /** Not one key each: the name is part of every key, and where the database is has keys of its own. */
    private static final Set<String> ELSEWHERE = Set.of("pool.name", "pool.jdbc-url", "pool.credentials");

    /** A setting of the pool that stands beside what else is logged. */
    private static final String LOG_CONNECTIONS = "log.connections";

    /** By unit; of words by key. */
    private static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry("price", "0.5"),
            Map.entry("share", "0.5"),
            Map.entry("factor", "3"),
            Map.entry("duration", "7s"),
            Map.entry("name=value,...", "socketTimeout=30"),
            Map.entry("name=guaranteed..ceiling,...", "admin=1..1 kept exempt,batch=0..2"),
            Map.entry("token", "0123456789abcdef"),
            Map.entry("fingerprints", "40"),
            Map.entry("server.metrics", "off"),
            Map.entry("pool.isolation", "serializable"),
            Map.entry("pool.admission", "off"),
            Map.entry("pool.nested-acquire", "refuse"),
            Map.entry("pool.replica-reads", "off"),
            Map.entry("pool.start-mode", "lazy"));

    @TempDir
    Path folder;

    @Test
    void hasOneKeyForEveryComponentOfTheRecordsAndTheReverse() {
        var components = new TreeSet<String>();
        components.addAll(names("pool.", PoolConfig.class));
        components.addAll(names("retry.", RetryPolicy.class));
        components.addAll(names("health.", HealthPolicy.class));
        components.addAll(names("limits.", TimeLimits.class));
        components.addAll(names("breaker.", BreakerPolicy.class));
        components.addAll(names("statements.", StatementPolicy.class));
        components.addAll(names("server.", ServerConfig.class));
        // It is served by the server, and named after what it is compatible with.
        components.remove("server.hikari-metrics");
        components.add("compat.hikari-metrics");
        components.addAll(names("alerts.webhook.", AlertConfig.Webhook.class));
        components.addAll(names("prices.", PriceConfig.class));
        components.addAll(Set.of("alerts.rules", "alerts.alertmanager.url"));
        components.addAll(names("log.", LogPolicy.class));
        components.add("log.layout");
        components.removeAll(ELSEWHERE);
        names("", DatabaseConfig.class).stream()
                // What a program knows of errors is code, which no file can hold.
                .filter(name -> !Set.of(
                                "pool",
                                "retry",
                                "health",
                                "errors",
                                "outcome",
                                "breaker",
                                "limits",
                                "statements",
                                "log")
                        .contains(name))
                .forEach(components::add);
        components.addAll(Set.of("commit-outcome", "commit-outcome-timeout"));
        var keys = Stream.concat(Keys.GLOBAL.stream(), Keys.DATABASE.stream())
                .map(Key::name)
                .filter(key -> !Set.of(
                                        "profile",
                                        "max-total",
                                        "server.read-token-file",
                                        "server.admin-token-file",
                                        "alerts.webhook.secret-file")
                                .contains(key)
                        && !isConnection(key))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(keys).isEqualTo(components);
    }

    @Test
    void everySettingOfThePoolsBuilderHasAKeyOfTheSameNameAndTheReverse() {
        var settings = Arrays.stream(PoolConfig.Builder.class.getMethods())
                .filter(method -> method.getReturnType() == PoolConfig.Builder.class)
                .map(method -> ofPool(kebab(method.getName())))
                .collect(Collectors.toCollection(TreeSet::new));
        // One pair of driver-properties, and where the database is and who logs in, which have keys of their own.
        assertThat(settings)
                .contains("pool.driver-property")
                .containsAll(
                        Set.of("pool.name", "pool.jdbc-url", "pool.credentials", "pool.username", "pool.password"));
        settings.removeAll(Set.of(
                "pool.driver-property",
                "pool.name",
                "pool.jdbc-url",
                "pool.credentials",
                "pool.username",
                "pool.password"));
        assertThat(Keys.names().stream().filter(key -> key.startsWith("pool.") || key.equals(LOG_CONNECTIONS)))
                .containsExactlyInAnyOrderElementsOf(settings);
    }

    static Stream<String> boundKeys() {
        return Keys.DATABASE.stream().map(Key::name).filter(name -> !isConnection(name));
    }

    @ParameterizedTest
    @MethodSource("boundKeys")
    void everyKeyChangesItsOwnComponentAndNoOther(String name) throws ReflectiveOperationException {
        var key = Keys.DATABASE.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
        var before = new Given(folder).env("DATABASE_URL", Given.LOCAL).load();
        var shown = Given.setting(before, name).value();
        var text = other(key, shown);
        var given = new Given(folder).env("DATABASE_URL", Given.LOCAL);
        var after = given.env(key.environmentName(), text).load();
        assertThat(differences(before.databases().get(0), after.databases().get(0)))
                .containsExactly(name);
        var setting = Given.setting(after, name);
        assertThat(List.of(setting.value(), setting.standard(), setting.origin(), setting.unit()))
                .containsExactly(
                        text,
                        shown,
                        "environment " + key.environmentName(),
                        key.type().unit());
        assertThat(setting.isChanged()).isTrue();
        assertThat(setting.live()).isEqualTo(key.change() == Change.LIVE);
    }

    static Stream<String> poolKeys() {
        return boundKeys().filter(name -> name.startsWith("pool.") || name.equals(LOG_CONNECTIONS));
    }

    @ParameterizedTest
    @MethodSource("poolKeys")
    void aKeyCountsWhenThePoolSaysSo(String name) {
        var key = Keys.DATABASE.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
        var before = new Given(folder)
                .env("DATABASE_URL", "postgresql://localhost:1/none")
                .env("WELLHEAD_POOL_START_MODE", "lazy")
                .env("WELLHEAD_POOL_MIN_IDLE", "0")
                .env("WELLHEAD_HEALTH_ENABLED", "false");
        try (var pool = new WellheadDataSource(before.database().pool())) {
            var shown = Given.setting(before.load(), name).value();
            var text = other(key, shown);
            var report = pool.reconfigure(
                    before.env(key.environmentName(), text).database().pool());
            var names = (key.change() == Change.LIVE ? report.changed() : report.needRestart())
                    .stream().map(change -> ofPool(change.key())).toList();
            assertThat(names).containsExactly(name);
        }
    }

    @Test
    void namesOfTheEnvironmentAreDistinct() {
        var names = Keys.all().map(Key::environmentName).toList();
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void everyTableSpeaksOfKnownKeys() {
        for (var profile : Profile.values()) {
            assertThat(Keys.names()).containsAll(profile.numbers().keySet());
        }
        assertThat(Keys.names()).containsAll(WorkerSizing.of(1).keySet());
        assertThat(Keys.names())
                .containsAll(Aliases.all().stream().map(Aliases.Alias::key).toList());
    }

    @Test
    void everyKeySaysWhatItMeansAndInWhichUnit() {
        assertThat(Keys.all()).allSatisfy(key -> {
            assertThat(key.text()).endsWith(".");
            assertThat(key.type().unit()).isNotBlank();
        });
    }

    private static boolean isConnection(String key) {
        return key.startsWith("url")
                || key.startsWith("address.")
                || key.startsWith("tls.")
                || Set.of("username", "password", "password-file").contains(key);
    }

    /** The key of that setting of the pool. */
    private static String ofPool(String setting) {
        return setting.equals("log-connections") ? LOG_CONNECTIONS : "pool." + setting;
    }

    private static List<String> names(String prefix, Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(component -> prefix.equals("pool.") ? ofPool(kebab(component)) : prefix + kebab(component))
                .toList();
    }

    private static String kebab(RecordComponent component) {
        return kebab(component.getName());
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** A value of that key other than the shown one. */
    static String other(Key<?, ?, ?> key, String shown) {
        if (key.name().equals("pool.max-lifetime")) {
            // Shorter than the keepalive interval would lower that as well.
            return "7h";
        }
        if (key.name().equals("commit-outcome")) {
            return "off";
        }
        return shown.equals("lazy") ? "fail-fast" : example(key, shown);
    }

    private static String example(Key<?, ?, ?> key, String shown) {
        var unit = key.type().unit();
        if (unit.equals("true|false")) {
            return shown.equals("true") ? "false" : "true";
        }
        var standard = Set.of("SQL", "name").contains(unit) ? "orders" : "4";
        return EXAMPLES.getOrDefault(unit.equals("choice") ? key.name() : unit, standard);
    }

    private static List<String> differences(DatabaseConfig one, DatabaseConfig other)
            throws ReflectiveOperationException {
        var differences = new ArrayList<String>();
        differences.addAll(differences("pool.", one.pool(), other.pool()));
        differences.addAll(differences("retry.", one.retry(), other.retry()));
        differences.addAll(differences("health.", one.health(), other.health()));
        differences.addAll(differences("breaker.", one.breaker(), other.breaker()));
        differences.addAll(differences("limits.", one.limits(), other.limits()));
        differences.addAll(differences("statements.", one.statements(), other.statements()));
        differences.addAll(differences("log.", one.log(), other.log()));
        if (!one.slowQueryThreshold().equals(other.slowQueryThreshold())) {
            differences.add("slow-query-threshold");
        }
        if (one.outcome().mode() != other.outcome().mode()) {
            differences.add("commit-outcome");
        }
        if (!one.outcome().timeout().equals(other.outcome().timeout())) {
            differences.add("commit-outcome-timeout");
        }
        return differences;
    }

    private static List<String> differences(String prefix, Record one, Record other)
            throws ReflectiveOperationException {
        var differences = new ArrayList<String>();
        for (var component : one.getClass().getRecordComponents()) {
            if (!component
                    .getAccessor()
                    .invoke(one)
                    .equals(component.getAccessor().invoke(other))) {
                var name = kebab(component);
                differences.add(prefix.equals("pool.") ? ofPool(name) : prefix + name);
            }
        }
        return differences;
    }
}
