// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import dev.wellhead.database.CallCounters;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.HealthReport;
import dev.wellhead.database.Suspect;
import dev.wellhead.database.TableScan;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolListener;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.spi.StatementObserver;
import java.util.List;

/**
 * A database as those see it who watch: {@link dev.wellhead.database.Database}, and a {@link ManagedResource} that is one of
 * another kind. Shown, measured and alerted on alike.
 *
 * <p>Any thread may call; but for {@link #checkHealth} and {@link #explain} nothing waits.
 */
public interface MonitoredDatabase {

    /** Its name, which no other of the manager has. */
    String name();

    /** Its settings, in the words of all databases. */
    DatabaseConfig config();

    /** Its connections at this moment. */
    PoolSnapshot snapshot();

    /** Who holds a connection, since when, doing what; the longest first. */
    List<Lease> leases();

    /** What the last check found. */
    HealthReport health();

    /** Checks now. */
    HealthReport checkHealth();

    /** Its calls so far. */
    CallCounters counters();

    /** Has somebody told of what happens to its connections. */
    void addListener(PoolListener listener);

    /** Tells that one no longer. */
    void removeListener(PoolListener listener);

    /** Has somebody told of its statements. */
    void addObserver(StatementObserver observer);

    /** Tells that one no longer. */
    void removeObserver(StatementObserver observer);

    /**
     * Whether the texts that observers are told are SQL. Else they are shown as they are, hold no values, and statements
     * of the same text count as one.
     */
    default boolean isSql() {
        return true;
    }

    /** Where it has several servers to choose from: how these are. */
    default List<HostSnapshot> hosts() {
        return List.of();
    }

    /**
     * How the statement would be run, whatever its values are.
     *
     * @throws UnsupportedOperationException where the database is not asked for plans
     */
    default List<String> explain(String text) {
        throw new UnsupportedOperationException("plans are asked for on PostgreSQL only");
    }

    /** Has the plans of these statements looked at; see {@link dev.wellhead.database.Database#examine}. */
    default void examine(List<Suspect> suspects) {}

    /** What {@link #examine} has led to. */
    default List<TableScan> tableScans() {
        return List.of();
    }
}
