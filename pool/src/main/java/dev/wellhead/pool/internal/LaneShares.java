// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Lane;
import java.util.List;

/**
 * Who holds how many connections by lane, and who may take one more. Number 0 is the lane of those who name none: its
 * share is what the others leave.
 *
 * <h2>Rules</h2>
 *
 * <ol>
 *   <li>A lane never holds more than its ceiling.
 *   <li>What a lane that does not lend has not taken of its guaranteed connections is kept free for it.
 *   <li>Whoever holds less than its guaranteed share goes before whoever holds more: so a freed connection goes to those
 *       whose share others borrowed until the share is theirs again.
 * </ol>
 *
 * <p>Pure logic; guarded by the pool's lock.
 */
final class LaneShares {

    private final List<Lane> lanes;
    private final int[] held;
    private int total;

    LaneShares(List<Lane> lanes) {
        this.lanes = lanes;
        this.held = new int[lanes.size() + 1];
    }

    int held(int lane) {
        return held[lane];
    }

    void took(int lane) {
        held[lane]++;
        total++;
    }

    void gaveBack(int lane) {
        held[lane]--;
        total--;
    }

    /** Connections that are this lane's as soon as it asks for them. */
    int guaranteed(int lane, int maxSize) {
        if (lane > 0) {
            return lanes.get(lane - 1).guaranteed();
        }
        int left = maxSize;
        for (var other : lanes) {
            left -= other.guaranteed();
        }
        return Math.max(0, left);
    }

    int ceiling(int lane, int maxSize) {
        return lane == 0 ? maxSize : lanes.get(lane - 1).ceiling();
    }

    /** Whether one more connection may go to that lane. */
    boolean mayTake(int lane, int maxSize) {
        return held[lane] < ceiling(lane, maxSize) && maxSize - total - keptFromOthers(lane) > 0;
    }

    boolean isBelowShare(int lane, int maxSize) {
        return held[lane] < guaranteed(lane, maxSize);
    }

    /** How full its guaranteed share is, from 0 to 1; only for a lane that has one. */
    double fill(int lane, int maxSize) {
        return (double) held[lane] / guaranteed(lane, maxSize);
    }

    /** How many of those who wait, by lane, could be served if each place had a connection. */
    int servable(int[] waiting, int maxSize) {
        int free = Math.max(0, maxSize - total);
        int ofTheirOwn = 0;
        int ofOthers = 0;
        int kept = 0;
        for (int lane = 0; lane < held.length; lane++) {
            int wanted = Math.min(waiting[lane], Math.max(0, ceiling(lane, maxSize) - held[lane]));
            int own = Math.min(wanted, keptFor(lane));
            kept += keptFor(lane);
            ofTheirOwn += own;
            ofOthers += wanted - own;
        }
        return Math.min(free, ofTheirOwn + Math.min(ofOthers, Math.max(0, free - kept)));
    }

    private int keptFromOthers(int lane) {
        int kept = 0;
        for (int other = 1; other < held.length; other++) {
            if (other != lane) {
                kept += keptFor(other);
            }
        }
        return kept;
    }

    private int keptFor(int lane) {
        if (lane == 0 || lanes.get(lane - 1).lent()) {
            return 0;
        }
        return Math.max(0, lanes.get(lane - 1).guaranteed() - held[lane]);
    }
}
