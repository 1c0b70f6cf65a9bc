// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Faults in an order that a seed says, evenly over some time: the same for whoever is measured. */
final class FaultScript {
    static final String USER = "app";
    private static final Duration SLOW = Duration.ofMillis(50);

    private enum Fault {
        RESTART(2),
        FAILOVER(1),
        TERMINATE(10),
        BLACK_HOLE(5),
        FULL(1),
        SLOW(3);

        private final int times;

        Fault(int times) {
            this.times = times;
        }
    }

    private final List<Fault> faults = new ArrayList<>();
    private final PostgresServer standby;
    private final List<FaultProxy> proxies;
    private final long stepNanos;
    private PostgresServer primary;

    /**
     * Makes one.
     *
     * @param proxies before both servers
     * @param seconds of the whole script; a fault that lasts does so for a second, or until the next is due
     */
    FaultScript(PostgresServer primary, PostgresServer standby, List<FaultProxy> proxies, long seed, int seconds) {
        this.primary = primary;
        this.standby = standby;
        this.proxies = proxies;
        for (var fault : Fault.values()) {
            faults.addAll(Collections.nCopies(fault.times, fault));
        }
        Collections.shuffle(faults, new Random(seed));
        stepNanos = TimeUnit.SECONDS.toNanos(seconds) / (faults.size() + 1);
    }

    /** Plays it; returns a step after the last fault has ended. */
    void play() throws SQLException, InterruptedException {
        long start = System.nanoTime();
        int step = 1;
        for (var fault : faults) {
            sleep(start + step * stepNanos - System.nanoTime());
            inject(fault);
            step++;
        }
        sleep(Math.max(stepNanos, start + step * stepNanos - System.nanoTime()));
    }

    /** Who has the data now. */
    PostgresServer primary() {
        return primary;
    }

    private void inject(Fault fault) throws SQLException, InterruptedException {
        switch (fault) {
            case RESTART -> primary.restart();
            case FAILOVER -> {
                primary.kill();
                standby.promote();
                primary = standby;
            }
            case TERMINATE ->
                primary.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + USER + "'");
            case BLACK_HOLE -> {
                proxies.forEach(proxy -> proxy.all().blackHole());
                last();
                proxies.forEach(proxy -> proxy.all().clear());
            }
            case FULL -> {
                primary.execute("ALTER ROLE " + USER + " CONNECTION LIMIT 0");
                last();
                primary.execute("ALTER ROLE " + USER + " CONNECTION LIMIT -1");
            }
            case SLOW -> {
                proxies.forEach(proxy -> proxy.all().latency(SLOW));
                last();
                proxies.forEach(proxy -> proxy.all().clear());
            }
        }
    }

    private void last() throws InterruptedException {
        sleep(Math.min(stepNanos, TimeUnit.SECONDS.toNanos(1)));
    }

    private static void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }
}
