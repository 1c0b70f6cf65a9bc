// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Everything that was said, from wherever, and what was wrong with it. */
final class Statements {

    /**
     * A variable that names no key but decides something.
     *
     * @param layer whether the environment or {@code .env} says it
     */
    record Variable(String name, String value, Layer layer, String place) {}

    private final List<Said> said = new ArrayList<>();
    private final List<Variable> workers = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private Optional<Variable> nodeEnvironment = Optional.empty();

    void add(Said statement) {
        said.add(statement);
    }

    /** Of one name the first that is set counts, as of any other; several names are compared later. */
    void worker(Variable variable) {
        if (workers.stream().noneMatch(known -> known.name().equals(variable.name()))) {
            workers.add(variable);
        }
    }

    /** The first that is set counts. */
    void nodeEnvironment(Variable variable) {
        nodeEnvironment = nodeEnvironment.or(() -> Optional.of(variable));
    }

    void problem(Problem problem) {
        problems.add(problem);
    }

    List<Said> said() {
        return said;
    }

    List<Variable> workers() {
        return workers;
    }

    Optional<Variable> nodeEnvironment() {
        return nodeEnvironment;
    }

    List<Problem> problems() {
        return problems;
    }

    /** A key or name that only an artifact understands which is not there. */
    static Problem missing(String place, String name, String artifact) {
        return Problem.error(
                place,
                name,
                "",
                "needs the artifact " + artifact + ", which is not on the class path",
                "add it, or remove this setting");
    }

    /** Takes a key as flags and files write it; an unknown one becomes a problem with the nearest valid key. */
    void keyed(String name, String text, Layer layer, String place) {
        var slot = KeyNames.slot(name);
        if (slot.isEmpty() && KeyNames.hasBadDatabaseName(name)) {
            problem(Problem.error(
                    place,
                    name,
                    "",
                    "does not name a database and a key",
                    "write databases.<name>.<key>; a name is 1 to 64 letters, digits, - and _"));
            return;
        }
        var artifact = Sections.missingArtifact(name);
        if (slot.isEmpty() && artifact.isPresent()) {
            problem(missing(place, name, artifact.get()));
            return;
        }
        if (slot.isEmpty()) {
            problem(Problem.error(
                    place,
                    name,
                    "",
                    "is not a known key",
                    KeyNames.nearest(name)
                            .map(nearest -> "did you mean " + nearest + "?")
                            .orElse("see wellhead config show for all keys")));
            return;
        }
        add(Said.plain(slot.get(), text, layer, place));
    }
}
