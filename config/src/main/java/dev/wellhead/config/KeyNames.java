// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.Said.Slot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the key that a name means, in files and flags and in the environment. */
final class KeyNames {

    private static final Pattern OF_DATABASE = Pattern.compile("databases\\.([A-Za-z0-9_-]{1,64})\\.(.+)");
    private static final String DATABASES = "DATABASES_";

    private KeyNames() {}

    /** {@code pool.max-size} or {@code databases.orders.pool.max-size}. */
    static Optional<Slot> slot(String name) {
        var ofDatabase = OF_DATABASE.matcher(name);
        var database = ofDatabase.matches() ? ofDatabase.group(1) : Keys.DEFAULT_DATABASE;
        var key = ofDatabase.matches() ? ofDatabase.group(2) : name;
        if (Keys.isDatabaseKey(key)) {
            return Optional.of(Slot.of(database, key));
        }
        for (var whole : Keys.OF_PARTS) {
            if (key.startsWith(whole + ".")) {
                return Optional.of(new Slot(database, whole, key.substring(whole.length() + 1)));
            }
        }
        if (!ofDatabase.matches() && Keys.find(name).isPresent()) {
            return Optional.of(Slot.of(Said.NO_DATABASE, name));
        }
        return Optional.empty();
    }

    /** Whether a key begins as one of a named database and names none. */
    static boolean hasBadDatabaseName(String name) {
        return name.startsWith(Keys.DATABASES) && !OF_DATABASE.matcher(name).matches();
    }

    /** The valid key that an unknown one is closest to. */
    static Optional<String> nearest(String name) {
        var ofDatabase = OF_DATABASE.matcher(name);
        if (ofDatabase.matches()) {
            var keys = Keys.names().stream().filter(Keys::isDatabaseKey).toList();
            return closest(ofDatabase.group(2), keys).map(key -> Keys.DATABASES + ofDatabase.group(1) + "." + key);
        }
        return closest(name, Keys.names());
    }

    /** Also looks at the last part alone: {@code max-size} means {@code pool.max-size}. */
    private static Optional<String> closest(String name, Collection<String> keys) {
        var camelCase = name.replaceAll("([a-z])([A-Z])", "$1-$2")
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
        return keys.stream()
                .filter(key -> key.endsWith("." + camelCase))
                .findFirst()
                .or(() -> Nearest.to(camelCase, keys));
    }

    /**
     * The key that {@code WELLHEAD_<rest>} means.
     *
     * @param databases names known from elsewhere, to tell {@code read_model} from {@code read-model}
     */
    static Optional<Slot> environmentSlot(String rest, Collection<String> databases) {
        var global = Keys.ofProcess()
                .filter(key -> Keys.environmentForm(key.name()).equals(rest))
                .findFirst();
        if (global.isPresent()) {
            return Optional.of(Slot.of(Said.NO_DATABASE, global.get().name()));
        }
        for (var key : Keys.DATABASE) {
            if (Keys.environmentForm(key.name()).equals(rest)) {
                return Optional.of(Slot.of(Keys.DEFAULT_DATABASE, key.name()));
            }
        }
        if (!rest.startsWith(DATABASES)) {
            return Optional.empty();
        }
        var nameAndKey = rest.substring(DATABASES.length());
        return Keys.DATABASE.stream()
                .map(Key::name)
                .filter(key -> nameAndKey.endsWith("_" + Keys.environmentForm(key)))
                .max(Comparator.comparingInt(String::length))
                .map(key -> {
                    int nameLength = nameAndKey.length() - key.length() - 1;
                    return Slot.of(databaseName(nameAndKey.substring(0, nameLength), databases), key);
                })
                .filter(slot -> !slot.database().isEmpty());
    }

    /** All known databases whose names cannot be told apart in the environment, {@code a-b} and {@code a_b}; sorted. */
    static SortedSet<String> alike(String database, Collection<String> known) {
        var form = Keys.environmentForm(database);
        return known.stream()
                .filter(name -> Keys.environmentForm(name).equals(form))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String databaseName(String environmentForm, Collection<String> known) {
        return known.stream()
                .filter(name -> Keys.environmentForm(name).equals(environmentForm))
                .findFirst()
                .orElseGet(() -> environmentForm.toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    /** The valid {@code WELLHEAD_*} name that an unknown one is closest to. */
    static Optional<String> nearestEnvironmentName(String name) {
        var names = new ArrayList<>(Keys.all().<String>map(Key::environmentName).toList());
        var ofDatabase = Pattern.compile("WELLHEAD_DATABASES_([A-Z0-9]+)_.+").matcher(name);
        if (ofDatabase.matches()) {
            names.clear();
            var prefix = Keys.ENVIRONMENT_PREFIX + DATABASES + ofDatabase.group(1) + "_";
            Keys.DATABASE.forEach(key -> names.add(prefix + Keys.environmentForm(key.name())));
        }
        return names.stream()
                .filter(candidate -> candidate.endsWith(name.substring(Keys.ENVIRONMENT_PREFIX.length() - 1)))
                .findFirst()
                .or(() -> Nearest.to(name, names));
    }
}
