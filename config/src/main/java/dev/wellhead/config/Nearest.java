// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The valid name that a misspelt one is closest to, by edit distance. */
final class Nearest {

    private Nearest() {}

    /** The closest name, if it is near enough to be meant: within a third of the length, at least two edits. */
    static Optional<String> to(String name, Collection<String> candidates) {
        return within(name, candidates, Math.max(2, name.length() / 3));
    }

    /** The only word that begins so, such as {@code prod} for {@code production}; else the closest. */
    static Optional<String> word(String start, Collection<String> words) {
        var begun = words.stream()
                .filter(word -> start.length() > 1 && word.startsWith(start.toLowerCase(Locale.ROOT)))
                .toList();
        return begun.size() == 1 ? Optional.of(begun.get(0)) : to(start, words);
    }

    /** The closest name within so many edits. */
    static Optional<String> within(String name, Collection<String> candidates, int most) {
        String best = null;
        int least = most + 1;
        for (var candidate : candidates) {
            int distance = distance(name, candidate);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Insertions, deletions, replacements and swaps of neighbours that lead from one to the other. */
    static int distance(String from, String to) {
        int[][] edits = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            edits[i][0] = i;
        }
        for (int j = 0; j <= to.length(); j++) {
            edits[0][j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            for (int j = 1; j <= to.length(); j++) {
                int replaced = edits[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[from.length()][to.length()];
    }
}
