// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.wellhead.database.DatabaseManager;
import dev.wellhead.watch.AlertSettings;
import dev.wellhead.watch.Watch;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StateStreamTest {

    @Test
    void placeThatIsGivenBackIsFreeThoughItsThreadHasNotEndedYet() throws Exception {
        try (var manager = DatabaseManager.builder().open();
                var watch = Watch.start(manager, AlertSettings.DEFAULT);
                var stream = new StateStream(new DeskBodies(manager, watch, "local", false, () -> false))) {
            var left = new CountDownLatch(StateStream.MOST);
            var end = new CountDownLatch(1);
            for (int reader = 0; reader < StateStream.MOST; reader++) {
                assertThat(stream.tryEnter()).isTrue();
                stream.threads().execute(() -> {
                    stream.leave();
                    left.countDown();
                    await(end);
                });
            }
            left.await();

            assertThat(stream.tryEnter()).isTrue();
            assertThatCode(() -> stream.threads().execute(stream::leave)).doesNotThrowAnyException();
            end.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
