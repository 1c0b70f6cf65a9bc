// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.Map;

/**
 * A database as JMX shows it, where {@link dev.wellhead.pool.PoolConfig#jmx()} says so; its pool has a bean of its own. The
 * names are those of JMX, which demands {@code get}; the values are those of {@link HealthReport}, {@link BreakerReport} and
 * {@link CallCounters}, read for each attribute. Nothing of it asks the database.
 *
 * <p>Its name is {@code dev.wellhead:type=Database,name=<database>}; a second one of the same name gets {@code ,number=2},
 * and so on. It is there until the database is closed. No attribute holds a secret or a statement.
 */
public interface DatabaseMXBean {

    /** Whether it counts as healthy. */
    boolean isHealthy();

    /** What the last check found, and the pool shows now; see {@link Verdict}. */
    String getVerdict();

    /** Failed checks in a row. */
    int getStrikes();

    /** How long the last check waited for the answer, in milliseconds. */
    long getCheckLatencyMillis();

    /** Checks ended, by {@link Verdict}. */
    Map<String, Long> getChecks();

    /** What to do, in sentences; empty when there is nothing to do. */
    String[] getRecommendations();

    /** What the breaker does; see {@link BreakerState}. */
    String getBreakerState();

    /** How often the breaker was opened. */
    long getBreakerOpened();

    /** Calls that the breaker refused. */
    long getBreakerRefused();

    /** Calls begun. */
    long getCalls();

    /** Calls that returned. */
    long getSucceeded();

    /** Calls that threw, each counted once however often it was tried. */
    long getFailed();

    /** Further attempts. */
    long getRetries();

    /** Further attempts, by {@link Meaning} of the error before them. */
    Map<String, Long> getRetriesByReason();

    /** Calls that might have been tried again and were not, by {@link RetryRefusal}. */
    Map<String, Long> getRetriesRefused();

    /** Failed calls, by {@link Meaning}. */
    Map<String, Long> getFailuresByKind();

    /** Failed calls, by {@link ErrorCode}. */
    Map<String, Long> getFailuresByCode();

    /** COMMITs whose answer was lost, by {@link CommitOutcome}. */
    Map<String, Long> getLostCommits();

    /** Mean time of succeeded calls, in microseconds. */
    long getMeanLatencyMicros();

    /** Sum of the times of succeeded calls, in milliseconds. */
    long getTotalLatencyMillis();

    /** The {@link ErrorCode} of the last failed call; empty when none has failed. */
    String getLastErrorCode();

    /** When the last call failed, as ISO-8601; empty when none has. */
    String getLastErrorAt();
}
