// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.database.ErrorJudge;
import dev.wellhead.database.Phase;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.sql.SqlFingerprint;
import dev.wellhead.watch.internal.Tallies;
import java.util.List;

/**
 * Counts each statement that runs through the pool of a database, by fingerprint, whoever sends it: calls of {@link
 * dev.wellhead.database.Database}, and libraries over its {@code DataSource}. Any thread may call; no method but {@link #plan} waits for
 * anything.
 *
 * <p>Rows of results are counted when their statement is closed or runs again; those of a statement that only its
 * connection closes are not.
 */
public final class StatementWatch implements AutoCloseable {

    private final MonitoredDatabase database;
    private final Tallies tallies;

    private StatementWatch(MonitoredDatabase database, Tallies tallies) {
        this.database = database;
        this.tallies = tallies;
    }

    /**
     * Begins to count, by {@link dev.wellhead.database.DatabaseConfig#statements()}, whether enabled or not.
     */
    public static StatementWatch of(MonitoredDatabase database) {
        var judge = ErrorJudge.of(database.config());
        var tallies = new Tallies(
                database::config,
                database.isSql(),
                error -> judge.judge(error, Phase.IN_TRANSACTION).meaning());
        database.addObserver(tallies);
        return new StatementWatch(database, tallies);
    }

    Tallies tallies() {
        return tallies;
    }

    Tallies.Totals totals() {
        return tallies.totals();
    }

    /** What was counted so far. */
    public StatementReport report() {
        return tallies.report();
    }

    /**
     * How the database would run the statements of that fingerprint, whatever their values are. Nothing is run. Asked
     * over a connection of its own; waits for it and the answer for some seconds at most.
     *
     * @param fingerprint as in {@link StatementStats#fingerprint()}
     * @return the lines of the plan
     * @throws IllegalArgumentException when that is no fingerprint, or none that is counted
     * @throws dev.wellhead.database.DatabaseException when the database does not say
     * @throws UnsupportedOperationException elsewhere than on PostgreSQL
     */
    public List<String> plan(String fingerprint) {
        if (!database.isSql()) {
            throw new UnsupportedOperationException(
                    "plans are asked of PostgreSQL only; ask " + database.name() + " by hand");
        }
        var sample = tallies.sample(SqlFingerprint.idOf(fingerprint))
                .orElseThrow(() -> new IllegalArgumentException("no statement of fingerprint " + fingerprint
                        + " is counted, or its text is too long; the list of statements has those that are"));
        return database.explain(sample);
    }

    /** Counts no more; what was counted can still be read. */
    @Override
    public void close() {
        database.removeObserver(tallies);
    }
}
