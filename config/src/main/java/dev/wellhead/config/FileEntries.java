// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a file says, key by key, gathered before any of it counts: a file that is refused as a whole says nothing but why.
 */
final class FileEntries {

    private static final int MOST = 10_000;

    private record Entry(String key, String value, int line) {

        @Override
        public String toString() {
            return key;
        }
    }

    private final String file;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Integer> lines = new HashMap<>();

    FileEntries(String file) {
        this.file = file;
    }

    /** Takes a value; a key that stands twice, or has no value, becomes a problem. */
    void put(String key, String value, int line) throws FileRefusedException {
        if (entries.size() >= MOST) {
            throw new FileRefusedException(line, "holds more than " + MOST + " values", "name the right file");
        }
        if (first(key, line)) {
            entries.add(new Entry(key, value, line));
        }
    }

    /** Whether the key stands there for the first time; a problem that names both lines if not. */
    private boolean first(String key, int line) {
        var earlier = lines.putIfAbsent(key, line);
        if (earlier != null) {
            twice(key, line, earlier);
        }
        return earlier == null;
    }

    void twice(String key, int line, int earlier) {
        problem(line, key, "stands twice: also at " + file + ":" + earlier, "keep one of the two lines");
    }

    void noValue(String key, int line) {
        problem(line, key, "has no value", "give it one, or remove the line");
    }

    void problem(int line, String key, String rule, String fix) {
        problems.add(Problem.error(place(line), key, "", rule, fix));
    }

    private String place(int line) {
        return line == FileRefusedException.NO_LINE ? file : file + ":" + line;
    }

    /** All that was gathered becomes what was said, and all problems become those of the whole configuration. */
    void handTo(Statements statements) {
        problems.forEach(statements::problem);
        entries.forEach(entry -> statements.keyed(entry.key(), entry.value(), Layer.FILE, place(entry.line())));
    }

    /** The one problem of a file that says nothing else. */
    Problem refused(FileRefusedException refused) {
        return Problem.error(place(refused.line()), "", "", refused.rule(), refused.fix());
    }
}
