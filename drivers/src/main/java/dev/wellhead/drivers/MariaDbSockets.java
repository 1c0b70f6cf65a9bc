// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.drivers.WatchedSocketFactory.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Supplier;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that the pool can look at, for drivers that make their factory without an argument. Only for {@link
 * MariaDbSupport} and {@link MySqlSupport}; public because MariaDB's driver makes it by its name.
 *
 * <p>These drivers connect on the thread that asked them to, so a connect is found by its thread. Sockets that are made at
 * other times, to send a cancel, are ordinary ones.
 */
public final class MariaDbSockets extends SocketFactory {

    private static final ThreadLocal<@Nullable Sockets> CONNECTING = new ThreadLocal<>();

    /** Called by the driver. */
    public MariaDbSockets() {}

    /** Something that connects. */
    interface Connect<T extends @Nullable Object, E extends Exception> {
        T run() throws E;
    }

    /** Runs a connect of this thread, whose sockets are those. */
    static <T extends @Nullable Object, E extends Exception> T during(Sockets sockets, Connect<T, E> connect) throws E {
        CONNECTING.set(sockets);
        try {
            return connect.run();
        } finally {
            CONNECTING.remove();
        }
    }

    /** A socket of the connect under way on this thread; another where there is none. */
    static Socket make(Supplier<Socket> other) throws IOException {
        var sockets = CONNECTING.get();
        return sockets == null ? other.get() : sockets.make();
    }

    @Override
    public Socket createSocket() throws IOException {
        return make(Socket::new);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return SocketFactory.getDefault().createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return SocketFactory.getDefault().createSocket(host, port, localHost, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return SocketFactory.getDefault().createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return SocketFactory.getDefault().createSocket(host, port, localHost, localPort);
    }
}
