// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.Sections.Entry;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.spi.ConfigSection;
import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.database.spi.SectionValues;
import dev.wellhead.pool.ConfigException;
import dev.wellhead.pool.Secret;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Binds what was said of one section, checks it and lists its effective values. */
final class SectionBinder {

    private final ConfigSection section;
    private final Resolution resolution;
    private final Profile profile;
    private final Consumer<Problem> problems;
    private final Map<String, Said> picked = new HashMap<>();
    private final Set<String> bad = new HashSet<>();
    private final SectionDraft draft = new SectionDraft();

    SectionBinder(ConfigSection section, Resolution resolution, Profile profile, Consumer<Problem> problems) {
        this.section = section;
        this.resolution = resolution;
        this.profile = profile;
        this.problems = problems;
    }

    /** Adds what the locator says to the resolution, below what is said key by key; answers the hosts that it names. */
    static List<String> expand(ConfigSection section, Resolution resolution) {
        var locator = locator(section, resolution);
        if (locator.isEmpty()) {
            return List.of();
        }
        var reading = section.read(locator.get().text().strip());
        reading.values().forEach((key, value) -> {
            var slot = Said.Slot.of(Said.NO_DATABASE, Sections.name(section, key));
            resolution.add(Said.plain(slot, value, Layer.LOCATOR, locator.get().place()));
        });
        return reading.hosts();
    }

    /** Who says where the thing is, if anybody does. */
    static Optional<Said> locator(ConfigSection section, Resolution resolution) {
        return resolution.pick(Said.NO_DATABASE, Sections.name(section, section.locator()));
    }

    /**
     * Binds all.
     *
     * @param policies of the database called {@code default}
     * @return empty where nothing says where the thing is, or something is wrong
     */
    Optional<SectionConfig> bind(DatabaseConfig policies) {
        var entries = Sections.entries(section);
        for (var entry : entries) {
            resolution
                    .pick(Said.NO_DATABASE, entry.row().name())
                    .ifPresent(said -> picked.put(entry.key().name(), said));
        }
        entries.stream().filter(entry -> !entry.key().atMost().isEmpty()).forEach(this::lower);
        entries.forEach(this::bind);
        var resources = resources(policies);
        if (locator(section, resolution).isEmpty()) {
            entries.forEach(this::warnUnused);
            return Optional.empty();
        }
        var values = new HashMap<String, Secret>();
        draft.values.forEach((key, value) -> values.put(Sections.name(section, key), Secret.of(String.valueOf(value))));
        return bad.isEmpty() ? Optional.of(new SectionConfig(section.name(), values, resources)) : Optional.empty();
    }

    private void bind(Entry entry) {
        var key = entry.key().name();
        var said = picked.get(key);
        try {
            if (said != null) {
                entry.row().bind(draft, said.text());
                return;
            }
        } catch (BadValueException refused) {
            bad.add(key);
            problems.accept(
                    Problem.error(said.place(), said.slot().text(), said.shown(), refused.rule(), refused.fix()));
        }
        standard(entry);
    }

    /** Also in place of a bad value, so that the others are checked. */
    private void standard(Entry entry) {
        var text = entry.standard(profile);
        try {
            if (!text.isEmpty()) {
                entry.row().bind(draft, text);
            }
        } catch (BadValueException impossible) {
            throw new IllegalStateException(
                    "a default is refused: " + entry.row().name(), impossible);
        }
    }

    /** Lowers a number of ours that exceeds one of the user's; two of the user's are for the section to refuse. */
    private void lower(Entry entry) {
        var highest = picked.get(entry.key().atMost());
        var lowest = picked.get(entry.key().name());
        if (highest == null
                || !highest.layer().isExplicit()
                || (lowest != null && lowest.layer().isExplicit())) {
            return;
        }
        var text = lowest == null ? entry.standard(profile) : lowest.text();
        if (DatabaseBinder.exceeds(entry.row(), text, highest.text())) {
            var place = (lowest == null ? "default" : lowest.place()) + ", lowered to "
                    + highest.slot().text();
            var slot = Said.Slot.of(Said.NO_DATABASE, entry.row().name());
            picked.put(entry.key().name(), Said.plain(slot, highest.text(), Layer.PROFILE, place));
        }
    }

    private List<ManagedResource> resources(DatabaseConfig policies) {
        if (picked.values().stream().noneMatch(said -> said.layer().isExplicit())) {
            // Nothing to check: the feature's classes need not even be loaded.
            return List.of();
        }
        try {
            return section.resources(new SectionValues(draft.values), policies);
        } catch (ConfigException refused) {
            refused.violations().forEach(this::translate);
            return List.of();
        }
    }

    /** A violation of the section's rules, in the words of keys and places. */
    private void translate(ConfigException.Violation violation) {
        var other = Sections.entries(section).stream()
                .map(entry -> entry.key().name())
                .filter(name -> (" " + violation.rule()).contains(" " + name + "="))
                .findFirst();
        if (bad.contains(violation.key()) || other.filter(bad::contains).isPresent()) {
            return;
        }
        bad.add(violation.key());
        var said = picked.get(violation.key());
        var blamed = said != null && said.layer().isExplicit()
                ? said
                : other.map(picked::get).orElse(said);
        var rule = other.map(
                        name -> violation.rule().replace(" " + name + "=", " " + Sections.name(section, name) + "="))
                .orElse(violation.rule());
        problems.accept(Problem.error(
                blamed == null ? "default" : blamed.place(),
                Sections.name(section, violation.key()),
                said == null ? violation.value() : said.shown(),
                DatabaseBinder.readable(rule),
                DatabaseBinder.readable(violation.fix())));
    }

    /** What would be another value, if there were a use for it; not of what the program itself says. */
    private void warnUnused(Entry entry) {
        var said = picked.get(entry.key().name());
        if (said == null || !said.layer().isExplicit() || said.layer() == Layer.PROVIDED) {
            return;
        }
        if (setting(entry).isChanged() && !bad.contains(entry.key().name())) {
            var locator = Sections.name(section, section.locator());
            problems.accept(Problem.warning(
                    said.place(),
                    said.slot().text(),
                    said.shown(),
                    "does nothing without " + locator,
                    "set " + locator + ", or remove this"));
        }
    }

    /** Every effective value of the section with its origin. */
    List<Setting> settings() {
        return Sections.entries(section).stream().map(this::setting).toList();
    }

    private Setting setting(Entry entry) {
        var said = picked.get(entry.key().name());
        return Setting.of(
                Said.Slot.of(Said.NO_DATABASE, entry.row().name()),
                entry.row(),
                entry.row().show(draft),
                entry.standard(profile),
                said == null ? "default" : said.place());
    }
}
