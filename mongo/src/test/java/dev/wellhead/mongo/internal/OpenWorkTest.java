// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.mongo.internal.OpenWork.Kind;
import dev.wellhead.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OpenWorkTest {

    private final ManualClock clock = new ManualClock();
    private final OpenWork open = new OpenWork(clock::nanos);
    private final long limit = Duration.ofSeconds(60).toNanos();

    @Test
    void whatNobodyTouchesIsSuspectedOnceUntilItIsTouchedAgain() {
        open.used(Kind.CURSOR, "7", "find orders");
        open.used(Kind.TRANSACTION, "aa", "insert orders");
        clock.advance(Duration.ofSeconds(50));
        open.used(Kind.CURSOR, "7", "getMore orders");
        clock.advance(Duration.ofSeconds(20));

        assertThat(open.newSuspects(limit)).singleElement().satisfies(one -> {
            assertThat(one.kind()).isEqualTo(Kind.TRANSACTION);
            assertThat(one.operation()).isEqualTo("insert orders");
            assertThat(one.thread()).isEqualTo(Thread.currentThread().getName());
            assertThat(one.open()).hasSeconds(70);
            assertThat(one.idle()).hasSeconds(70);
        });
        assertThat(open.newSuspects(limit)).isEmpty();

        clock.advance(Duration.ofSeconds(45));
        assertThat(open.newSuspects(limit)).singleElement().satisfies(one -> {
            assertThat(one.kind()).isEqualTo(Kind.CURSOR);
            assertThat(one.operation()).isEqualTo("find orders");
            assertThat(one.open()).hasSeconds(115);
            assertThat(one.idle()).hasSeconds(65);
        });
        open.used(Kind.CURSOR, "7", "getMore orders");
        clock.advance(Duration.ofSeconds(61));
        assertThat(open.newSuspects(limit)).hasSize(1);
    }

    @Test
    void whatHasEndedIsForgotten() {
        open.used(Kind.CURSOR, "7", "find orders");
        open.used(Kind.TRANSACTION, "7", "insert orders");
        assertThat(open.count(Kind.CURSOR)).isEqualTo(1);
        open.ended(Kind.CURSOR, "7");
        assertThat(open.count(Kind.CURSOR)).isZero();
        assertThat(open.count(Kind.TRANSACTION)).isEqualTo(1);
        open.forget();
        assertThat(open.count(Kind.TRANSACTION)).isZero();
    }

    @Test
    void noMoreThanTheMostAreFollowed() {
        for (int i = 0; i < OpenWork.MOST + 10; i++) {
            open.used(Kind.CURSOR, Integer.toString(i), "find orders");
        }
        assertThat(open.count(Kind.CURSOR)).isEqualTo(OpenWork.MOST);
    }
}
