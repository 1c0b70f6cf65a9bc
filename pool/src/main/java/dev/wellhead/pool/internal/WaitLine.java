// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Admission;
import dev.wellhead.pool.Lane;
import dev.wellhead.pool.LaneUse;
import dev.wellhead.pool.PoolConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The callers in line, by lane, and the choice of whom to serve next: {@link AdmissionControl} orders the callers of one
 * lane, {@link LaneShares} says which lanes may take one more connection.
 *
 * <p>Among lanes that hold less than their guaranteed share the one with the smallest part of it goes first, then comes
 * whoever borrows, the one whose first caller waits longest before the others.
 *
 * <p>Everything is guarded by the pool's lock, but for {@link #isEmpty()}, {@link #size()} and the lanes' names, which
 * anyone may ask.
 */
final class WaitLine {

    private final Supplier<PoolConfig> config;
    private final LongSupplier clock;
    private final IntSupplier connections;
    private final List<Lane> lanes;
    private final AdmissionControl[] controls;
    /** Null when the pool has no lanes. */
    private final @Nullable LaneShares shares;

    private volatile int size;
    /** When {@link #next()} read the clock. */
    private long lookedNanos;

    /**
     * @param connections how many connections callers may count on
     */
    WaitLine(List<Lane> lanes, Supplier<PoolConfig> config, LongSupplier clock, IntSupplier connections) {
        this.config = config;
        this.clock = clock;
        this.connections = connections;
        this.lanes = lanes;
        this.shares = lanes.isEmpty() ? null : new LaneShares(lanes);
        this.controls = new AdmissionControl[lanes.size() + 1];
        for (int lane = 0; lane < controls.length; lane++) {
            controls[lane] = new AdmissionControl(clock.getAsLong());
        }
    }

    // What anyone may ask.

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** Whether leases are counted by lane, so that each acquire and each release must pass the line. */
    boolean countsLanes() {
        return shares != null;
    }

    /** The number of that lane. */
    int lane(String name) {
        if (name.equals(Lane.DEFAULT)) {
            return Waiter.DEFAULT_LANE;
        }
        for (int i = 0; i < lanes.size(); i++) {
            if (lanes.get(i).name().equals(name)) {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("Pool " + config.get().name() + " has no lane '" + name + "': its lanes are "
                + laneNames() + "; name one of these, or add it to pool.lanes");
    }

    private List<String> laneNames() {
        var names = new ArrayList<String>();
        names.add(Lane.DEFAULT);
        lanes.forEach(lane -> names.add(lane.name()));
        return names;
    }

    String laneName(int lane) {
        return lane <= Waiter.DEFAULT_LANE ? Lane.DEFAULT : lanes.get(lane - 1).name();
    }

    /** Whether leases of that lane may last as long as they like. */
    boolean isLeakExempt(int lane) {
        return lane > Waiter.DEFAULT_LANE && lanes.get(lane - 1).leakExempt();
    }

    // Lock held.

    /** How many of that lane wait. */
    int size(int lane) {
        return controls[lane].queue().size();
    }

    /** What the newcomer may hope for if it joins now; counts only what is in force. */
    Prospect prospect(Waiter waiter) {
        var control = controls[waiter.lane];
        long limit = waiter.deadlineNanos - waiter.sinceNanos;
        return control.prospect(limit, control.perSecond(connections.getAsInt(), waiter.sinceNanos));
    }

    /** The newcomer was refused. */
    void turnedAway(Waiter waiter) {
        controls[waiter.lane].turnedAway(waiter.sinceNanos);
    }

    void add(Waiter waiter) {
        controls[waiter.lane].add(waiter);
        setSize(size + 1);
    }

    /** Puts one who was served in vain back to the place that its time of arrival gives it. */
    void rejoin(Waiter waiter) {
        controls[waiter.lane].rejoin(waiter, clock.getAsLong());
        setSize(size + 1);
    }

    /** Takes a waiter out; false when it was not in line any more. */
    boolean remove(Waiter waiter) {
        if (!controls[waiter.lane].remove(waiter, clock.getAsLong())) {
            return false;
        }
        setSize(size - 1);
        return true;
    }

    /** Whom to serve now, or null when nobody in line may be served. */
    @Nullable
    Waiter next() {
        if (size == 0) {
            return null;
        }
        lookedNanos = clock.getAsLong();
        int lane = shares == null ? Waiter.DEFAULT_LANE : nextLane(shares);
        return lane < 0 ? null : controls[lane].next(config.get().admission(), connections.getAsInt(), lookedNanos);
    }

    private int nextLane(LaneShares held) {
        int maxSize = config.get().maxSize();
        int best = -1;
        double leastFill = Double.MAX_VALUE;
        long longest = -1;
        for (int lane = 0; lane < controls.length; lane++) {
            var oldest = controls[lane].queue().oldest();
            if (oldest == null || !held.mayTake(lane, maxSize)) {
                continue;
            }
            // Every guaranteed share comes before every borrowed one.
            double fill = held.isBelowShare(lane, maxSize) ? held.fill(lane, maxSize) : 1;
            long waits = lookedNanos - oldest.sinceNanos;
            if (best < 0 || fill < leastFill || (fill == leastFill && waits > longest)) {
                best = lane;
                leastFill = fill;
                longest = waits;
            }
        }
        return best;
    }

    /** Takes the waiter whom {@link #next()} named out of the line, for it gets that connection. */
    void serve(Waiter waiter, PoolEntry entry) {
        controls[waiter.lane].serve(waiter, connections.getAsInt(), lookedNanos);
        setSize(size - 1);
        if (shares != null) {
            shares.took(waiter.lane);
            entry.lane(waiter.lane);
        }
        waiter.serve(entry);
    }

    /** The lease that {@link #serve} began, if it did, is over; asked again it does nothing. */
    void leaseEnded(PoolEntry entry) {
        if (shares != null && entry.lane() >= 0) {
            shares.gaveBack(entry.lane());
            entry.lane(PoolEntry.NO_LANE);
        }
    }

    private void setSize(int value) {
        size = value;
    }

    /** How many in line could be served if there were connections enough. */
    int servable() {
        if (shares == null || size == 0) {
            return size;
        }
        var waiting = new int[controls.length];
        for (int lane = 0; lane < waiting.length; lane++) {
            waiting[lane] = size(lane);
        }
        return shares.servable(waiting, config.get().maxSize());
    }

    /** Since when the one who waits longest does; {@code now} when nobody waits. */
    long oldestSinceNanos(long now) {
        var oldest = oldest();
        return oldest == null ? now : oldest.sinceNanos;
    }

    /** The one who waits longest, or null. */
    @Nullable
    Waiter oldest() {
        Waiter best = null;
        for (var control : controls) {
            var oldest = control.queue().oldest();
            if (oldest != null && (best == null || oldest.sinceNanos - best.sinceNanos < 0)) {
                best = oldest;
            }
        }
        return best;
    }

    /** Takes those out who are lost or shed at this moment, each told why; they still have to be woken. */
    List<Waiter> takeLost() {
        var admission = config.get().admission();
        if (size == 0 || admission == Admission.OFF || admission == Admission.OBSERVE) {
            return List.of();
        }
        long now = clock.getAsLong();
        var lost = new ArrayList<Waiter>();
        for (var control : controls) {
            lost.addAll(control.takeLost(admission, connections.getAsInt(), now));
        }
        setSize(size - lost.size());
        return lost;
    }

    /** Who holds and waits, by lane; empty when the pool has no lanes. */
    List<LaneUse> use() {
        if (shares == null) {
            return List.of();
        }
        int maxSize = config.get().maxSize();
        var use = new ArrayList<LaneUse>();
        for (int lane = 0; lane < controls.length; lane++) {
            use.add(new LaneUse(
                    laneName(lane),
                    shares.held(lane),
                    size(lane),
                    shares.guaranteed(lane, maxSize),
                    shares.ceiling(lane, maxSize)));
        }
        return List.copyOf(use);
    }
}
