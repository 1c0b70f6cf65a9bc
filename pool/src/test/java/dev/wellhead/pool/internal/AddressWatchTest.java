// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.spi.DriverSupport.Liveness;
import dev.wellhead.pool.spi.DriverSupport.Lookout;
import dev.wellhead.testkit.FakeDriver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the answers of a name server do to connections that were opened by that name. */
class AddressWatchTest {

    private static final String NAME = "db.example";
    private static final int CONNECTIONS = 4;

    private final FakeDriver driver = FakeDriver.create();
    private final AtomicInteger asked = new AtomicInteger();

    private @Nullable Pool opened;

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close(0);
        }
        driver.close();
    }

    private Pool open(int maxSize) throws SQLException {
        var pool = Pool.open(
                PoolConfig.builder()
                        .jdbcUrl(driver.url())
                        .minIdle(0)
                        .maxSize(maxSize)
                        .idleTimeout(Duration.ZERO)
                        .housekeeperInterval(Duration.ofMillis(20))
                        .build(),
                List.of());
        opened = pool;
        var held = new ArrayList<Connection>();
        for (int i = 0; i < CONNECTIONS; i++) {
            held.add(pool.acquire("test", -1));
        }
        for (var connection : held) {
            connection.close();
        }
        for (var entry : pool.shelf().entries()) {
            entry.lookout(to(NAME, 1));
        }
        return pool;
    }

    private static Lookout to(@Nullable String name, int last) {
        var peer = new InetSocketAddress(address(name, last), 5432);
        return new Lookout() {
            @Override
            public Liveness look() {
                return Liveness.ALIVE_OR_UNKNOWN;
            }

            @Override
            public InetSocketAddress peer() {
                return peer;
            }
        };
    }

    private static InetAddress address(@Nullable String name, int last) {
        try {
            return InetAddress.getByAddress(name, new byte[] {10, 0, 0, (byte) last});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static InetAddress[] answer(int... last) {
        var all = new InetAddress[last.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = address(NAME, last[i]);
        }
        return all;
    }

    private AddressWatch watch(Pool pool, AddressWatch.Resolver resolver) {
        return new AddressWatch(pool, () -> {}, name -> {
            assertThat(name).isEqualTo(NAME);
            asked.incrementAndGet();
            return resolver.resolve(name);
        });
    }

    /** Looks that often, one after the other. */
    private void look(AddressWatch watch, int times) {
        for (int i = 0; i < times; i++) {
            int before = asked.get();
            await().pollInterval(Duration.ofMillis(2)).until(() -> {
                if (asked.get() == before) {
                    watch.look();
                }
                return asked.get() > before;
            });
        }
    }

    private static long left(Pool pool) {
        return pool.snapshot().counters().closed().get(EvictReason.ADDRESS_LEFT);
    }

    @Test
    void whatLedToAnAddressThatIsGoneIsRenewedOneAtATime() throws Exception {
        var pool = open(2 * CONNECTIONS);
        try (var held = pool.acquire("held", -1)) {
            var watch = watch(pool, name -> answer(2, 3));
            look(watch, AddressWatch.ALIKE - 1);
            assertThat(pool.shelf().entries()).noneMatch(entry -> entry.isDue(pool.now()));
            look(watch, 1);

            await().until(() -> left(pool) == CONNECTIONS - 1);
            assertThat(held.isValid(1)).isTrue();
            assertThat(pool.snapshot().total()).isLessThanOrEqualTo(CONNECTIONS + 1);
        } finally {
            await().until(() -> left(pool) == CONNECTIONS);
            assertThat(driver.opened()).isEqualTo(2 * CONNECTIONS);
        }
    }

    @Test
    void nobodyIsRenewedWhereAnswersTakeTurnsOrFailOrStillHoldTheAddress() throws Exception {
        var pool = open(CONNECTIONS);
        var turns = new AtomicInteger();
        look(watch(pool, name -> answer(2 + turns.incrementAndGet() % 3, 9)), 12);
        look(watch(pool, name -> answer(1, 2)), 6);
        look(watch(pool, name -> answer()), 6);
        look(
                watch(pool, name -> {
                    throw new UnknownHostException(name);
                }),
                6);
        look(
                watch(pool, name -> {
                    if (turns.incrementAndGet() % AddressWatch.ALIKE == 0) {
                        throw new UnknownHostException(name);
                    }
                    return answer(2);
                }),
                12);

        assertThat(pool.shelf().entries()).hasSize(CONNECTIONS).noneMatch(entry -> entry.isDue(pool.now()));
    }

    @Test
    void nobodyIsRenewedWhereTwoAddressesComeInTurnsThoughOneComesOftenInARow() throws Exception {
        var pool = open(CONNECTIONS);
        var turn = new AtomicInteger();
        var watch = watch(pool, name -> answer(turn.get()));
        // Each comes back once before one of them comes three times in a row.
        for (int address : new int[] {1, 2, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2}) {
            turn.set(address);
            look(watch, 1);
        }
        assertThat(pool.shelf().entries()).hasSize(CONNECTIONS).noneMatch(entry -> entry.isDue(pool.now()));
        // Until nothing has come back for an hour.
        look(watch, AddressWatch.ROTATES - 8);
        assertThat(pool.shelf().entries()).hasSize(CONNECTIONS).noneMatch(entry -> entry.isDue(pool.now()));
        await().until(() -> {
            watch.look();
            return left(pool) == CONNECTIONS;
        });
    }

    @Test
    void aNameThatMovesThereAndBackIsFollowedBothTimes() throws Exception {
        var pool = open(2 * CONNECTIONS);
        var leadsTo = new AtomicInteger(1);
        var watch = watch(pool, name -> answer(leadsTo.get()));
        look(watch, 1);
        leadsTo.set(2);
        look(watch, AddressWatch.ALIKE);
        await().until(() -> left(pool) == CONNECTIONS);
        for (var entry : pool.shelf().entries()) {
            entry.lookout(to(NAME, 2));
        }
        leadsTo.set(1);
        look(watch, AddressWatch.ALIKE);
        await().until(() -> left(pool) == 2 * CONNECTIONS);
    }

    @Test
    void anAddressGivenAsANumberIsNeverAsked() throws Exception {
        var pool = open(CONNECTIONS);
        for (var entry : pool.shelf().entries()) {
            entry.lookout(to(null, 1));
        }
        watch(pool, name -> answer(2)).look();
        pool.shelf().entries()[0].lookout(to(NAME, 1));
        look(watch(pool, name -> answer(2)), 1);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aNameServerThatHangsKeepsOneWorkerAndNobodyElse() throws Exception {
        var pool = open(CONNECTIONS);
        var hangs = new CountDownLatch(1);
        var watch = watch(pool, name -> {
            try {
                hangs.await();
            } catch (InterruptedException e) {
                throw new UnknownHostException(name);
            }
            return answer(2);
        });
        look(watch, 1);
        for (int i = 0; i < 20; i++) {
            watch.look();
            pool.acquire("test", -1).close();
        }
        assertThat(asked).hasValue(1);
        hangs.countDown();
        look(watch, 1);
    }
}
