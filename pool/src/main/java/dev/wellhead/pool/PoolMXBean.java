// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.util.Map;

/**
 * A pool as JMX shows and operates it, where {@link PoolConfig#jmx()} says so. The names are those of JMX, which demands
 * {@code get}; the values are those of one {@link PoolSnapshot} for each attribute that is read.
 *
 * <p>Its name is {@code dev.wellhead:type=Pool,name=<pool>}; a second pool of the same name gets {@code ,number=2}, and
 * so on. It is there from the moment the pool is open until it is closed. No attribute holds a secret.
 */
public interface PoolMXBean {

    /** What the pool does with callers; see {@link PoolState}. */
    String getState();

    /** Connections held by callers. */
    int getActive();

    /** Connections ready to be handed out. */
    int getIdle();

    /** Connects under way. */
    int getOpening();

    /** Connections being validated or kept alive. */
    int getValidating();

    /** Open physical connections. */
    int getTotal();

    /** Open connections that nothing speaks against. */
    int getHealthy();

    /** Callers in line. */
    int getWaiting();

    /** The limit of open physical connections. */
    int getMaxSize();

    /** How many are kept idle. */
    int getMinIdle();

    /** Active connections as a percentage of the limit. */
    double getUtilizationPercent();

    /** The most that were active at once, as sampled. */
    int getPeakActive();

    /** Mean of active connections while the pool was in use, as sampled. */
    double getMeanActive();

    /** Connections that callers hold, by {@link Lane}; empty without lanes. */
    Map<String, Integer> getLanesActive();

    /** Callers in line, by {@link Lane}; empty without lanes. */
    Map<String, Integer> getLanesWaiting();

    /** The limit of all pools under the {@link Ceiling} together; 0 without one. */
    int getMaxTotal();

    /** Places taken by all pools under the {@link Ceiling} together; 0 without one. */
    int getCeilingTotal();

    /** Places taken by this pool under the {@link Ceiling}; 0 without one. */
    int getCeilingHeld();

    /** How long the first in line waits, in milliseconds; 0 when nobody does. */
    long getOldestWaitMillis();

    /** Mean time from request to connection, in microseconds. */
    long getMeanAcquireMicros();

    /** Mean time from acquire to release, in microseconds; 0 without {@link PoolConfig#statistics()}. */
    long getMeanUseMicros();

    /** Acquires served without waiting. */
    long getDirect();

    /** Acquires served after waiting. */
    long getWaited();

    /** Acquires refused, by {@link RefusalReason}. */
    Map<String, Long> getRefused();

    /** Leases ended. */
    long getReleased();

    /** Physical connections opened and added. */
    long getOpened();

    /** Connects begun. */
    long getOpenAttempts();

    /** Of those opened, reconnections: after a failed connect, or to make up for a lost connection. */
    long getReconnected();

    /** Connects that failed or were abandoned. */
    long getOpenFailed();

    /** Physical connections removed, by {@link EvictReason}. */
    Map<String, Long> getClosed();

    /** Validations and keepalives that were answered. */
    long getValidated();

    /** Errors after which a connection could not be used. */
    long getErrors();

    /** Leases that exceeded {@code leakThreshold}. */
    long getLeaksSuspected();

    /** Transactions found open at release and rolled back. */
    long getRolledBack();

    /** Acquires that had to wait while their thread held another connection. */
    long getNested();

    /** Acquires that {@link Admission#OBSERVE} let wait though {@link Admission#DEADLINE} would have refused them. */
    long getWouldRefuse();

    /** When and how the last connect failed, masked; empty when none has. */
    String getLastOpenFailure();

    /** {@link WellheadDataSource#pause()}. */
    void pause();

    /** {@link WellheadDataSource#resume()}. */
    void resume();

    /** {@link WellheadDataSource#evictAll()}. */
    void evictAll();

    /** {@link WellheadDataSource#reset()}. */
    void reset();
}
