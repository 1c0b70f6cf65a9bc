// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands in for a pooler in one point: like PgBouncer it announces a backend number of its own invention at login, and
 * hands everything else through, one server session for each connection. Ended when closed.
 */
final class PoolerStandIn implements AutoCloseable {
    private static final int BACKEND_KEY_DATA = 'K';
    private static final int READY = 'Z';
    private static final int INVENTED = 7;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    PoolerStandIn(int target) throws IOException {
        this.target = target;
        start(this::acceptAll);
    }

    int port() {
        return listener.getLocalPort();
    }

    private interface Act {
        void run() throws IOException;
    }

    private static void start(Act act) {
        var thread = new Thread(() -> {
            try {
                act.run();
            } catch (SocketException | EOFException closed) {
                // By one of the two sides, or by close().
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() throws IOException {
        while (true) {
            var client = listener.accept();
            var server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(client);
            sockets.add(server);
            start(() -> {
                try (client;
                        server) {
                    client.getInputStream().transferTo(server.getOutputStream());
                }
            });
            start(() -> {
                try (client;
                        server) {
                    answers(
                            new DataInputStream(server.getInputStream()),
                            new DataOutputStream(client.getOutputStream()));
                }
            });
        }
    }

    private static void answers(DataInputStream from, DataOutputStream to) throws IOException {
        int type = from.read();
        if (type == 'N') {
            // The answer to the question for TLS is one byte alone.
            to.writeByte(type);
            type = from.read();
        }
        while (type >= 0 && type != READY) {
            int length = from.readInt();
            var body = from.readNBytes(length - Integer.BYTES);
            to.writeByte(type);
            to.writeInt(length);
            if (type == BACKEND_KEY_DATA) {
                to.writeInt(INVENTED);
                to.write(body, Integer.BYTES, body.length - Integer.BYTES);
            } else {
                to.write(body);
            }
            type = from.read();
        }
        if (type == READY) {
            to.writeByte(type);
            from.transferTo(to);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (var socket : sockets) {
            socket.close();
        }
    }
}
