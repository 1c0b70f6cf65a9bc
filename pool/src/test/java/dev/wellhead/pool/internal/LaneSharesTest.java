// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.Lane;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The reckoning of shares; lane 0 is that of callers who name none. */
class LaneSharesTest {

    private static final int MAX = 10;
    private static final int DEFAULT = 0;
    private static final int BATCH = 1;
    private static final int ADMIN = 2;

    private final LaneShares shares = new LaneShares(
            List.of(Lane.of("batch", 2, 8), Lane.of("admin", 1, 3).kept()));

    private void take(int lane, int count) {
        for (int i = 0; i < count; i++) {
            shares.took(lane);
        }
    }

    @Test
    void whatOthersLeaveIsGuaranteedToTheDefaultLane() {
        assertThat(shares.guaranteed(DEFAULT, MAX)).isEqualTo(7);
        assertThat(shares.ceiling(DEFAULT, MAX)).isEqualTo(10);
        assertThat(shares.guaranteed(DEFAULT, 2)).isZero();
    }

    @Test
    void ceilingEndsALane() {
        take(BATCH, 7);
        assertThat(shares.mayTake(BATCH, MAX)).isTrue();
        take(BATCH, 1);
        assertThat(shares.mayTake(BATCH, MAX)).isFalse();
    }

    @Test
    void keptConnectionsAreNobodyElses() {
        take(DEFAULT, 9);
        assertThat(shares.mayTake(DEFAULT, MAX)).isFalse();
        assertThat(shares.mayTake(BATCH, MAX)).isFalse();
        assertThat(shares.mayTake(ADMIN, MAX)).isTrue();
        take(ADMIN, 1);
        shares.gaveBack(DEFAULT);
        assertThat(shares.mayTake(ADMIN, MAX)).isTrue();
        assertThat(shares.mayTake(BATCH, MAX)).isTrue();
    }

    @Test
    void lentConnectionsMayBeTakenByAll() {
        take(DEFAULT, 8);
        assertThat(shares.mayTake(DEFAULT, MAX)).isTrue();
    }

    @Test
    void fillTellsWhoLacksMost() {
        take(DEFAULT, 5);
        take(BATCH, 1);
        assertThat(shares.isBelowShare(DEFAULT, MAX)).isTrue();
        assertThat(shares.fill(DEFAULT, MAX)).isGreaterThan(shares.fill(BATCH, MAX));
        take(BATCH, 1);
        assertThat(shares.isBelowShare(BATCH, MAX)).isFalse();
    }

    @Test
    void countsWhomConnectionsCouldServe() {
        assertThat(shares.servable(new int[] {3, 0, 0}, MAX)).isEqualTo(3);
        assertThat(shares.servable(new int[] {30, 0, 0}, MAX)).isEqualTo(9);
        assertThat(shares.servable(new int[] {0, 30, 0}, MAX)).isEqualTo(8);
        assertThat(shares.servable(new int[] {0, 0, 30}, MAX)).isEqualTo(3);
        assertThat(shares.servable(new int[] {30, 30, 30}, MAX)).isEqualTo(10);
        take(DEFAULT, 9);
        assertThat(shares.servable(new int[] {5, 5, 0}, MAX)).isZero();
        assertThat(shares.servable(new int[] {5, 5, 5}, MAX)).isEqualTo(1);
        take(ADMIN, 1);
        assertThat(shares.servable(new int[] {5, 5, 5}, MAX)).isZero();
    }
}
