// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.ForeignFile.Document;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds HikariCP's settings in a file of its own, or in one of Spring Boot. */
final class HikariFile {

    private static final String SPRING = "spring.datasource";
    private static final String HIKARI = "hikari.";

    /** Relaxed names of Spring Boot's own that set one of HikariCP's, which itself wins. */
    private static final Map<String, String> OF_SPRING = Map.of(
            "url", "jdbcUrl",
            "username", "username",
            "password", "password",
            "driverclassname", "driverClassName",
            "jndiname", "dataSourceJNDI",
            "name", "poolName");

    private static final Set<String> OTHER_POOLS = Set.of("tomcat", "dbcp2", "oracleucp");

    /**
     * A value of one setting.
     *
     * @param written the key as the file spells it
     */
    record Entry(String written, String text, String place) {

        boolean isOpen() {
            return text.contains("${");
        }

        /** Without the value: it may be a secret. */
        @Override
        public String toString() {
            return place + " " + written;
        }
    }

    private final String name;
    private final Set<String> springProfiles;
    private final HikariNotes notes;
    private final Map<String, Entry> settings = new LinkedHashMap<>();
    private final Map<String, Entry> properties = new LinkedHashMap<>();
    private boolean spring;

    private HikariFile(String name, Set<String> springProfiles, HikariNotes notes) {
        this.name = name;
        this.springProfiles = springProfiles;
        this.notes = notes;
    }

    /**
     * Reads a file.
     *
     * @param springProfiles whose documents are read beside those without a profile
     * @param notes takes what could not be read
     */
    static HikariFile read(Path path, Set<String> springProfiles, HikariNotes notes) {
        var fileName = String.valueOf(path.getFileName());
        var file = new HikariFile(fileName, springProfiles, notes);
        try {
            var text = TextFile.read(path);
            var lower = fileName.toLowerCase(Locale.ROOT);
            boolean yaml = lower.endsWith(".yml") || lower.endsWith(".yaml");
            file.take(yaml ? ForeignFile.yaml(text) : ForeignFile.properties(text), yaml);
        } catch (BadValueException unreadable) {
            notes.problem(path.toString(), "", "", unreadable.rule(), unreadable.fix());
        } catch (FileRefusedException refused) {
            notes.problem(file.place(refused.line()), "", "", refused.rule(), refused.fix());
        }
        return file;
    }

    boolean isSpring() {
        return spring;
    }

    String name() {
        return name;
    }

    /** By the name of the setting. */
    Map<String, Entry> settings() {
        return settings;
    }

    /** What goes to the driver, or to the class that {@code dataSourceClassName} names. */
    Map<String, Entry> properties() {
        return properties;
    }

    private String place(int line) {
        return line == FileRefusedException.NO_LINE ? name : name + ":" + line;
    }

    private void take(List<Document> documents, boolean yaml) {
        spring = yaml
                || documents.stream()
                        .anyMatch(document -> document.values().keySet().stream()
                                .anyMatch(key -> springPart(key).isPresent()));
        if (!spring) {
            documents.forEach(document -> document.values().forEach(this::ofHikari));
            return;
        }
        var fromSpring = new LinkedHashMap<String, Entry>();
        for (var document : documents) {
            if (applies(document)) {
                document.values()
                        .forEach((key, value) -> springPart(key)
                                .ifPresent(part ->
                                        ofSpring(part, new Entry(key, value.text(), place(value.line())), fromSpring)));
            }
        }
        if (settings.isEmpty() && properties.isEmpty() && fromSpring.isEmpty()) {
            notes.problem(
                    name,
                    "",
                    "",
                    "holds nothing under spring.datasource" + (springProfiles.isEmpty() ? "" : " for these profiles"),
                    "name the file that does: Spring Boot's application.yml or application.properties, or a properties"
                            + " file of HikariCP");
        }
        fromSpring.forEach(settings::putIfAbsent);
    }

    /** The part of a key after {@code spring.datasource}, if it is one. */
    private static Optional<String> springPart(String key) {
        var parts = key.split("\\.", 3);
        boolean is = parts.length == 3
                && parts[0].equals("spring")
                && HikariSetting.relaxed(parts[1]).equals("datasource");
        return is ? Optional.of(parts[2]) : Optional.empty();
    }

    /** Whether a document counts: always, or for one of the profiles asked for. */
    private boolean applies(Document document) {
        var profile = document.text("spring.config.activate.on-profile").or(() -> document.text("spring.profiles"));
        if (profile.isEmpty()) {
            return true;
        }
        var names = new ArrayList<>(List.of(profile.get().split("\\s*[,|]\\s*", -1)));
        boolean asked = names.stream().anyMatch(springProfiles::contains);
        boolean holdsAny = document.values().keySet().stream()
                .anyMatch(key -> springPart(key).isPresent());
        if (!asked && holdsAny) {
            notes.say(
                    HikariImport.Kind.NOT_READ,
                    place(document.line()),
                    SPRING,
                    "",
                    "This document is for profile " + profile.get()
                            + " and was not read; --spring-profile NAME reads it over the others.");
        }
        return asked;
    }

    private void ofSpring(String part, Entry entry, Map<String, Entry> fromSpring) {
        if (part.startsWith(HIKARI)) {
            ofSpringHikari(part.substring(HIKARI.length()), entry);
            return;
        }
        var relaxed = HikariSetting.relaxed(part);
        var setting = OF_SPRING.get(relaxed);
        if (setting != null) {
            fromSpring.put(setting, entry);
        } else if (relaxed.equals("type")) {
            if (!entry.text().endsWith("HikariDataSource")) {
                notes.say(
                        HikariImport.Kind.NO_COUNTERPART,
                        entry.place(),
                        entry.written(),
                        "",
                        "The pool is " + entry.text() + ", not HikariCP: what counted there was not read.");
            }
        } else if (OTHER_POOLS.contains(part.split("\\.", 2)[0])) {
            notes.say(
                    HikariImport.Kind.NO_COUNTERPART,
                    entry.place(),
                    entry.written(),
                    "",
                    "A setting of another pool, which HikariCP did not see either.");
        } else {
            notes.say(
                    HikariImport.Kind.NO_COUNTERPART,
                    entry.place(),
                    entry.written(),
                    "",
                    "A setting of Spring Boot's and not of the pool: it stays where it is.");
        }
    }

    private void ofSpringHikari(String part, Entry entry) {
        var names = part.split("\\.", 2);
        if (names.length == 2 && HikariSetting.relaxed(names[0]).equals("datasourceproperties")) {
            // Brackets keep the dots of a name together.
            properties.put(names[1].replaceAll("^\\[|]$", ""), entry);
            return;
        }
        var setting = HikariSetting.ofSpring(names[0]);
        if (setting.isPresent()) {
            settings.put(setting.get().name(), entry);
        } else {
            notes.say(
                    HikariImport.Kind.NO_COUNTERPART,
                    entry.place(),
                    entry.written(),
                    "",
                    "Not a setting of HikariCP: Spring Boot ignored it." + didYouMean(part));
        }
    }

    private void ofHikari(String key, ForeignFile.Value value) {
        var entry = new Entry(key, value.text(), place(value.line()));
        if (key.startsWith("dataSource.")) {
            properties.put(key.substring("dataSource.".length()), entry);
            return;
        }
        var setting = HikariSetting.ofProperties(key);
        if (setting.isPresent()) {
            settings.put(setting.get().name(), entry);
        } else {
            notes.problem(
                    entry.place(),
                    key,
                    "",
                    "is not a setting of HikariCP 7.1.0, which refuses the file",
                    HikariSetting.nearest(key)
                            .map(nearest -> "did you mean " + nearest + "?")
                            .orElse("remove it; docs/from-hikaricp.md lists all"));
        }
    }

    private static String didYouMean(String key) {
        return HikariSetting.nearest(key)
                .map(nearest -> " Did you mean " + nearest + "?")
                .orElse("");
    }
}
