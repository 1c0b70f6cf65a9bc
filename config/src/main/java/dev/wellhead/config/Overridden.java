// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.List;
import java.util.Optional;

/**
 * Finds values that could not be read and do not count, because a place of a higher rank says another: nobody notices,
 * until that is taken away.
 */
final class Overridden {

    private Overridden() {}

    /** One warning for each. */
    static List<Problem> problems(Resolution resolution) {
        return resolution.losers().stream()
                .flatMap(said -> problem(said).stream())
                .toList();
    }

    private static Optional<Problem> problem(Said said) {
        var key = Keys.find(said.slot());
        if (key.isEmpty() || !said.slot().part().isEmpty() || !said.layer().isExplicit()) {
            return Optional.empty();
        }
        try {
            key.get().type().parser().parse(said.text());
            return Optional.empty();
        } catch (BadValueException bad) {
            return Optional.of(Problem.warning(
                    said.place(),
                    said.slot().text(),
                    said.shown(),
                    bad.rule() + "; it does not count, because another place says this key too",
                    bad.fix()));
        }
    }
}
