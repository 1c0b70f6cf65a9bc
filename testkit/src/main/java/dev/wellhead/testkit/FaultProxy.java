// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP proxy on a free loopback port that does to connections what networks do, on command and while they live.
 *
 * <p>{@code proxy.existing()} speaks of the connections that are open now, {@code proxy.future()} of those to come,
 * {@code proxy.all()} of both; each fault stays until {@link Scope#clear()}. It takes at most 1,000 connections at a
 * time and resets those above. All methods may be called from any thread; none waits for the network.
 */
public final class FaultProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FaultProxy.class);
    private static final int MAX_CONNECTIONS = 1_000;
    private static final int LOWEST_PORT = 15_000;
    private static final int BEYOND_PORT = 32_000;
    private static final int PORT_ATTEMPTS = 200;
    private static final long JOIN_MILLIS = 5_000;

    private final InetSocketAddress server;
    private final int port;
    private final Set<ProxyConnection> live = ConcurrentHashMap.newKeySet();
    // Closed ones too as long as a thread of theirs is still on its way out.
    private final Set<ProxyConnection> withThreads = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong overLimit = new AtomicLong();
    private final Map<Direction, Traffic> traffic = Traffic.none();
    private final Object faultLock = new Object();
    private Faults futureFaults = Faults.NONE;
    private final InetAddress address;
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;
    private boolean isClosed;

    private FaultProxy(InetSocketAddress server, ServerSocket listener) {
        this.address = listener.getInetAddress();
        this.server = server;
        this.port = listener.getLocalPort();
        this.listener = listener;
    }

    /**
     * Starts a proxy to a server.
     *
     * @param host of the server
     * @param port of the server; it need not listen yet
     * @return listening on 127.0.0.1
     */
    public static FaultProxy to(String host, int port) {
        try {
            return to(new InetSocketAddress(host, port), bindAny());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FaultProxy to(InetSocketAddress server, ServerSocket listener) {
        FaultProxy proxy = new FaultProxy(server, listener);
        proxy.startAccepting(listener);
        return proxy;
    }

    /**
     * Starts a proxy to a test server, on an address of its own.
     *
     * @param address of this machine
     * @param port free on that address
     * @param server may be stopped and restarted behind the proxy
     * @return listening there
     * @throws IOException when nobody can listen there
     */
    public static FaultProxy at(InetAddress address, int port, PostgresServer server) throws IOException {
        return to(new InetSocketAddress(loopback(), server.port()), bind(address, port));
    }

    /**
     * Starts a proxy to a test server.
     *
     * @param server may be stopped and restarted behind the proxy
     * @return listening on 127.0.0.1
     */
    public static FaultProxy to(PostgresServer server) {
        return to("127.0.0.1", server.port());
    }

    /**
     * The port that the proxy listens on.
     *
     * @return on 127.0.0.1, the same for its whole life
     */
    public int port() {
        return port;
    }

    /**
     * A JDBC URL for a PostgreSQL server behind the proxy.
     *
     * @param database its name
     * @return with the user {@code postgres}, without a password
     */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
    }

    /**
     * The connections that are open at the time of each call.
     *
     * @return their faults
     */
    public Scope existing() {
        return new Scope(true, false);
    }

    /**
     * The connections that will be accepted.
     *
     * @return their faults
     */
    public Scope future() {
        return new Scope(false, true);
    }

    /**
     * All connections, open ones and those to come.
     *
     * @return their faults
     */
    public Scope all() {
        return new Scope(true, true);
    }

    /** Stops listening: connects are refused, open connections go on. */
    public synchronized void refuse() {
        try {
            if (listener != null) {
                listener.close();
                listener = null;
            }
            joinAcceptor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Listens again, on the same port; nothing to do when it does. */
    public synchronized void listen() {
        if (isClosed) {
            throw new IllegalStateException("The proxy is closed; start another one");
        }
        if (listener == null) {
            try {
                ServerSocket again = bind(address, port);
                listener = again;
                startAccepting(again);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Connections accepted since the start.
     *
     * @return grows only
     */
    public long accepted() {
        return accepted.get();
    }

    /**
     * Connections open now, on either side.
     *
     * @return 0 or more
     */
    public int live() {
        return live.size();
    }

    /**
     * Connections reset because 1,000 were open.
     *
     * @return grows only
     */
    public long overLimit() {
        return overLimit.get();
    }

    /**
     * Bytes that were passed on.
     *
     * @param direction which way
     * @return grows only
     */
    public long forwardedBytes(Direction direction) {
        return Traffic.of(traffic, direction).forwardedBytes().sum();
    }

    /**
     * Bytes that were thrown away by a black hole or after a close.
     *
     * @param direction which way
     * @return grows only
     */
    public long swallowedBytes(Direction direction) {
        return Traffic.of(traffic, direction).swallowedBytes().sum();
    }

    /** Stops listening, resets all connections and ends all threads. A second call does nothing. */
    @Override
    public synchronized void close() {
        isClosed = true;
        refuse();
        ProxyConnection[] open = withThreads.toArray(new ProxyConnection[0]);
        try {
            for (ProxyConnection connection : open) {
                connection.reset();
            }
            for (ProxyConnection connection : open) {
                connection.joinThreads(JOIN_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void change(boolean existing, boolean future, UnaryOperator<Faults> change) {
        synchronized (faultLock) {
            if (future) {
                futureFaults = change.apply(futureFaults);
            }
            if (existing) {
                live.forEach(connection -> connection.change(change));
            }
        }
    }

    private void startAccepting(ServerSocket socket) {
        Thread thread = new Thread(() -> accept(socket), "fault-proxy-" + port + "-accept");
        thread.setDaemon(true);
        acceptor = thread;
        thread.start();
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                admit(socket.accept());
            } catch (SocketException e) {
                // Closed by refuse() or close(): the loop's condition sees it.
                LOG.trace("fault proxy accept ended port={}", port, e);
            } catch (IOException e) {
                LOG.warn("fault proxy cannot accept port={}", port, e);
            }
        }
    }

    private void admit(Socket client) throws IOException {
        ProxyConnection connection;
        synchronized (faultLock) {
            long number = accepted.incrementAndGet();
            if (live.size() >= MAX_CONNECTIONS) {
                overLimit.incrementAndGet();
                client.setSoLinger(true, 0);
                client.close();
                return;
            }
            String name = "fault-proxy-" + port + "-" + number;
            connection = new ProxyConnection(client, server, futureFaults, name, live::remove);
            live.add(connection);
            withThreads.removeIf(ProxyConnection::isOver);
            withThreads.add(connection);
            connection.start(traffic);
        }
    }

    private void joinAcceptor() {
        if (acceptor != null) {
            try {
                acceptor.join(JOIN_MILLIS);
                acceptor = null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ServerSocket bind(InetAddress address, int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        boolean isBound = false;
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port), 1_000);
            isBound = true;
            return socket;
        } finally {
            if (!isBound) {
                socket.close();
            }
        }
    }

    /** Below the ports of outgoing connections, so that none of those sits on it while the proxy refuses. */
    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    private static ServerSocket bindAny() throws IOException {
        IOException last = new IOException("no free port");
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            try {
                return bind(loopback(), ThreadLocalRandom.current().nextInt(LOWEST_PORT, BEYOND_PORT));
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    /** Sets and clears the faults of a set of connections; each call counts at once and adds to those before. */
    public final class Scope {
        private final boolean existing;
        private final boolean future;

        private Scope(boolean existing, boolean future) {
            this.existing = existing;
            this.future = future;
        }

        /**
         * Makes every byte late, in both directions: a round trip takes twice that long more.
         *
         * @param value how late
         * @return this
         */
        public Scope latency(Duration value) {
            return both(oneWay -> oneWay.withLatencyNanos(value.toNanos()));
        }

        /**
         * Makes every byte late, one way.
         *
         * @param direction which way
         * @param value how late
         * @return this
         */
        public Scope latency(Direction direction, Duration value) {
            return one(direction, oneWay -> oneWay.withLatencyNanos(value.toNanos()));
        }

        /**
         * Limits the rate, each direction by itself.
         *
         * @param bytesPerSecond above 0; 0 takes the limit away
         * @return this
         */
        public Scope bandwidth(long bytesPerSecond) {
            requireNotNegative("bytesPerSecond", bytesPerSecond);
            return both(oneWay -> oneWay.withBytesPerSecond(bytesPerSecond));
        }

        /**
         * Limits the rate one way.
         *
         * @param direction which way
         * @param bytesPerSecond above 0; 0 takes the limit away
         * @return this
         */
        public Scope bandwidth(Direction direction, long bytesPerSecond) {
            requireNotNegative("bytesPerSecond", bytesPerSecond);
            return one(direction, oneWay -> oneWay.withBytesPerSecond(bytesPerSecond));
        }

        /**
         * Throws all bytes away, and the news that a side has closed too. New connections are accepted and never reach
         * the server. When it is cleared, connections go on without the lost bytes; those where a side has closed
         * meanwhile, and those that never reached the server, are reset.
         *
         * @return this
         */
        public Scope blackHole() {
            return both(oneWay -> oneWay.withBlackHole(true));
        }

        /**
         * Throws the bytes of one direction away.
         *
         * @param direction which way
         * @return this
         */
        public Scope blackHole(Direction direction) {
            return one(direction, oneWay -> oneWay.withBlackHole(true));
        }

        /**
         * Holds all bytes until {@link #clear()}; none is lost.
         *
         * @return this
         */
        public Scope stall() {
            return both(oneWay -> oneWay.withStalled(true));
        }

        /**
         * Holds the bytes of one direction until {@link #clear()}; none is lost.
         *
         * @param direction which way
         * @return this
         */
        public Scope stall(Direction direction) {
            return one(direction, oneWay -> oneWay.withStalled(true));
        }

        /**
         * Cuts each connection when so many more bytes have passed.
         *
         * @param direction which bytes count
         * @param bytes above 0, from now on, or from the connect on for a new connection
         * @param how what both sides see
         * @return this
         */
        public Scope cutAfter(Direction direction, long bytes, Cut how) {
            if (bytes <= 0) {
                throw new IllegalArgumentException("bytes=" + bytes + ": must be above 0; use reset() to cut now");
            }
            return one(direction, oneWay -> oneWay.withCut(Faults.CutRule.after(bytes, how)));
        }

        /**
         * Cuts each connection when a byte sequence is about to pass, in however many pieces it comes: what precedes it
         * passes, it does not. Bytes that may be its begin are held for 20 ms and pass then if nothing follows; should
         * the rest come after all, that rest does not pass.
         *
         * @param direction which bytes are searched
         * @param sequence not empty
         * @param how what both sides see
         * @return this
         */
        public Scope cutBefore(Direction direction, byte[] sequence, Cut how) {
            if (sequence.length == 0) {
                throw new IllegalArgumentException("The byte sequence is empty; use reset() to cut now");
            }
            return one(direction, oneWay -> oneWay.withCut(Faults.CutRule.before(sequence, how)));
        }

        /**
         * Cuts each connection when a text is about to pass; see {@link #cutBefore(Direction, byte[], Cut)}.
         *
         * @param direction which bytes are searched
         * @param text in UTF-8, not empty
         * @param how what both sides see
         * @return this
         */
        public Scope cutBefore(Direction direction, String text, Cut how) {
            return cutBefore(direction, text.getBytes(StandardCharsets.UTF_8), how);
        }

        /**
         * Resets each connection with RST to both sides; new ones right after the connect.
         *
         * @return this
         */
        public Scope reset() {
            return end(Cut.RESET);
        }

        /**
         * Closes each connection with FIN to both sides; new ones right after the connect.
         *
         * @return this
         */
        public Scope close() {
            return end(Cut.CLOSE);
        }

        /**
         * Takes all faults away; what is held passes.
         *
         * @return this
         */
        public Scope clear() {
            change(existing, future, faults -> Faults.NONE);
            return this;
        }

        private Scope end(Cut how) {
            if (future) {
                change(false, true, faults -> new Faults(faults.toServer(), faults.toClient(), how));
            }
            if (existing) {
                live.forEach(connection -> connection.cut(how));
            }
            return this;
        }

        private Scope one(Direction direction, UnaryOperator<Faults.OneWay> change) {
            change(existing, future, faults -> faults.with(direction, change));
            return this;
        }

        private Scope both(UnaryOperator<Faults.OneWay> change) {
            change(existing, future, faults -> faults.withBoth(change));
            return this;
        }

        private static void requireNotNegative(String name, long value) {
            if (value < 0) {
                throw new IllegalArgumentException(name + "=" + value + ": must be 0 (no limit) or more");
            }
        }
    }
}
