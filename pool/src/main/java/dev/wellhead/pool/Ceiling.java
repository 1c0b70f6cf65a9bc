// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import dev.wellhead.pool.internal.Pool;
import dev.wellhead.pool.internal.Room;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A limit over several pools: all pools that are {@linkplain #open opened} under one ceiling have at most
 * {@link #maxTotal()} physical connections together, those that are being opened or closed included.
 *
 * <p>A pool with callers in line that has room by its own {@code maxSize} but none here asks for it. Then idle
 * connections of other pools are closed, the least recently used first, whatever the {@code minIdle} of these pools: each
 * that has been idle for 100 ms, and of pools that have more than the asker each that is at least 100 ms old. Where none
 * is idle, a pool that has at least two more than the asker gives up one at a release, and every pool does for one that
 * has none; so busy pools come to equal parts, in turns of 100 ms where there are more pools than connections. Of several
 * askers the one that has least goes first, and of equal ones the one that asked first. {@code minIdle} is filled again
 * when there is room and nobody asks.
 *
 * <p>Not counted are connections of {@link WellheadDataSource#openUnpooled}, which health checks use, connects that were
 * abandoned at {@code connectTimeout}, and closes that take longer than 250 ms. A server counts a session for some
 * moments after its client is gone, so leave it a few more than the ceiling.
 *
 * <p>Thread-safe. It ends with its pools and has nothing to be closed.
 */
public final class Ceiling {

    private static final int LARGEST = 1_000_000;

    private final Room room;

    /**
     * A ceiling of so many connections.
     *
     * @param maxTotal 1 to 1,000,000
     * @throws ConfigException when it is not
     */
    public Ceiling(int maxTotal) {
        var rules = new ConfigRules();
        rules.intRange("max-total", maxTotal, 1, LARGEST);
        rules.throwIfAny("a ceiling over pools");
        room = new Room(maxTotal);
    }

    /** Most physical connections of all its pools together. */
    public int maxTotal() {
        return room.most();
    }

    /** Places taken now: connections open, being opened and being closed, of all its pools. */
    public int total() {
        return room.taken();
    }

    /**
     * Opens a pool under this ceiling, as {@link WellheadDataSource#WellheadDataSource(PoolConfig, PoolListener...)}
     * does without one. Where the start mode waits for a first connection, that may first wait for room, for
     * {@code connectTimeout} at most.
     *
     * @throws PoolStartException when the first connection could not be opened
     */
    @SuppressWarnings("overloads") // As the constructors of WellheadDataSource.
    public WellheadDataSource open(PoolConfig config, PoolListener... listeners) {
        return open(config, UnaryOperator.identity(), listeners);
    }

    /**
     * As {@link #open(PoolConfig, PoolListener...)}, with a say in what is shown of statements, as in
     * {@link WellheadDataSource#WellheadDataSource(PoolConfig, UnaryOperator, PoolListener...)}.
     *
     * @throws PoolStartException when the first connection could not be opened
     */
    @SuppressWarnings("overloads") // As the constructors of WellheadDataSource.
    public WellheadDataSource open(PoolConfig config, UnaryOperator<String> showable, PoolListener... listeners) {
        return new WellheadDataSource(Pool.open(config, room, showable, List.of(listeners)));
    }

    @Override
    public String toString() {
        return "Ceiling[" + total() + "/" + maxTotal() + "]";
    }
}
