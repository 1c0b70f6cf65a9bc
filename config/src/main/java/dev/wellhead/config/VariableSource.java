// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.Said.Slot;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads variables, of the environment or of {@code .env}: names of ours and aliases. */
final class VariableSource {

    /** Names with our prefix that are read by the start script and are no settings. */
    private static final Set<String> NOT_SETTINGS = Set.of("WELLHEAD_HOME", "WELLHEAD_JAVA_OPTS");

    /** Where it is set, some aliases mean MongoDB and not us. */
    static final String MONGO = "MONGODB_URI";

    /** The first part of MongoDB's keys. */
    static final String MONGO_SECTION = "mongodb";

    /**
     * One variable as it was written.
     *
     * @param value may be a secret
     */
    record Variable(String value, String place) {

        @Override
        public String toString() {
            return place;
        }
    }

    private final Statements statements;
    private final Layer layer;
    private final Map<String, Variable> variables;
    private final boolean mongo;

    private VariableSource(Statements statements, Layer layer, Map<String, Variable> variables, boolean mongo) {
        this.statements = statements;
        this.layer = layer;
        this.variables = new TreeMap<>(variables);
        this.mongo = mongo;
    }

    /** Keys that say where MongoDB is. */
    static final Set<String> MONGO_KEYS = Set.of(MONGO_SECTION + ".uri", MONGO_SECTION + ".uri-file");

    /** Names that say where MongoDB is, whether its artifact is there or not. */
    private static final Set<String> MONGO_NAMES =
            Set.of(MONGO, Keys.ENVIRONMENT_PREFIX + "MONGODB_URI", Keys.ENVIRONMENT_PREFIX + "MONGODB_URI_FILE");

    static boolean hasMongo(Map<String, Variable> variables) {
        return MONGO_NAMES.stream()
                .map(variables::get)
                .anyMatch(variable -> variable != null && !variable.value().isEmpty());
    }

    /** Takes all variables that mean something to us. Those set to the empty text count as not set. */
    static void read(
            Statements statements,
            Layer layer,
            Map<String, Variable> variables,
            boolean mongo,
            Collection<String> databases) {
        new VariableSource(statements, layer, variables, mongo).read(databases);
    }

    private void read(Collection<String> databases) {
        variables.forEach((name, variable) -> {
            if (variable.value().isEmpty()) {
                return;
            }
            if (WorkerSizing.isName(name)) {
                statements.worker(new Statements.Variable(name, variable.value(), layer, variable.place()));
            } else if (name.startsWith(Keys.ENVIRONMENT_PREFIX)) {
                ours(name, variable, databases);
            } else if (name.equals("NODE_ENV")) {
                statements.nodeEnvironment(new Statements.Variable(name, variable.value(), layer, variable.place()));
            } else {
                foreign(name, variable);
            }
        });
    }

    private void ours(String name, Variable variable, Collection<String> databases) {
        if (NOT_SETTINGS.contains(name)) {
            return;
        }
        var slot = KeyNames.environmentSlot(name.substring(Keys.ENVIRONMENT_PREFIX.length()), databases);
        if (slot.isPresent()) {
            var alike = KeyNames.alike(slot.get().database(), databases);
            if (alike.size() > 1) {
                statements.problem(Problem.error(
                        variable.place(),
                        layer == Layer.ENVIRONMENT ? "" : name,
                        "",
                        "may mean any of the databases " + String.join(", ", alike),
                        "set it where names are written out, or rename all but one of them"));
            }
            statements.add(Said.plain(slot.get(), variable.value(), layer, variable.place()));
            return;
        }
        var artifact = Sections.missingArtifact(name.substring(Keys.ENVIRONMENT_PREFIX.length()));
        if (artifact.isPresent()) {
            statements.problem(
                    Statements.missing(variable.place(), layer == Layer.ENVIRONMENT ? "" : name, artifact.get()));
            return;
        }
        statements.problem(Problem.error(
                variable.place(),
                layer == Layer.ENVIRONMENT ? "" : name,
                "",
                "is not a known name",
                KeyNames.nearestEnvironmentName(name)
                        .map(nearest -> "did you mean " + nearest + "?")
                        .orElse("remove it, or see wellhead config show for all keys")));
    }

    /** A program may have a client of its own. */
    private void warnWithoutArtifact(String name, Variable variable) {
        Sections.missingArtifact(MONGO_SECTION)
                .ifPresent(artifact -> statements.problem(Problem.warning(
                        variable.place(),
                        layer == Layer.ENVIRONMENT ? "" : name,
                        "",
                        "opens nothing: the artifact " + artifact + " is not on the class path",
                        "add it; if the program has a client of its own, this can be ignored")));
    }

    private void foreign(String name, Variable variable) {
        var alias = Aliases.find(name, mongo ? Set.of(MONGO_SECTION) : Set.of());
        if (alias.isEmpty() && name.equals(MONGO)) {
            warnWithoutArtifact(name, variable);
            return;
        }
        if (alias.isEmpty()) {
            Aliases.nearMiss(name)
                    .ifPresent(nearest -> statements.problem(Problem.warning(
                            variable.place(),
                            layer == Layer.ENVIRONMENT ? "" : name,
                            "",
                            "is not read by Wellhead",
                            "did you mean " + nearest + "? If not, this can be ignored")));
            return;
        }
        if (alias.get().onlyWithoutMongo() && mongo) {
            // MongoDB's, whose artifact is not there.
            return;
        }
        var key = alias.get().key();
        var slot = Slot.of(Keys.isDatabaseKey(key) ? Keys.DEFAULT_DATABASE : Said.NO_DATABASE, key);
        try {
            var text = alias.get().form().translate(variable.value());
            statements.add(new Said(slot, text, variable.value(), layer, variable.place()));
        } catch (BadValueException bad) {
            statements.problem(Problem.error(variable.place(), key, variable.value(), bad.rule(), bad.fix()));
        }
    }
}
