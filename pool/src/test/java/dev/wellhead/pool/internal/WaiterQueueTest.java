// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who was served in vain stands at its old place again. */
class WaiterQueueTest {

    private static Waiter waiter(long since) {
        return new Waiter(Thread.currentThread(), "", since, Long.MAX_VALUE, Waiter.DEFAULT_LANE);
    }

    private static List<Long> order(WaiterQueue queue) {
        var forward = new ArrayList<Long>();
        for (var at = queue.oldest(); at != null; at = at.next) {
            forward.add(at.sinceNanos);
        }
        var backward = new ArrayList<Long>();
        for (var at = queue.newest(); at != null; at = at.previous) {
            backward.add(0, at.sinceNanos);
        }
        assertThat(backward).isEqualTo(forward).hasSize(queue.size());
        return forward;
    }

    @Test
    void insertKeepsTheOrderOfArrivalWhereverItsPlaceIs() {
        for (long at : List.of(5L, 15L, 25L, 35L)) {
            var queue = new WaiterQueue();
            queue.add(waiter(10));
            queue.add(waiter(20));
            queue.add(waiter(30));
            queue.insert(waiter(at));
            assertThat(order(queue)).hasSize(4).isSorted().contains(at);
        }
        var empty = new WaiterQueue();
        empty.insert(waiter(1));
        assertThat(order(empty)).containsExactly(1L);
    }

    @Test
    void whoeverLeavesAndComesBackInAnyOrderStandsWhereItStood() {
        for (long seed = 0; seed < 500; seed++) {
            var random = new SplittableRandom(seed);
            var queue = new WaiterQueue();
            var all = new ArrayList<Waiter>();
            for (int i = 0; i < 12; i++) {
                all.add(waiter(Long.MAX_VALUE - 5 + i)); // The clock may pass over its highest value.
                queue.add(all.get(i));
            }
            var before = order(queue);
            var out = new ArrayList<Waiter>();
            for (var one : all) {
                if (random.nextBoolean()) {
                    assertThat(queue.remove(one)).isTrue();
                    out.add(one);
                }
            }
            Collections.shuffle(out, new Random(seed));
            out.forEach(queue::insert);
            assertThat(order(queue)).as("seed " + seed).isEqualTo(before);
        }
    }
}
