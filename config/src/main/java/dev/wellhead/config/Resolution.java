// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.Said.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Everything that was said, by what it is meant for, the winner first. */
final class Resolution {

    private final Map<Slot, List<Said>> said = new LinkedHashMap<>();

    void add(Said statement) {
        var all = said.computeIfAbsent(statement.slot(), slot -> new ArrayList<>());
        all.add(statement);
        all.sort(Comparator.comparing(Said::layer));
    }

    /** What counts for that key. */
    Optional<Said> pick(String database, String key) {
        return pick(Slot.of(database, key));
    }

    private Optional<Said> pick(Slot slot) {
        var all = said.getOrDefault(slot, List.of());
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(0));
    }

    /** What the profile says of that key. */
    Optional<Said> ofProfile(String database, String key) {
        return said.getOrDefault(Slot.of(database, key), List.of()).stream()
                .filter(statement -> statement.layer() == Layer.PROFILE)
                .findFirst();
    }

    /** The pairs that were said one by one for such a key, each by who counts. */
    List<Said> pickParts(String database, String key) {
        return said.keySet().stream()
                .filter(slot -> slot.database().equals(database)
                        && slot.key().equals(key)
                        && !slot.part().isEmpty())
                .flatMap(slot -> pick(slot).stream())
                .toList();
    }

    /** What does not count, because somebody of a higher rank says the same key. */
    List<Said> losers() {
        return said.values().stream()
                .flatMap(all ->
                        all.stream().filter(one -> one.layer() != all.get(0).layer()))
                .toList();
    }

    /** Whether a person or program said it. */
    boolean isExplicit(String database, String key) {
        return pick(database, key).filter(winner -> winner.layer().isExplicit()).isPresent();
    }

    /** The names of all databases of which something was said, {@code default} first. */
    List<String> databases() {
        var names = new TreeSet<String>();
        said.keySet().stream()
                .map(Slot::database)
                .filter(name -> !name.isEmpty())
                .forEach(names::add);
        names.remove(Keys.DEFAULT_DATABASE);
        var all = new ArrayList<String>();
        all.add(Keys.DEFAULT_DATABASE);
        all.addAll(names);
        return all;
    }

    /** One error for each two that say different things of one key at one rank. */
    List<Problem> disagreements() {
        var problems = new ArrayList<Problem>();
        for (var all : said.values()) {
            for (int i = 1; i < all.size(); i++) {
                var first = all.get(i - 1);
                var second = all.get(i);
                if (first.layer() == second.layer() && !agree(first, second)) {
                    problems.add(disagreement(first, second));
                }
            }
        }
        return problems;
    }

    private static Problem disagreement(Said first, Said second) {
        return Problem.error(
                first.place() + " and " + second.place(),
                first.slot().text(),
                first.shown().equals(Masking.MASK) ? Masking.MASK : first.shown() + " and " + second.shown(),
                "is given twice, with different values",
                "keep one of the two, or give both the same value");
    }

    private static boolean agree(Said first, Said second) {
        if (first.text().equals(second.text())) {
            return true;
        }
        var one = value(first);
        var other = value(second);
        if (one == null || other == null) {
            return false;
        }
        if (one instanceof TlsMode mode && other instanceof TlsMode with) {
            return mode == with || (isVerified(mode) && isVerified(with));
        }
        return one.equals(other);
    }

    /** A switch that asks for TLS agrees with a URL that asks for it on loopback too. */
    private static boolean isVerified(TlsMode mode) {
        return mode == TlsMode.AUTO || mode == TlsMode.VERIFY_FULL;
    }

    private static @Nullable Object value(Said said) {
        try {
            var key = Keys.find(said.slot());
            return key.isEmpty() ? said.text() : key.get().type().parser().parse(said.text());
        } catch (BadValueException bad) {
            return null;
        }
    }
}
