// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection through the proxy: two sockets, a {@link Pipe} for each direction, at most four threads.
 *
 * <p>Lock: the monitor of this object guards the faults and wakes those who wait for them to change; no I/O under it.
 */
final class ProxyConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyConnection.class);
    private static final int CONNECT_LIMIT_MILLIS = 5_000;

    private final Socket client;
    private final InetSocketAddress serverAddress;
    private final String name;
    private final Consumer<ProxyConnection> onEnd;
    private final Socket server = new Socket();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger openPipes = new AtomicInteger(2);
    private Faults faults;
    private boolean isSwallowedWhole;
    private boolean isClosed;
    // After a FIN to both sides: what still comes is thrown away.
    private boolean isDraining;

    ProxyConnection(
            Socket client,
            InetSocketAddress serverAddress,
            Faults faults,
            String name,
            Consumer<ProxyConnection> onEnd) {
        this.client = client;
        this.serverAddress = serverAddress;
        this.faults = faults;
        this.name = name;
        this.onEnd = onEnd;
    }

    void start(Map<Direction, Traffic> traffic) {
        run("connect", () -> open(traffic));
    }

    void change(UnaryOperator<Faults> change) {
        boolean isLost;
        synchronized (this) {
            faults = change.apply(faults);
            isLost = isSwallowedWhole && !faults.isBlackHole();
            notifyAll();
        }
        if (isLost) {
            // Nobody at the other end ever heard of it.
            reset();
        }
    }

    void cut(Cut how) {
        switch (how) {
            case RESET -> reset();
            case CLOSE -> closeOrderly();
            case BLACK_HOLE -> change(now -> now.withBoth(oneWay -> oneWay.withBlackHole(true)));
        }
    }

    synchronized Faults.OneWay faults(Direction direction) {
        return faults.oneWay(direction);
    }

    synchronized boolean isDraining() {
        return isDraining;
    }

    synchronized boolean isClosed() {
        return isClosed;
    }

    /** Waits for a change of the faults or the end of the connection, at most so long. */
    synchronized void awaitChange(Faults.OneWay seen, Direction direction, long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        while (!isClosed && !isDraining && faults.oneWay(direction).equals(seen) && left > 0) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
            left = deadline - System.nanoTime();
        }
    }

    void reset() {
        end(true);
    }

    void pipeEnded() {
        if (openPipes.decrementAndGet() == 0) {
            end(false);
        }
    }

    void interruptThreads() {
        threads.forEach(Thread::interrupt);
    }

    void joinThreads(long millis) throws InterruptedException {
        // The first thread starts the others, so they are all in the list when it has ended.
        for (int i = 0; i < threads.size(); i++) {
            threads.get(i).join(millis);
        }
    }

    boolean isOver() {
        return isClosed() && threads.stream().noneMatch(Thread::isAlive);
    }

    private void open(Map<Direction, Traffic> traffic) {
        Cut onAccept;
        boolean isBlackHole;
        synchronized (this) {
            onAccept = faults.onAccept();
            isBlackHole = faults.isBlackHole();
            isSwallowedWhole = isBlackHole && onAccept == null;
        }
        try {
            if (onAccept != null) {
                end(onAccept == Cut.RESET);
            } else if (isBlackHole) {
                swallow(Traffic.of(traffic, Direction.TO_SERVER).swallowedBytes());
            } else {
                connect(traffic);
            }
        } catch (IOException e) {
            LOG.debug("fault proxy connection ended name={}", name, e);
            reset();
        }
    }

    private void swallow(LongAdder swallowed) throws IOException {
        byte[] buffer = new byte[8_192];
        InputStream in = client.getInputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            swallowed.add(count);
        }
        end(false);
    }

    private void connect(Map<Direction, Traffic> traffic) throws IOException {
        server.connect(serverAddress, CONNECT_LIMIT_MILLIS);
        server.setTcpNoDelay(true);
        client.setTcpNoDelay(true);
        Pipe toServer = new Pipe(this, Direction.TO_SERVER, client, server, Traffic.of(traffic, Direction.TO_SERVER));
        Pipe toClient = new Pipe(this, Direction.TO_CLIENT, server, client, Traffic.of(traffic, Direction.TO_CLIENT));
        run("to-server-write", toServer::write);
        run("to-client-read", toClient::read);
        run("to-client-write", toClient::write);
        toServer.read();
    }

    private void run(String role, Runnable work) {
        Thread thread = new Thread(work, name + "-" + role);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void closeOrderly() {
        synchronized (this) {
            isDraining = true;
            notifyAll();
        }
        shutdownOutput(client);
        shutdownOutput(server);
    }

    private void shutdownOutput(Socket socket) {
        try {
            if (socket.isConnected() && !socket.isClosed()) {
                socket.shutdownOutput();
            }
        } catch (IOException e) {
            LOG.debug("fault proxy side was closed already name={}", name, e);
        }
    }

    private void end(boolean withReset) {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            notifyAll();
        }
        close(client, withReset);
        close(server, withReset);
        // A writer may wait for bytes, a reader for room.
        interruptThreads();
        onEnd.accept(this);
    }

    private void close(Socket socket, boolean withReset) {
        try (socket) {
            if (withReset && !socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            LOG.debug("fault proxy side was closed already name={}", name, e);
        }
    }
}
