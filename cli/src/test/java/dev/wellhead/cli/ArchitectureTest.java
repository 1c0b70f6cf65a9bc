// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The arrows of the map in ARCHITECTURE.md. */
class ArchitectureTest {
    private static final String ROOT = "dev.wellhead.";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.wellhead");

    private static final List<String> BASE = List.of("pool", "drivers", "embedded", "sql");
    private static final List<String> CORE = plus(BASE, List.of("database"));
    private static final List<String> FEATURES = List.of("config", "watch");

    /** Module by module, which others it may use. */
    private static final Map<String, List<String>> MAY_USE = new TreeMap<>(Map.ofEntries(
            Map.entry("pool", List.of()),
            Map.entry("drivers", List.of("pool")),
            Map.entry("embedded", List.of()),
            Map.entry("sql", List.of()),
            Map.entry("database", BASE),
            Map.entry("config", CORE),
            Map.entry("watch", CORE),
            Map.entry("mongo", CORE),
            Map.entry("micrometer", plus(CORE, FEATURES)),
            Map.entry("opentelemetry", plus(CORE, FEATURES)),
            Map.entry("morphia", plus(CORE, List.of("mongo"))),
            Map.entry("logback", CORE),
            Map.entry("server", plus(plus(CORE, FEATURES), List.of("micrometer"))),
            Map.entry("cli", plus(plus(CORE, FEATURES), List.of("mongo", "micrometer", "logback", "server"))),
            Map.entry("testkit", List.of("embedded"))));

    /** Libraries that stay out of the modules they are not for. */
    private static final Map<String, List<String>> LIBRARIES = Map.ofEntries(
            Map.entry("io.javalin..", List.of("server")),
            Map.entry("org.eclipse.jetty..", List.of("server")),
            Map.entry("picocli..", List.of("cli")),
            Map.entry("org.jline..", List.of("cli")),
            Map.entry("org.HdrHistogram..", List.of("cli")),
            Map.entry("com.fasterxml.jackson..", List.of("server", "cli")),
            Map.entry("io.micrometer..", List.of("micrometer", "server")),
            Map.entry("io.smallrye..", List.of("config")),
            Map.entry("org.yaml..", List.of("config")),
            Map.entry("io.opentelemetry..", List.of("opentelemetry")),
            Map.entry("com.mongodb..", List.of("mongo", "morphia")),
            Map.entry("dev.morphia..", List.of("morphia")),
            Map.entry("org.bson..", List.of("mongo", "testkit")),
            Map.entry("de.bwaldvogel..", List.of("testkit")),
            Map.entry("ch.qos.logback..", List.of("logback", "cli")));

    @Test
    void everyModuleOnTheClassPathIsOnTheMap() {
        var seen = CLASSES.stream()
                .map(type -> type.getPackageName().substring(ROOT.length()).replaceFirst("\\..*", ""))
                .distinct()
                .sorted()
                .toList();
        assertThat(seen).isEqualTo(List.copyOf(MAY_USE.keySet()));
    }

    @Test
    void modulesUseOnlyWhatTheMapAllows() {
        MAY_USE.forEach((module, allowed) -> MAY_USE.keySet().stream()
                .filter(other -> !other.equals(module) && !allowed.contains(other))
                .forEach(other -> noClasses()
                        .that()
                        .resideInAPackage(ROOT + module + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(ROOT + other + "..")
                        .check(CLASSES)));
    }

    @Test
    void internalPackagesAreUsedByTheirOwnModuleOnly() {
        MAY_USE.keySet()
                .forEach(module -> classes()
                        .that()
                        .resideInAPackage(ROOT + module + ".internal..")
                        .should()
                        .onlyHaveDependentClassesThat()
                        .resideInAPackage(ROOT + module + "..")
                        .allowEmptyShould(true)
                        .check(CLASSES));
    }

    @Test
    void modulesHaveNoCycles() {
        slices().matching("dev.wellhead.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void librariesStayInTheModulesThatBringThem() {
        LIBRARIES.forEach((library, modules) -> noClasses()
                .that(resideInAnyPackage("dev.wellhead..")
                        .and(com.tngtech.archunit.base.DescribedPredicate.not(resideInAnyPackage(modules.stream()
                                .map(module -> ROOT + module + "..")
                                .toArray(String[]::new)))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES));
    }

    @Test
    void theBaseNeedsNothingButTheJdkAndItsStatedLibraries() {
        classes()
                .that()
                .resideInAPackage("dev.wellhead.pool..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax.sql..",
                        "javax.management..",
                        "org.slf4j..",
                        "org.jspecify..",
                        "dev.wellhead.pool..")
                .check(CLASSES);
        classes()
                .that()
                .resideInAPackage("dev.wellhead.sql..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "dev.wellhead.sql..")
                .check(CLASSES);
    }

    private static List<String> plus(List<String> left, List<String> right) {
        return java.util.stream.Stream.concat(left.stream(), right.stream()).toList();
    }
}
