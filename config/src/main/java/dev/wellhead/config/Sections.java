// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.ValueType.Span;
import dev.wellhead.database.spi.ConfigSection;
import dev.wellhead.database.spi.SectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** The settings of features whose artifacts are there, found once. */
final class Sections {

    /** Those whose names are known here though the artifact may be missing. */
    private static final Map<String, String> ARTIFACTS = Map.of("mongodb", "dev.wellhead:wellhead-mongo");

    /**
     * One key of a section.
     *
     * @param row the same in the form of all keys
     */
    record Entry(ConfigSection section, SectionKey key, Key<SectionDraft, SectionDraft, ?> row) {

        String standard(Profile profile) {
            var text = switch (profile) {
                case PRODUCTION -> key.standard().production();
                case EDGE -> key.standard().edge();
                case LOCAL -> key.standard().local();
            };
            return text.isEmpty() ? "" : row.type().normal(text);
        }
    }

    private static final List<ConfigSection> ALL = found();
    private static final Map<String, Entry> ENTRIES = entries();

    private Sections() {}

    static List<ConfigSection> all() {
        return ALL;
    }

    /** The keys of all sections. */
    static List<Key<SectionDraft, SectionDraft, ?>> keys() {
        return ENTRIES.values().stream()
                .<Key<SectionDraft, SectionDraft, ?>>map(Entry::row)
                .toList();
    }

    /** The keys of one section. */
    static List<Entry> entries(ConfigSection section) {
        return ENTRIES.values().stream()
                .filter(entry -> entry.section().equals(section))
                .toList();
    }

    /** The key of that full name, if a section has it. */
    static Optional<Entry> find(String name) {
        return Optional.ofNullable(ENTRIES.get(name));
    }

    /** A key of a section in full. */
    static String name(ConfigSection section, String key) {
        return section.name() + "." + key;
    }

    /** Keys that name a file, and the key whose value that file holds; in full. */
    static Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        ENTRIES.forEach((name, entry) -> {
            if (!entry.key().holds().isEmpty()) {
                files.put(name, name(entry.section(), entry.key().holds()));
            }
        });
        return files;
    }

    /** Other names of the environment, by key in full. */
    static List<Aliases.Alias> aliases() {
        var aliases = new ArrayList<Aliases.Alias>();
        ENTRIES.forEach((name, entry) ->
                entry.key().aliases().forEach(alias -> aliases.add(Aliases.Alias.ofSection(alias, name))));
        return aliases;
    }

    /** The artifact that brings such a key or, with {@code _}, such a name of the environment, where it is missing. */
    static Optional<String> missingArtifact(String name) {
        var first = name.toLowerCase(Locale.ROOT).split("[._]", 2)[0];
        return ALL.stream().anyMatch(section -> section.name().equals(first))
                ? Optional.empty()
                : Optional.ofNullable(ARTIFACTS.get(first));
    }

    private static List<ConfigSection> found() {
        var found = new ArrayList<ConfigSection>();
        ServiceLoader.load(ConfigSection.class, Sections.class.getClassLoader()).forEach(found::add);
        return List.copyOf(found);
    }

    private static Map<String, Entry> entries() {
        var entries = new LinkedHashMap<String, Entry>();
        for (var section : ALL) {
            for (var key : section.keys()) {
                var name = name(section, key.name());
                entries.put(name, new Entry(section, key, row(name, key)));
            }
        }
        return entries;
    }

    private static Key<SectionDraft, SectionDraft, ?> row(String name, SectionKey key) {
        if (key.type() instanceof SectionKey.Type.Count count) {
            return row(name, key, ValueType.count(count.unit(), count.least(), count.most()), Integer.class);
        }
        if (key.type() instanceof SectionKey.Type.Time time) {
            var span = time.zero() ? Span.NOT_NEGATIVE : Span.POSITIVE;
            return row(name, key, ValueType.duration(span), Duration.class);
        }
        var unit = key.type() instanceof SectionKey.Type.Text text ? text.unit() : "text";
        return row(
                name,
                key,
                new ValueType<>(unit, String::strip, value -> key.shown().apply(value)),
                String.class);
    }

    private static <T> Key<SectionDraft, SectionDraft, T> row(
            String name, SectionKey key, ValueType<T> type, Class<T> values) {
        return new Key<>(
                name,
                type,
                false,
                key.text(),
                (draft, value) -> draft.values.put(key.name(), values.cast(value)),
                draft -> values.cast(draft.values.get(key.name())));
    }
}
