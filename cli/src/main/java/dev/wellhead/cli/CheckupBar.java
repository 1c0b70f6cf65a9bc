// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.cli.internal.Checkup;
import dev.wellhead.cli.internal.DatabaseReport;
import dev.wellhead.cli.internal.Plan;
import dev.wellhead.database.DatabaseConfig;
import java.util.List;
import java.util.function.Predicate;

/** A look at databases that shows on a terminal how far it is, for a server that is silent costs its whole time limit. */
final class CheckupBar {
    private static final int WIDEST_NAME = 24;

    private CheckupBar() {}

    /** As {@link Checkup#run}; the bar is gone when it returns. */
    static List<DatabaseReport> run(List<DatabaseConfig> all, Predicate<String> chosen, Plan plan, Terminal terminal)
            throws InterruptedException {
        if (!terminal.interactive()) {
            return Checkup.run(all, chosen, plan, (share, database, step) -> {});
        }
        var bar = new ProgressBar(terminal.err());
        bar.draw(0, "");
        try {
            return Checkup.run(
                    all,
                    chosen,
                    plan,
                    (share, database, step) ->
                            bar.draw(share, SafeText.cut(SafeText.line(database), WIDEST_NAME) + ": " + step.text()));
        } finally {
            bar.clear();
        }
    }
}
