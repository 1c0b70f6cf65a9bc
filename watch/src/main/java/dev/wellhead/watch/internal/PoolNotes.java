// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.pool.EvictReason;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolListener;
import dev.wellhead.pool.Secret;
import dev.wellhead.watch.EventLevel;
import dev.wellhead.watch.EventLog;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notes what happens in one pool, for the log of events, and how long callers wait.
 *
 * <p>Of the same thing again and again (an eviction for one reason, a refusal for one) the first is told at the next
 * {@link #tell}, and what follows is counted and told together every ten seconds, so that a storm leaves room for others.
 *
 * <p>Called by a worker of the pool; {@link #tell} and {@link #acquireP99} by the thread of the watch.
 */
public final class PoolNotes implements PoolListener {

    private static final long TOGETHER_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Kinds are few; those that name a host or a holder are bounded by this. */
    private static final int MOST_KINDS = 100;

    /** One kind of thing, since it was told last. */
    private static final class Kind {
        private final String event;
        private final EventLevel level;
        private String text = "";
        private int count;
        private @Nullable Long toldNanos;

        private Kind(String event, EventLevel level) {
            this.event = event;
            this.level = level;
        }
    }

    private final String database;
    /** Guarded by itself. */
    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    private volatile Histogram waits = new Histogram();

    /** Has noted nothing yet. */
    public PoolNotes(String database) {
        this.database = database;
    }

    @Override
    public void onEvent(PoolEvent event) {
        if (event instanceof PoolEvent.Acquired acquired) {
            waits.add(acquired.waited().toNanos());
        } else if (event instanceof PoolEvent.TimedOut refused) {
            if (refused.reason().isTimeout()) {
                waits.add(refused.waited().toNanos());
            }
            note("refused", "refused " + refused.reason(), EventLevel.ERROR, refused(refused));
        } else if (event instanceof PoolEvent.Opened opened) {
            note(
                    "opened",
                    "opened",
                    EventLevel.INFO,
                    "connection " + opened.connectionId() + " opened in " + ms(opened.took()));
        } else if (event instanceof PoolEvent.OpenFailed failed) {
            note(
                    "open-failed",
                    "open-failed",
                    EventLevel.ERROR,
                    "a connect failed after " + ms(failed.took()) + sqlState(failed.cause()));
        } else if (event instanceof PoolEvent.Evicted evicted) {
            note(
                    "evicted",
                    "evicted " + evicted.reason(),
                    level(evicted.reason()),
                    "connection " + evicted.connectionId() + " left: " + words(evicted.reason()));
        } else if (event instanceof PoolEvent.Failed failed) {
            note(
                    "failed",
                    "failed",
                    EventLevel.WARNING,
                    "connection " + failed.connectionId() + " was lost" + sqlState(failed.cause()));
        } else {
            aboutLeases(event);
        }
    }

    private void aboutLeases(PoolEvent event) {
        if (event instanceof PoolEvent.LeakSuspected leak) {
            holder(
                    "leak-suspected",
                    leak.lease(),
                    "held for " + leak.lease().held().toSeconds() + " s and not given back");
        } else if (event instanceof PoolEvent.Abandoned abandoned) {
            holder("abandoned", abandoned.lease(), "was never closed, its handle is garbage");
        } else if (event instanceof PoolEvent.Reclaimed reclaimed) {
            holder("reclaimed", reclaimed.lease(), "taken back by force, its holder did not work with it");
        } else if (event instanceof PoolEvent.Nested nested) {
            holder(
                    "nested",
                    nested.held(),
                    "held by a thread that " + (nested.refused() ? "was refused" : "waits for") + " another");
        } else if (event instanceof PoolEvent.RolledBack back) {
            note(
                    "rolled-back",
                    "rolled-back",
                    EventLevel.WARNING,
                    "connection " + back.connectionId() + " came back with a transaction open, which was rolled back"
                            + by(back.operation(), back.callSite()));
        } else if (event instanceof PoolEvent.HostChanged changed) {
            var after = changed.after();
            note(
                    "host-changed",
                    "host " + after.host(),
                    after.state() == HostState.UP ? EventLevel.INFO : EventLevel.WARNING,
                    after.host() + " is " + words(after.role()) + ", " + words(after.state())
                            + (after.isTarget() ? ", and connections go there" : ""));
        }
    }

    private void holder(String event, Lease lease, String what) {
        note(
                event,
                event + ' ' + lease.callSite(),
                EventLevel.WARNING,
                "connection " + lease.connectionId() + ' ' + what + by(lease.operation(), lease.callSite()));
    }

    private static String by(String operation, String callSite) {
        var who = operation.isEmpty() ? callSite : operation;
        return who.isEmpty() ? "" : ", by " + who;
    }

    private static String refused(PoolEvent.TimedOut refused) {
        return "a caller got no connection after " + ms(refused.waited()) + ": " + words(refused.reason()) + " ("
                + refused.reason().code() + ')';
    }

    private static EventLevel level(EvictReason reason) {
        return switch (reason) {
            case ABANDONED, LEAK_RECLAIMED, FAILED_RESET, CANCELLED -> EventLevel.WARNING;
            default -> reason.isLoss() ? EventLevel.WARNING : EventLevel.INFO;
        };
    }

    private static String sqlState(@Nullable Throwable cause) {
        if (cause instanceof SQLException failed && failed.getSQLState() != null) {
            return " (SQLSTATE " + Secret.mask(failed.getSQLState()) + ')';
        }
        return "";
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String ms(Duration time) {
        return time.toMillis() + " ms";
    }

    private void note(String event, String kind, EventLevel level, String text) {
        synchronized (kinds) {
            var known = kinds.get(kind);
            if (known == null) {
                if (kinds.size() >= MOST_KINDS) {
                    kinds.remove(kinds.keySet().iterator().next());
                }
                known = new Kind(event, level);
                kinds.put(kind, known);
            }
            known.count++;
            known.text = text;
        }
    }

    /** Adds to the log what has not been told yet. */
    public void tell(EventLog log, long nanos) {
        synchronized (kinds) {
            var all = kinds.values().iterator();
            while (all.hasNext()) {
                var kind = all.next();
                var told = kind.toldNanos;
                boolean isDue = told == null || nanos - told >= TOGETHER_NANOS;
                if (isDue && kind.count == 0) {
                    all.remove();
                } else if (isDue) {
                    log.add(
                            database,
                            kind.event,
                            kind.level,
                            kind.count == 1 ? kind.text : kind.text + "; " + (kind.count - 1) + " more like it");
                    kind.count = 0;
                    kind.toldNanos = nanos;
                }
            }
        }
    }

    /** The milliseconds that 99 % of those who acquired since the last call did not wait longer than; NaN for nobody. */
    public double acquireP99() {
        var seen = waits;
        waits = new Histogram();
        return seen.isEmpty() ? Double.NaN : seen.quantiles(0.99)[0] / 1e6;
    }
}
