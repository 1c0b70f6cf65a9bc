// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.pool.PoolConfig;
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

    private static final Map<String, String> EXAMPLES = Map.of(
            "share", "0.5",
            "factor", "3",
            "duration", "7s",
            "name=value,...", "socketTimeout=30",
            "read-uncommitted|read-committed|repeatable-read|serializable", "serializable",
            "fail-fast|wait|lazy", "lazy");

    @TempDir
    Path folder;

    @Test
    void hasOneKeyForEveryComponentOfTheRecordsAndTheReverse() {
        var components = new TreeSet<String>();
        components.addAll(names("pool.", PoolConfig.class));
        components.addAll(names("retry.", RetryPolicy.class));
        components.addAll(names("health.", HealthPolicy.class));
        components.addAll(names("server.", ServerConfig.class));
        components.removeAll(ELSEWHERE);
        names("", DatabaseConfig.class).stream()
                .filter(name -> !Set.of("pool", "retry", "health").contains(name))
                .forEach(components::add);
        var keys = Keys.names().stream()
                .filter(key -> !key.equals("profile") && !isConnection(key))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(keys).isEqualTo(components);
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
        // Shorter than the keepalive interval would lower that as well.
        var text = name.equals("pool.max-lifetime") ? "7h" : example(key.type().unit(), shown);
        var given = new Given(folder).env("DATABASE_URL", Given.LOCAL);
        var after = given.env(key.environmentName(), text).load();
        assertThat(differences(before.databases().get(0), after.databases().get(0)))
                .containsExactly(name);
        assertThat(Given.setting(after, name))
                .isEqualTo(new Setting(
                        name,
                        text,
                        "environment " + key.environmentName(),
                        key.type().unit(),
                        false));
    }

    @Test
    void namesOfTheEnvironmentAreDistinct() {
        var names = Stream.concat(Keys.GLOBAL.stream(), Keys.DATABASE.stream())
                .map(Key::environmentName)
                .toList();
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
        assertThat(Stream.concat(Keys.GLOBAL.stream(), Keys.DATABASE.stream())).allSatisfy(key -> {
            assertThat(key.text()).endsWith(".");
            assertThat(key.type().unit()).isNotBlank();
        });
    }

    private static boolean isConnection(String key) {
        return key.equals("url")
                || key.startsWith("address.")
                || key.startsWith("tls.")
                || Set.of("username", "password", "password-file").contains(key);
    }

    private static List<String> names(String prefix, Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(component -> prefix + kebab(component))
                .toList();
    }

    private static String kebab(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static String example(String unit, String shown) {
        if (unit.equals("true|false")) {
            return shown.equals("true") ? "false" : "true";
        }
        return EXAMPLES.getOrDefault(unit, Set.of("SQL", "name").contains(unit) ? "orders" : "4");
    }

    private static List<String> differences(DatabaseConfig one, DatabaseConfig other)
            throws ReflectiveOperationException {
        var differences = new ArrayList<String>();
        differences.addAll(differences("pool.", one.pool(), other.pool()));
        differences.addAll(differences("retry.", one.retry(), other.retry()));
        differences.addAll(differences("health.", one.health(), other.health()));
        if (!one.slowQueryThreshold().equals(other.slowQueryThreshold())) {
            differences.add("slow-query-threshold");
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
                differences.add(prefix + kebab(component));
            }
        }
        return differences;
    }
}
