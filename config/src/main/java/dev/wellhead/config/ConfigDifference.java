// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How two configurations differ, key by key. Holds no secret: of a secret it is known that it changed, and nothing else.
 *
 * @param entries keys whose value differs, in the order of the keys; only of databases that both configurations have
 * @param added names of databases that only the new configuration has
 * @param removed names of databases that only the old one has
 */
public record ConfigDifference(List<Entry> entries, List<String> added, List<String> removed) {

    /** What the driver calls {@code tls.client-key}. */
    private static final String CLIENT_KEY = "sslkey";

    private static final String ALERTS = "alerts.";

    /**
     * One key whose value differs.
     *
     * @param database the database's name; empty for keys that are not a database's
     * @param key the setting's name, such as {@code pool.max-size} or {@code databases.orders.url}
     * @param before the old value as files spell it; {@code ****} where it may be secret, empty where nothing was set
     * @param after the new value, likewise
     * @param origin who says the new value, as {@link Setting#origin()}
     * @param secret whether the values are not shown
     * @param live whether the new value can count while the database runs; false: after a restart
     */
    public record Entry(
            String database, String key, String before, String after, String origin, boolean secret, boolean live) {

        /** One line: key, both values, origin; of a secret only that it changed. */
        @Override
        public String toString() {
            var values = secret ? "changed" : shown(before) + " -> " + shown(after);
            return key + ": " + values + " (" + origin + ")";
        }

        private static String shown(String value) {
            return value.isEmpty() ? "-" : value;
        }

        private Entry afterRestart() {
            return new Entry(database, key, before, after, origin, secret, false);
        }
    }

    /** Copies the lists. */
    public ConfigDifference {
        entries = List.copyOf(entries);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
    }

    /** What changes from the old configuration to the new one. Where a value comes from is no change. */
    public static ConfigDifference between(WellheadConfig old, WellheadConfig now) {
        var before = byName(old);
        var after = byName(now);
        var settings = new Settings(byKey(old), byKey(now));
        var entries = new ArrayList<Entry>();
        var hiddenAlerts = hidden(old.alerts(), now.alerts());
        for (var key : Keys.GLOBAL) {
            settings.compare(Said.NO_DATABASE, key, hiddenAlerts.contains(key.name()))
                    .ifPresent(entries::add);
        }
        for (var name : before.keySet()) {
            var changed = after.get(name);
            if (changed != null) {
                var hidden = hidden(before.get(name), changed);
                for (var key : Keys.DATABASE) {
                    settings.compare(name, key, hidden.contains(key.name())).ifPresent(entries::add);
                }
            }
        }
        sections(old, now, settings).forEach(entries::add);
        return new ConfigDifference(
                entries, without(after.keySet(), before.keySet()), without(before.keySet(), after.keySet()));
    }

    /** Whether both say the same. */
    public boolean isEmpty() {
        return entries.isEmpty() && added.isEmpty() && removed.isEmpty();
    }

    /**
     * The configuration in force after a part of this difference was applied: what was not keeps its old value, and so
     * is a difference again the next time.
     *
     * @param old the configuration in force before
     * @param now the one that was wanted
     * @param running the settings that the open databases run with now
     * @param waiting keys of this difference that were not applied
     */
    public WellheadConfig inForce(
            WellheadConfig old, WellheadConfig now, List<DatabaseConfig> running, Collection<String> waiting) {
        var before = byKey(old);
        var after = byKey(now);
        var settings = new LinkedHashMap<>(before);
        before.keySet().stream()
                .filter(key -> after.containsKey(key) && !waiting.contains(key))
                .forEach(key -> settings.put(key, after.get(key)));
        for (var config : running) {
            if (added.contains(config.name())) {
                Keys.DATABASE.stream()
                        .map(key -> Said.Slot.of(config.name(), key.name()).text())
                        .filter(after::containsKey)
                        .forEach(key -> settings.put(key, after.get(key)));
            }
        }
        return new WellheadConfig(
                old.profile(),
                old.profileReason(),
                running,
                old.sections(),
                old.maxTotal(),
                old.server(),
                waiting.stream().anyMatch(key -> key.startsWith(ALERTS)) ? old.alerts() : now.alerts(),
                old.prices(),
                old.logLayout(),
                List.copyOf(settings.values()),
                now.warnings());
    }

    /** The settings of both sides by key. */
    private record Settings(Map<String, Setting> before, Map<String, Setting> after) {

        private Optional<Entry> compare(String database, Key<?, ?, ?> key, boolean hidden) {
            var slot = Said.Slot.of(database, key.name()).text();
            var one = before.get(slot);
            var other = after.get(slot);
            if (one == null || other == null || (one.value().equals(other.value()) && !hidden)) {
                return Optional.empty();
            }
            return Optional.of(new Entry(
                    database,
                    slot,
                    one.value(),
                    other.value(),
                    other.origin(),
                    key.secret() || one.value().equals(other.value()),
                    key.change() == Change.LIVE));
        }
    }

    /** Keys of features of which at least one side is configured, and the policies that only they go by. */
    private static List<Entry> sections(WellheadConfig old, WellheadConfig now, Settings settings) {
        var entries = new ArrayList<Entry>();
        var before = values(old);
        var after = values(now);
        for (var key : Keys.SECTIONS) {
            if (isGiven(old, now, key)) {
                boolean hidden = before.containsKey(key.name())
                        && after.containsKey(key.name())
                        && !before.get(key.name()).equals(after.get(key.name()));
                settings.compare(Said.NO_DATABASE, key, hidden).ifPresent(entries::add);
            }
        }
        boolean alone =
                !byName(old).containsKey(Keys.DEFAULT_DATABASE) && !byName(now).containsKey(Keys.DEFAULT_DATABASE);
        if (alone && !old.sections().isEmpty() && !now.sections().isEmpty()) {
            Keys.DATABASE.stream()
                    .filter(key -> Keys.POLICIES.contains(key.name()))
                    .flatMap(key -> settings.compare(Keys.DEFAULT_DATABASE, key, false).stream())
                    .map(Entry::afterRestart)
                    .forEach(entries::add);
        }
        return entries;
    }

    private static boolean isGiven(WellheadConfig old, WellheadConfig now, Key<?, ?, ?> key) {
        return Stream.concat(old.sections().stream(), now.sections().stream())
                .anyMatch(section -> key.name().startsWith(section.name() + "."));
    }

    private static Map<String, Secret> values(WellheadConfig config) {
        var values = new LinkedHashMap<String, Secret>();
        config.sections().forEach(section -> values.putAll(section.values()));
        return values;
    }

    /** Keys of secrets that differ. */
    private static Set<String> hidden(AlertConfig before, AlertConfig after) {
        var one = before.webhook();
        var other = after.webhook();
        var differing = new HashSet<String>();
        if (one != null && other != null) {
            if (!one.url().equals(other.url())) {
                differing.add("alerts.webhook.url");
            }
            if (!Objects.equals(one.secret(), other.secret())) {
                differing.add("alerts.webhook.secret");
            }
        }
        return differing;
    }

    /** Keys of which a part that is never shown differs, perhaps among others. */
    private static Set<String> hidden(DatabaseConfig before, DatabaseConfig after) {
        var one = before.pool();
        var other = after.pool();
        var differing = new HashSet<String>();
        if (!one.jdbcUrl().equals(other.jdbcUrl())) {
            differing.add("url");
        }
        if (!password(before).equals(password(after))) {
            differing.add("password");
        }
        if (!one.driverProperties().equals(other.driverProperties())) {
            differing.add(Keys.PAIRS);
        }
        if (!Objects.equals(
                one.driverProperties().get(CLIENT_KEY), other.driverProperties().get(CLIENT_KEY))) {
            differing.add("tls.client-key");
        }
        return differing;
    }

    private static Object password(DatabaseConfig config) {
        var credentials = config.pool().credentials();
        return credentials instanceof Credentials login ? login.password() : credentials;
    }

    private static Map<String, DatabaseConfig> byName(WellheadConfig config) {
        var databases = new LinkedHashMap<String, DatabaseConfig>();
        config.databases().forEach(database -> databases.put(database.name(), database));
        return databases;
    }

    private static Map<String, Setting> byKey(WellheadConfig config) {
        var settings = new LinkedHashMap<String, Setting>();
        config.settings().forEach(setting -> settings.put(setting.key(), setting));
        return settings;
    }

    private static List<String> without(Set<String> names, Set<String> others) {
        return names.stream().filter(name -> !others.contains(name)).toList();
    }
}
