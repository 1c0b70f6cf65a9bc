// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.spi.ConfigSection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The part of one run of the loader that is about the sections of features. */
final class SectionLoading {

    private static final Set<String> SIZES = Set.of("pool.max-size", "pool.min-idle");

    private final Resolution resolution;
    private final Consumer<Problem> problems;

    SectionLoading(Resolution resolution, Consumer<Problem> problems) {
        this.resolution = resolution;
        this.problems = problems;
    }

    /** Whether anybody says where one of them is. */
    boolean isAnyGiven() {
        return Sections.all().stream()
                .anyMatch(section -> SectionBinder.locator(section, resolution).isPresent());
    }

    /** Adds what the locators say besides; answers the hosts that they name, by section. */
    Map<String, List<String>> expand() {
        var hosts = new LinkedHashMap<String, List<String>>();
        for (var section : Sections.all()) {
            var named = SectionBinder.expand(section, resolution);
            if (!named.isEmpty()) {
                hosts.put(section.name(), named);
            }
        }
        return hosts;
    }

    /** Adds what stands below everything that was said: sizes by worker concurrency, then the profile's numbers. */
    void tables(Profile profile, Optional<WorkerSizing.Sizes> worker) {
        Sections.all().forEach(section -> tables(section, profile, worker));
    }

    private void tables(ConfigSection section, Profile profile, Optional<WorkerSizing.Sizes> worker) {
        var entries = Sections.entries(section);
        boolean sized = entries.stream()
                .filter(entry -> SIZES.contains(entry.key().sizedAs()))
                .anyMatch(entry ->
                        resolution.isExplicit(Said.NO_DATABASE, entry.row().name()));
        for (var entry : entries) {
            var slot = Said.Slot.of(Said.NO_DATABASE, entry.row().name());
            worker.filter(found -> !sized)
                    .ifPresent(found -> found.number(entry.key().sizedAs())
                            .ifPresent(
                                    number -> resolution.add(Said.plain(slot, number, Layer.SIZING, found.origin()))));
            if (!KeyDefault.of(entry.row()).isCommon()) {
                resolution.add(Said.plain(slot, entry.standard(profile), Layer.PROFILE, "profile " + profile.text()));
            }
        }
    }

    /**
     * Binds all.
     *
     * @param policies of the database called {@code default}
     * @param settings takes every effective value
     * @return those of which is said where they are
     */
    List<SectionConfig> bind(Profile profile, DatabaseConfig policies, List<Setting> settings) {
        var sections = new ArrayList<SectionConfig>();
        for (var section : Sections.all()) {
            var binder = new SectionBinder(section, resolution, profile, problems);
            binder.bind(policies).ifPresent(sections::add);
            settings.addAll(binder.settings());
        }
        return sections;
    }

    /** What a manager opens has names of its own. */
    void checkNames(List<DatabaseConfig> databases, List<SectionConfig> sections) {
        var taken = new HashSet<String>();
        databases.forEach(database -> taken.add(database.name()));
        for (var section : sections) {
            section.resources().stream()
                    .filter(resource -> !taken.add(resource.name()))
                    .forEach(resource -> problems.accept(taken(section.name() + ".name", resource.name())));
        }
    }

    private Problem taken(String key, String name) {
        var place = resolution.pick(Said.NO_DATABASE, key).map(Said::place).orElse("default");
        return Problem.error(
                place, key, name, "is the name of another database too", "give one of the two another name");
    }
}
