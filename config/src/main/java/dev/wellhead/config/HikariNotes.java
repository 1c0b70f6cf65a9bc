// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.ArrayList;
import java.util.List;

/** Gathers what an import has to say. */
final class HikariNotes {

    private final List<HikariImport.Note> notes = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    void say(HikariImport.Kind kind, String place, String key, String ours, String text) {
        notes.add(new HikariImport.Note(kind, place, key, ours, text));
    }

    void problem(String place, String key, String value, String rule, String fix) {
        problems.add(Problem.error(place, key, value, rule, fix));
    }

    /** Those of one kind together. */
    List<HikariImport.Note> all() {
        return notes.stream()
                .sorted((one, other) -> one.kind().compareTo(other.kind()))
                .toList();
    }

    List<Problem> problems() {
        return problems;
    }
}
