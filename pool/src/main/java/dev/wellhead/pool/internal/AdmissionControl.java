// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Admission;
import dev.wellhead.pool.RefusalReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides for the callers of one lane who is served next and who is refused before its time is over.
 *
 * <h2>In arrival order, and when not</h2>
 *
 * Callers are served in arrival order as long as that serves them in time. Once more come than can be served, arrival
 * order serves everybody too late; then the newest is served first, so that most waits are short. That begins when the
 * oldest in line has waited for longer than 400 ms, or half its own limit if that is shorter, <em>and</em> clearly more
 * callers came than were served, both over the last four seconds and right now, and services were seen at all. It ends
 * when the oldest has waited for less than half of that, or when for a second as many came as were served. The second
 * condition keeps a steady crowd in order whose fair wait is long merely because the work is: there each arrival follows
 * a release, the line does not grow, and newest-first would only starve some of it.
 *
 * <h2>Who is lost</h2>
 *
 * With arrival order a newcomer is behind the whole line, and is refused at once when the measured rate cannot serve that
 * many within its limit. With newest-first a newcomer has nobody before it; the lost ones are those at the far end, whose
 * time would be over even if nobody came any more. They are refused as soon as that is so, instead of at the end of
 * their time, and nobody else is: whoever may still be served stays.
 *
 * <h2>CoDel</h2>
 *
 * On request, callers who waited for longer than twice the target of 50 ms are shed while the line stands: while nobody
 * found the line shorter than the target for a second. See <a href="https://queue.acm.org/detail.cfm?id=2839461">Fail at
 * Scale</a>, "Controlled Delay" and "Adaptive LIFO".
 *
 * <p>Pure logic; guarded by the pool's lock.
 */
final class AdmissionControl {

    static final long NEWEST_FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    static final long TARGET_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Who passes the line in less found an idle connection, which says nothing of how fast they become free. */
    private static final long LEAST_WAIT_NANOS = TimeUnit.MICROSECONDS.toNanos(10);

    private static final long RECENT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A pass over a line of that length takes about as long as a tick may. */
    private static final int WALK_EACH_TICK = 1_000;

    private static final long LONG_LINE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final WaiterQueue queue = new WaiterQueue();
    private final ServiceRate rate = new ServiceRate();
    private final Flow flow;
    private boolean isNewestFirst;
    private boolean isShedding;
    /** Since when the oldest was found to have waited for longer than the target; meaningful while {@link #isStanding}. */
    private long standingSinceNanos;

    private boolean isStanding;
    private long walkedNanos;

    AdmissionControl(long now) {
        flow = new Flow(now);
        walkedNanos = now;
    }

    WaiterQueue queue() {
        return queue;
    }

    /** Whether the newest is served first at present. */
    boolean isNewestFirst() {
        return isNewestFirst;
    }

    /** A newcomer was refused. */
    void turnedAway(long now) {
        flow.came(now);
    }

    /** What the newcomer may hope for if it joins the line now. */
    Prospect prospect(long limitNanos, double perSecond) {
        return new Prospect(isNewestFirst ? 0 : queue.size(), perSecond, limitNanos);
    }

    /** Callers served per second by so many connections, as measured; 0 when nothing is known. */
    double perSecond(int connections, long now) {
        return rate.perConnection(now) * connections;
    }

    void add(Waiter waiter) {
        rate.busy(waiter.sinceNanos);
        flow.came(waiter.sinceNanos);
        queue.add(waiter);
    }

    /** One who was served in vain is back at its place; it came once more, as it was counted as served. */
    void rejoin(Waiter waiter, long now) {
        rate.busy(now);
        flow.came(now);
        queue.insert(waiter);
    }

    /** Takes out one who gave up or is refused. */
    boolean remove(Waiter waiter, long now) {
        boolean removed = queue.remove(waiter);
        if (removed) {
            lookAtEnd(now);
        }
        return removed;
    }

    /** Takes out one who got a connection; so many are open. */
    void serve(Waiter waiter, int connections, long now) {
        flow.served(now);
        if (now - waiter.sinceNanos >= LEAST_WAIT_NANOS) {
            rate.served(now, connections);
        }
        queue.remove(waiter);
        lookAtEnd(now);
    }

    /** Whom to serve now; null when nobody waits. */
    @Nullable
    Waiter next(Admission admission, int connections, long now) {
        var oldest = queue.oldest();
        if (oldest == null || admission == Admission.OFF || admission == Admission.OBSERVE) {
            isNewestFirst = false;
            return oldest;
        }
        isNewestFirst = isNewestFirst ? !isSettled(oldest, now) : isOutgrown(oldest, connections, now);
        lookAtStanding(oldest, now);
        return isNewestFirst || (isShedding && admission == Admission.CODEL) ? queue.newest() : oldest;
    }

    /** Whether the oldest waited too long because more come than are served. */
    private boolean isOutgrown(Waiter oldest, int connections, long now) {
        if (now - oldest.sinceNanos <= boundNanos(oldest) || rate.perConnection(now) <= 0) {
            return false;
        }
        long came = flow.came(Flow.LONGEST_NANOS, now);
        long more = came - flow.served(Flow.LONGEST_NANOS, now);
        return more > Math.max(connections, 2 * Math.sqrt((double) came))
                && moreCame(RECENT_NANOS, now) > noise(RECENT_NANOS, now);
    }

    /** Whether the line is short again, or neither grows nor shrinks. */
    private boolean isSettled(Waiter oldest, long now) {
        return now - oldest.sinceNanos <= boundNanos(oldest) / 2
                || Math.abs(moreCame(SETTLED_NANOS, now)) <= noise(SETTLED_NANOS, now) / 2;
    }

    private static long boundNanos(Waiter oldest) {
        return Math.min(NEWEST_FIRST_NANOS, (oldest.deadlineNanos - oldest.sinceNanos) / 2);
    }

    private long moreCame(long withinNanos, long now) {
        return flow.came(withinNanos, now) - flow.served(withinNanos, now);
    }

    private double noise(long withinNanos, long now) {
        return Math.max(2, Math.sqrt((double) flow.came(withinNanos, now)));
    }

    private void lookAtStanding(Waiter oldest, long now) {
        if (now - oldest.sinceNanos <= TARGET_NANOS) {
            isStanding = false;
            isShedding = false;
        } else if (!isStanding) {
            isStanding = true;
            standingSinceNanos = now;
        } else if (now - standingSinceNanos >= INTERVAL_NANOS) {
            isShedding = true;
        }
    }

    private void lookAtEnd(long now) {
        if (queue.size() == 0) {
            rate.idle(now);
            isNewestFirst = false;
            isStanding = false;
            isShedding = false;
        }
    }

    /** Takes those out whom nobody can serve in time, or who are shed, and tells each why. */
    List<Waiter> takeLost(Admission admission, int connections, long now) {
        if (admission == Admission.OFF || admission == Admission.OBSERVE) {
            return List.of();
        }
        var lost = new ArrayList<Waiter>();
        if (isNewestFirst) {
            takeHopeless(connections, now, lost);
        }
        if (isShedding && admission == Admission.CODEL) {
            shed(connections, now, lost);
        }
        if (!lost.isEmpty()) {
            lookAtEnd(now);
        }
        return lost;
    }

    private void takeHopeless(int connections, long now, List<Waiter> lost) {
        var oldest = queue.oldest();
        double perSecond = perSecond(connections, now);
        if (oldest == null
                || !new Prospect(queue.size() - 1, perSecond, oldest.deadlineNanos - now).isHopeless()
                || (queue.size() > WALK_EACH_TICK && now - walkedNanos < LONG_LINE_NANOS)) {
            return;
        }
        walkedNanos = now;
        int ahead = 0;
        for (var waiter = queue.newest(); waiter != null; ) {
            var older = waiter.previous;
            var prospect = new Prospect(ahead, perSecond, waiter.deadlineNanos - now);
            if (prospect.isHopeless()) {
                queue.remove(waiter);
                waiter.refuse(RefusalReason.DEADLINE, prospect);
                lost.add(waiter);
            } else {
                ahead++;
            }
            waiter = older;
        }
    }

    private void shed(int connections, long now, List<Waiter> lost) {
        double perSecond = perSecond(connections, now);
        for (var waiter = queue.oldest();
                waiter != null && now - waiter.sinceNanos > 2 * TARGET_NANOS;
                waiter = queue.oldest()) {
            queue.remove(waiter);
            waiter.refuse(RefusalReason.SHED, new Prospect(queue.size(), perSecond, waiter.deadlineNanos - now));
            lost.add(waiter);
        }
    }
}
