// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.HostRole;
import dev.wellhead.pool.HostSnapshot;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.spi.HostSupport;
import dev.wellhead.pool.spi.HostSupport.Look;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hosts of a pool whose URL names several: what each is, and to which one the pool's connections go, the target.
 *
 * <h2>Asking</h2>
 *
 * All are asked at once, each by its {@link HostProbe}: every {@link #INTERVAL_NANOS}; at once when a connection dies, a
 * connect fails or a write is refused; and every {@link #HURRY_NANOS} (later {@link #PATIENT_NANOS}) while the target
 * does not answer, answers slowly, or is not what is wanted.
 *
 * <h2>Choosing</h2>
 *
 * The target stays while it answers as what is wanted. Else another that does takes its place. So one that comes back
 * is not gone back to, unless it is what the URL prefers and has answered for {@link #STEADY_NANOS}. Of two that both
 * claim to be the primary the one of the higher timeline is, for it was promoted later; where that is not known, the
 * target stays. Either is logged, for somebody has to fence the other.
 *
 * <h2>Moving</h2>
 *
 * Connections to others than the target leave: those in use at their release, or at once where the old target does not
 * answer or still takes writes ({@link PoolHosts#moved}).
 *
 * <h2>Concurrency</h2>
 *
 * {@link #lock} guards the hosts and the choice. It is never held during I/O, callbacks or logging, and no other lock is
 * taken under it. What follows from a change is done after it by the thread that saw it; so that two such threads do
 * no harm, each goes by the target as it is then.
 */
final class Hosts {

    static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final Logger LOG = LoggerFactory.getLogger(Hosts.class);
    private static final long HURRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PATIENT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long HURRY_FOR_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long DOUBT_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Pool pool;
    private final HostTarget wanted;
    private final Map<Host, HostProbe> probes = new LinkedHashMap<>();
    private final AtomicBoolean hurries = new AtomicBoolean();
    private final ReadPools reads;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition learned = lock.newCondition();
    private volatile @Nullable Host target;
    private volatile boolean closed;
    private volatile long askedNanos;
    private volatile long doubtedNanos;

    // Guarded by the lock.
    private @Nullable Future<?> timer;
    private long unsettledSinceNanos;
    private boolean isUnsettled;
    private @Nullable String cluster;
    private List<Host> claims = List.of();

    private Hosts(
            Pool pool, Connector connector, HostSupport support, HostTarget wanted, UnaryOperator<String> showable) {
        this.pool = pool;
        this.wanted = wanted;
        this.doubtedNanos = pool.now() - DOUBT_FOR_NANOS;
        for (var url : support.hosts(pool.config().jdbcUrl())) {
            var host = new Host(url);
            probes.put(
                    host,
                    new HostProbe(
                            pool, connector, support, host, look -> answered(host, look), why -> failed(host, why)));
        }
        this.reads = new ReadPools(pool, this, List.copyOf(probes.keySet()), showable);
    }

    /** Null where the URL names one host, or the driver sees to several itself. */
    static @Nullable Hosts of(Pool pool, Connector connector, UnaryOperator<String> showable) {
        var url = pool.config().jdbcUrl();
        var support = connector.support().hosts().orElse(null);
        if (support == null || support.hosts(url).size() < 2) {
            return null;
        }
        var wanted = HostTarget.of(support.target(url, pool.config().driverProperties()))
                .orElse(HostTarget.PRIMARY);
        return new Hosts(pool, connector, support, wanted, showable);
    }

    // Asking.

    void start() {
        askAll();
    }

    /** Something speaks against a host: all are asked now. Never blocks. */
    void doubt() {
        doubtedNanos = pool.now();
        if (hurries.compareAndSet(false, true)) {
            long wait = LEAST_PAUSE_NANOS - (pool.now() - askedNanos);
            var unused = PoolThreads.after(wait, this::askAll);
        }
    }

    /** A host's name leads to another address now: all are asked over new connections. Never blocks. */
    void reconnect() {
        probes.values().forEach(HostProbe::reconnect);
    }

    private void askAll() {
        hurries.set(false);
        if (closed) {
            return;
        }
        askedNanos = pool.now();
        lock.lock();
        try {
            if (timer != null) {
                timer.cancel(false);
            }
            timer = PoolThreads.after(pauseNanos(), this::askAll);
        } finally {
            lock.unlock();
        }
        boolean isQuiet = pool.isQuiet();
        for (var probe : probes.values()) {
            if (isQuiet) {
                probe.rest();
            } else {
                probe.ask();
            }
        }
    }

    /** Lock held. */
    private long pauseNanos() {
        var now = pool.now();
        var current = target;
        var probe = current == null ? null : probes.get(current);
        boolean settled = current != null
                && probe != null
                && current.rank(wanted) != HostTarget.NEVER
                && !probe.isSlow()
                && now - doubtedNanos >= DOUBT_FOR_NANOS;
        if (settled) {
            isUnsettled = false;
            return INTERVAL_NANOS;
        }
        if (!isUnsettled) {
            isUnsettled = true;
            unsettledSinceNanos = now;
        }
        return now - unsettledSinceNanos < HURRY_FOR_NANOS ? HURRY_NANOS : PATIENT_NANOS;
    }

    // Choosing.

    private void answered(Host host, Look look) {
        changed(host, () -> host.answered(look, cluster, pool.config().maxReplicaLag(), pool.now()));
    }

    private void failed(Host host, String why) {
        changed(host, () -> host.failed(why));
    }

    private void changed(Host host, Runnable change) {
        var then = new ArrayList<Runnable>();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            var before = shown(host);
            change.run();
            choose(then);
            var after = shown(host);
            if (before.role() != after.role()
                    || before.state() != after.state()
                    || before.isTarget() != after.isTarget()) {
                then.add(() -> reads.sync(host));
                then.add(() -> report(before, after));
            }
            learned.signalAll();
        } finally {
            lock.unlock();
        }
        then.forEach(Runnable::run);
    }

    /** Lock held; what is to be done about it after that. */
    private void choose(List<Runnable> then) {
        long now = pool.now();
        var current = target;
        Host best = current != null && current.rank(wanted) != HostTarget.NEVER ? current : null;
        for (var host : probes.keySet()) {
            if (isBetter(host, best, now)) {
                best = host;
            }
        }
        warnOfClaims(best, then);
        if (best == null || best == current || (current == null && !mayBeFirst(best))) {
            return;
        }
        if (cluster == null && !best.cluster().isEmpty()) {
            cluster = best.cluster();
        }
        target = best;
        if (current != null) {
            boolean abort = !current.isUp() || (wanted.writes() && current.role() == HostRole.PRIMARY);
            var from = current.address() + " " + text(current);
            var to = best.address();
            then.add(() -> {
                LOG.warn("connections move to another host pool={} from=\"{}\" to={}", pool.name(), from, to);
                pool.hosts().moved(abort);
            });
        }
    }

    /** Lock held. Whether the first choice is certain: those that go before it in the list have been asked. */
    private boolean mayBeFirst(Host best) {
        for (var host : probes.keySet()) {
            if (host == best) {
                break;
            }
            if (host.state() == HostState.UNKNOWN) {
                return false;
            }
        }
        return best.rank(wanted) == 0 || allAsked();
    }

    /** Lock held. */
    private boolean isBetter(Host host, @Nullable Host best, long now) {
        int rank = host.rank(wanted);
        if (rank == HostTarget.NEVER || host == best) {
            return false;
        }
        if (best == null) {
            return true;
        }
        if (wanted.writes() && host.timeline() > 0 && best.timeline() > 0) {
            return host.timeline() > best.timeline();
        }
        return rank < best.rank(wanted) && (target == null || best != target || host.isUpFor(STEADY_NANOS, now));
    }

    /** Lock held. */
    private void warnOfClaims(@Nullable Host best, List<Runnable> then) {
        var now = probes.keySet().stream()
                .filter(host -> host.isUp() && host.role() == HostRole.PRIMARY)
                .toList();
        if (now.equals(claims)) {
            return;
        }
        claims = now;
        if (now.size() > 1 && best != null) {
            var text = now.stream()
                    .map(host -> host.address() + " timeline=" + (host.timeline() == 0 ? "unknown" : host.timeline()))
                    .collect(Collectors.joining(", "));
            var kept = best.address();
            then.add(() -> LOG.error(
                    "more than one host claims to be the primary pool={} hosts=\"{}\" using={}: fence the others",
                    pool.name(),
                    text,
                    kept));
        }
    }

    /** Lock held. */
    private boolean allAsked() {
        return probes.keySet().stream().noneMatch(host -> host.state() == HostState.UNKNOWN);
    }

    private void report(HostSnapshot before, HostSnapshot after) {
        var line = "host changed pool={} host={} role={} state={} target={} lagMs={} trouble=\"{}\"";
        var values = new Object[] {
            pool.name(),
            after.host(),
            after.role(),
            after.state(),
            after.isTarget(),
            after.lag().map(lag -> Long.toString(lag.toMillis())).orElse("unknown"),
            after.trouble()
        };
        if (after.state() == HostState.UP) {
            LOG.info(line, values);
        } else {
            LOG.warn(line, values);
        }
        pool.tell(new PoolEvent.HostChanged(pool.name(), before, after));
    }

    // What others ask.

    /**
     * Where to connect to now. Waits until it is known, or all hosts have been asked; on workers only.
     *
     * @throws SQLException when no host is what is wanted
     */
    Host target() throws SQLException {
        long left = 2 * HostProbe.LIMIT_NANOS;
        lock.lock();
        try {
            while (target == null && !allAsked() && left > 0 && !closed) {
                left = learned.awaitNanos(left);
            }
            var current = target;
            if (current != null && (current.rank(wanted) != HostTarget.NEVER || !current.isUp())) {
                // One that is down may be back before it is asked again.
                return current;
            }
            throw new SQLTransientConnectionException(
                    "No host is fit for target_session_attrs=" + wanted.word() + ": "
                            + probes.keySet().stream()
                                    .map(host -> host.address() + " " + text(host))
                                    .collect(Collectors.joining(", ")),
                    "08001");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("Interrupted while looking for a host", "08001", e);
        } finally {
            lock.unlock();
        }
    }

    private static String text(Host host) {
        return host.role() + " " + host.state() + (host.trouble().isEmpty() ? "" : " (" + host.trouble() + ")");
    }

    /** Refuses a connection just opened whose server says by itself that it takes no writes, where they are wanted. */
    void requireFit(Host host, Optional<Boolean> serverIsReadOnly) throws SQLException {
        if (wanted.writes() && serverIsReadOnly.orElse(false)) {
            doubt();
            throw new SQLTransientConnectionException(
                    "Host " + host.address() + " takes no writes any more; the new primary is being looked for",
                    "25006");
        }
    }

    /** Whether the target is to take writes. */
    boolean expectsWrites() {
        return wanted.writes();
    }

    /** The pools of the replicas. */
    ReadPools reads() {
        return reads;
    }

    boolean isTarget(@Nullable Host host) {
        return host == target;
    }

    /** All, in the order of the URL. */
    List<HostSnapshot> snapshot() {
        lock.lock();
        try {
            return probes.keySet().stream().map(this::shown).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Lock held. */
    private HostSnapshot shown(Host host) {
        int active = 0;
        int total = 0;
        for (var entry : pool.shelf().entries()) {
            if (entry.host() == host) {
                total++;
                active += entry.state() == PoolEntry.State.ACTIVE ? 1 : 0;
            }
        }
        var readers = reads.openOf(host);
        if (readers != null) {
            total += readers.shelf().size();
            active += readers.shelf().count(PoolEntry.State.ACTIVE);
        }
        return new HostSnapshot(
                host.address(),
                host.role(),
                host.state(),
                host == target,
                host.role() == HostRole.REPLICA ? host.lag() : Optional.empty(),
                active,
                total,
                host.trouble());
    }

    /** Asks no more; nobody waits here any longer. */
    void close() {
        lock.lock();
        try {
            closed = true;
            if (timer != null) {
                timer.cancel(false);
            }
            learned.signalAll();
        } finally {
            lock.unlock();
        }
        probes.values().forEach(HostProbe::close);
    }
}
