// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that the pool can look at. Only for {@link PostgresSupport}; public because pgjdbc makes it by its name. Does
 * not work in a URL of a user's.
 *
 * <p>pgjdbc makes one factory for each connection. Which of its sockets belongs to which connection goes by a key among
 * the connect's properties, known while the connect is under way and no longer; what is opened later, to send a cancel, is
 * an ordinary socket.
 */
public final class WatchedSocketFactory extends SocketFactory {

    /** pgjdbc hands this property to the constructor with all others. */
    static final String KEY = "socketFactoryArg";

    private static final Map<String, Sockets> UNDER_WAY = new ConcurrentHashMap<>();
    private static final AtomicLong KEYS = new AtomicLong();
    private static final int FIRST_VIRTUAL = 21;
    private static final int FIRST_PARKING_IN_SELECT = 24;

    private final Sockets sockets;

    /** The sockets of one connect. */
    static final class Sockets implements AutoCloseable {

        private final String key = "wellhead-" + KEYS.incrementAndGet();
        private final List<WatchedSocket> made = new ArrayList<>();
        private boolean over;

        private Sockets() {
            UNDER_WAY.put(key, this);
        }

        String key() {
            return key;
        }

        synchronized Socket make() throws IOException {
            if (over) {
                return new Socket();
            }
            var socket = new WatchedSocket();
            made.add(socket);
            return socket;
        }

        /** The one that is open; null when there is none, or more than one, so that it cannot be told which is used. */
        synchronized @Nullable WatchedSocket open() {
            made.removeIf(WatchedSocket::isClosed);
            return made.size() == 1 ? made.get(0) : null;
        }

        /** The connect is over, well or not. */
        @Override
        public void close() {
            UNDER_WAY.remove(key);
            synchronized (this) {
                over = true;
                made.clear();
            }
        }
    }

    /**
     * Called by pgjdbc.
     *
     * @param properties of the connect
     * @throws IllegalStateException when no connect of the pool's is under way
     */
    public WatchedSocketFactory(Properties properties) {
        var found = UNDER_WAY.get(properties.getProperty(KEY, ""));
        if (found == null) {
            throw new IllegalStateException(
                    "socketFactory=" + WatchedSocketFactory.class.getName() + " is for the pool alone; leave it out");
        }
        this.sockets = found;
    }

    /** Before a connect. */
    static Sockets begin() {
        return new Sockets();
    }

    /**
     * Whether such sockets can serve here: the driver sees the class that makes them, no SOCKS proxy is set (a channel knows none), and a
     * virtual thread that waits in a selector lets go of its carrier.
     */
    static boolean isUsable(Class<?> factory, Class<?> driver) {
        int jdk = Runtime.version().feature();
        return (jdk < FIRST_VIRTUAL || jdk >= FIRST_PARKING_IN_SELECT)
                && System.getProperty("socksProxyHost") == null
                && sees(driver, factory);
    }

    private static boolean sees(Class<?> driver, Class<?> factory) {
        try {
            return Class.forName(factory.getName(), false, driver.getClassLoader()) == factory;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Override
    public Socket createSocket() throws IOException {
        return sockets.make();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    private Socket connected(InetSocketAddress remote, @Nullable InetSocketAddress local) throws IOException {
        var socket = createSocket();
        try {
            if (local != null) {
                socket.bind(local);
            }
            socket.connect(remote);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
