// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has connections renewed whose address the name that they were opened by does not lead to any more: after a move they
 * would else stay with the old server until their lifetime ends.
 *
 * <p>The names are those that the driver itself resolved, as the sockets tell; so nothing has to be known of its URLs, and
 * where sockets cannot be seen nothing is done. They are resolved at every thirtieth pass of the housekeeper (every 30 s
 * at the defaults, which is as long as a JVM keeps an answer), on a worker, one look at a time. A connection's address has
 * left when {@link #ALIKE} answers in a row were the same and lack it; an answer that fails says nothing. Those concerned
 * are renewed by {@link Renewal}, one at a time and the successor first.
 *
 * <p>Name servers that give out a part of the addresses, another one each time, retire nobody: an address that comes back
 * within {@link #AWAY} answers shows one, and after the second time nobody leaves for {@link #ROTATES} answers. Of two
 * addresses in turns the same one comes three times in a row by chance, so that equal answers alone would not do.
 */
final class AddressWatch {

    /** Asks for all addresses of a name; may block. */
    interface Resolver {
        InetAddress[] resolve(String name) throws UnknownHostException;
    }

    /** Passes of the housekeeper from one look to the next. */
    static final int EVERY = 30;
    /** So many answers in a row have to say the same. */
    static final int ALIKE = 3;
    /** An address that was missing in that many answers, or fewer, and is back was not gone (10 minutes). */
    static final int AWAY = 20;
    /** For so many answers nobody leaves because of a name whose addresses have come back twice (an hour). */
    static final int ROTATES = 120;

    private static final Logger LOG = LoggerFactory.getLogger(AddressWatch.class);

    /** What was said of one name so far. */
    private static final class Answers {

        private Set<InetAddress> last = Set.of();
        /** How often in a row. */
        private int times;
        /** Answers so far. */
        private int count;
        /** What is missing, and since which answer; for {@link #AWAY} answers. */
        private final Map<InetAddress, Integer> missing = new HashMap<>();

        /** Counted down; 0 when no address has come back for {@link #ROTATES} answers. */
        private int lastReturn;

        private int returnBefore;

        void failed() {
            times = 0;
        }

        void add(Set<InetAddress> answer) {
            count++;
            times = answer.equals(last) ? times + 1 : 1;
            for (var address : last) {
                if (!answer.contains(address)) {
                    missing.putIfAbsent(address, count);
                }
            }
            missing.values().removeIf(since -> count - since > AWAY);
            lastReturn = Math.max(0, lastReturn - 1);
            returnBefore = Math.max(0, returnBefore - 1);
            if (missing.keySet().removeAll(answer)) {
                returnBefore = lastReturn;
                lastReturn = ROTATES;
            }
            last = answer;
        }

        boolean isSettled() {
            return times >= ALIKE && returnBefore == 0 && !last.isEmpty();
        }
    }

    private final Pool pool;
    private final Runnable renew;
    private final Resolver resolver;
    private final AtomicBoolean looks = new AtomicBoolean();
    /** By name; only whoever has set {@link #looks} touches it. */
    private final Map<String, Answers> answers = new HashMap<>();
    /** The housekeeper's. */
    private int passes;

    /** @param renew called where connections have become due */
    AddressWatch(Pool pool, Runnable renew, Resolver resolver) {
        this.pool = pool;
        this.renew = renew;
        this.resolver = resolver;
    }

    /** The housekeeper's; never blocks. */
    void pass() {
        passes++;
        if (passes % EVERY == 0) {
            look();
        }
    }

    /** Has a worker look, unless one does. */
    void look() {
        var entries = byName();
        if (!entries.isEmpty() && looks.compareAndSet(false, true)) {
            pool.crews().probes().work(() -> {
                try {
                    answers.keySet().retainAll(entries.keySet());
                    entries.forEach(this::look);
                } finally {
                    looks.set(false);
                }
            });
        }
    }

    private Map<String, List<PoolEntry>> byName() {
        var found = new HashMap<String, List<PoolEntry>>();
        for (var entry : pool.shelf().entries()) {
            var name = name(entry.peer());
            if (name != null) {
                found.computeIfAbsent(name, unused -> new ArrayList<>()).add(entry);
            }
        }
        return found;
    }

    /** The name that this address was found by; null where it was given as a number. */
    private static @Nullable String name(@Nullable InetSocketAddress peer) {
        if (peer == null || peer.getAddress() == null) {
            return null;
        }
        var name = peer.getHostString();
        return name.equals(peer.getAddress().getHostAddress()) ? null : name;
    }

    private void look(String name, List<PoolEntry> entries) {
        var said = answers.computeIfAbsent(name, unused -> new Answers());
        Set<InetAddress> addresses;
        try {
            addresses = Set.copyOf(new HashSet<>(List.of(resolver.resolve(name))));
        } catch (UnknownHostException | RuntimeException e) {
            // Whether the server can be reached by it, the next connect tells.
            said.failed();
            return;
        }
        said.add(addresses);
        if (said.isSettled()) {
            renew(name, entries, addresses);
        }
    }

    private void renew(String name, List<PoolEntry> entries, Set<InetAddress> addresses) {
        var left = new TreeSet<String>();
        int count = 0;
        pool.lock().lock();
        try {
            for (var entry : entries) {
                var peer = entry.peer();
                if (peer != null && !addresses.contains(peer.getAddress()) && entry.addressLeft(pool.now())) {
                    left.add(peer.getAddress().getHostAddress());
                    count++;
                }
            }
        } finally {
            pool.lock().unlock();
        }
        if (count > 0) {
            LOG.info(
                    "host name leads elsewhere pool={} name={} from={} to={} connections={} are being renewed",
                    pool.name(),
                    name,
                    left,
                    addresses.stream().map(InetAddress::getHostAddress).sorted().toList(),
                    count);
            renew.run();
        }
    }
}
