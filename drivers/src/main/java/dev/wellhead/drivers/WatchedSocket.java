// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.DriverSupport.Liveness;
import dev.wellhead.pool.spi.DriverSupport.Lookout;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A socket that can be looked at: whether the other end has closed, or said something unasked, shows without waiting.
 *
 * <p>An ordinary socket cannot tell an end of stream from silence without a read that waits a millisecond. This one is a
 * channel in non-blocking mode with a selector of its own, so {@link #look} is one read that returns at once; what it
 * reads is given to the next reader. A blocking channel would do, were it not closed by an interrupt of the thread that
 * reads: a JDBC call survives an interrupt on an ordinary socket and does on this one. A platform thread that waits for
 * the server waits in the selector, as does a virtual one, which lets go of its carrier there since JDK 24
 * ({@link WatchedSocketFactory} hands out ordinary sockets on the JDKs between).
 *
 * <h2>Concurrency</h2>
 *
 * One reader and one writer at a time, each under its lock; {@link #close} takes none and ends both. {@link #look} does
 * not wait for a reader. Costs two file descriptors more than an ordinary socket.
 */
// The channel has locks of its own, and a close must not wait for anybody.
@SuppressWarnings("UnsynchronizedOverridesSynchronized")
final class WatchedSocket extends Socket implements Lookout {

    /** The JDK copies through a buffer of this thread as long as what is read or written at once. */
    private static final int MOST_AT_ONCE = 128 * 1024;

    private static final int NOTHING = -1;
    /** First byte of an ErrorResponse. An idle session is sent one only to say that it ends. */
    private static final int ERROR_RESPONSE = 'E';

    private final SocketChannel channel;
    private final Socket adaptor;
    private final Selector readable;
    private final Input input = new Input();
    private final Output output = new Output();
    private volatile @Nullable Selector writable;
    private volatile int timeoutMillis;
    private volatile boolean closed;
    /** Whether a reader was interrupted, whose flag is kept for later. */
    private volatile boolean keepsInterrupt;

    /** As the driver named it. */
    private volatile @Nullable InetSocketAddress peer;

    WatchedSocket() throws IOException {
        channel = SocketChannel.open();
        adaptor = channel.socket();
        try {
            readable = Selector.open();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** How the other end looks from here. Never waits. */
    @Override
    public Liveness look() {
        return input.look();
    }

    @Override
    public @Nullable InetSocketAddress peer() {
        return peer;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int limitMillis) throws IOException {
        boolean done = false;
        try {
            adaptor.connect(endpoint, limitMillis);
            channel.configureBlocking(false);
            channel.register(readable, SelectionKey.OP_READ);
            peer = endpoint instanceof InetSocketAddress named ? named : null;
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        requireConnected();
        return input;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        requireConnected();
        return output;
    }

    private void requireConnected() throws SocketException {
        if (closed) {
            throw new SocketException("Socket is closed");
        }
        if (!adaptor.isConnected()) {
            throw new SocketException("Socket is not connected");
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try {
            channel.close();
        } finally {
            var writing = writable;
            if (writing != null) {
                writing.wakeup();
            }
            // The descriptor is released when the last selector lets go of it.
            readable.close();
        }
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        if (closed) {
            throw new SocketException("Socket is closed");
        }
        if (millis < 0) {
            throw new IllegalArgumentException("timeout=" + millis + ": must not be negative; use 0 for none");
        }
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() throws SocketException {
        if (closed) {
            throw new SocketException("Socket is closed");
        }
        return timeoutMillis;
    }

    /** Reads, or looks. */
    private final class Input extends InputStream {

        private final ReentrantLock lock = new ReentrantLock();
        private final ByteBuffer oneByte = ByteBuffer.allocateDirect(1);
        private final byte[] single = new byte[1];
        private int unread = NOTHING;
        /** Around the array that was read into last, for it is nearly always the same small one. */
        private ByteBuffer wrapped = ByteBuffer.wrap(single);

        Liveness look() {
            if (!lock.tryLock()) {
                return Liveness.PENDING;
            }
            try {
                if (closed) {
                    return Liveness.DEAD;
                }
                if (unread == NOTHING) {
                    oneByte.clear();
                    int count = channel.read(oneByte);
                    if (count == 0) {
                        return Liveness.ALIVE_OR_UNKNOWN;
                    }
                    if (count < 0) {
                        return Liveness.DEAD;
                    }
                    unread = oneByte.get(0) & 0xff;
                }
                // Records of TLS and of GSS begin with other bytes.
                return unread == ERROR_RESPONSE ? Liveness.DEAD : Liveness.PENDING;
            } catch (IOException e) {
                return Liveness.DEAD;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int read() throws IOException {
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            lock.lock();
            try {
                if (unread != NOTHING) {
                    target[offset] = (byte) unread;
                    unread = NOTHING;
                    return 1;
                }
                var buffer = wrapped.array() == target ? wrapped : ByteBuffer.wrap(target);
                if (target.length <= MOST_AT_ONCE) {
                    wrapped = buffer;
                }
                buffer.limit(offset + Math.min(length, MOST_AT_ONCE)).position(offset);
                int count = channel.read(buffer);
                return count != 0 ? count : await(buffer);
            } catch (ClosedChannelException | ClosedSelectorException e) {
                throw closedNow(e);
            } finally {
                lock.unlock();
            }
        }

        private int await(ByteBuffer target) throws IOException {
            int limitMillis = timeoutMillis;
            long began = limitMillis == 0 ? 0 : System.nanoTime();
            boolean interrupted = false;
            try {
                while (true) {
                    long leftMillis = limitMillis;
                    if (limitMillis > 0) {
                        leftMillis -= TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                        if (leftMillis <= 0) {
                            throw new SocketTimeoutException("Read timed out");
                        }
                    }
                    readable.select(WatchedSocket::ready, leftMillis);
                    int count = channel.read(target);
                    if (count != 0) {
                        return count;
                    }
                    // An interrupt ends a select at once; it is kept for later.
                    if (Thread.interrupted()) {
                        interrupted = true;
                        keepsInterrupt = true;
                    }
                }
            } finally {
                if (interrupted) {
                    keepsInterrupt = false;
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public int available() throws IOException {
            lock.lock();
            try {
                return (unread == NOTHING ? 0 : 1) + adaptor.getInputStream().available();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() throws IOException {
            WatchedSocket.this.close();
        }
    }

    /** Writes. */
    private final class Output extends OutputStream {

        private final ReentrantLock lock = new ReentrantLock();
        private ByteBuffer wrapped = ByteBuffer.allocate(1);

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            lock.lock();
            try {
                var buffer = wrapped.array() == source ? wrapped : ByteBuffer.wrap(source);
                if (source.length <= MOST_AT_ONCE) {
                    wrapped = buffer;
                }
                int end = offset + length;
                buffer.limit(Math.min(end, offset + MOST_AT_ONCE)).position(offset);
                while (buffer.hasRemaining()) {
                    if (channel.write(buffer) == 0) {
                        await();
                    }
                    buffer.limit(Math.min(end, buffer.position() + MOST_AT_ONCE));
                }
            } catch (ClosedChannelException | ClosedSelectorException e) {
                throw closedNow(e);
            } finally {
                lock.unlock();
            }
        }

        /** Waits for room in the kernel's buffer. */
        private void await() throws IOException {
            try (var selector = Selector.open()) {
                channel.register(selector, SelectionKey.OP_WRITE);
                writable = selector;
                if (closed) {
                    throw new ClosedChannelException();
                }
                boolean interrupted = Thread.interrupted();
                selector.select(WatchedSocket::ready);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            } finally {
                writable = null;
            }
        }

        @Override
        public void close() throws IOException {
            WatchedSocket.this.close();
        }
    }

    private static void ready(SelectionKey key) {
        // That it is ready is all there is to know.
    }

    private static SocketException closedNow(Exception cause) {
        var closed = new SocketException("Socket closed");
        closed.initCause(cause);
        return closed;
    }

    // What follows is the channel's.

    @Override
    public boolean keepsInterrupt() {
        return keepsInterrupt;
    }

    @Override
    public void bind(SocketAddress local) throws IOException {
        adaptor.bind(local);
    }

    @Override
    public InetAddress getInetAddress() {
        return adaptor.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return adaptor.getLocalAddress();
    }

    @Override
    public int getPort() {
        return adaptor.getPort();
    }

    @Override
    public int getLocalPort() {
        return adaptor.getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return adaptor.getRemoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return adaptor.getLocalSocketAddress();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        adaptor.setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return adaptor.getTcpNoDelay();
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        adaptor.setSoLinger(on, seconds);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return adaptor.getSoLinger();
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        adaptor.sendUrgentData(data);
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        adaptor.setOOBInline(on);
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        return adaptor.getOOBInline();
    }

    @Override
    public void setSendBufferSize(int bytes) throws SocketException {
        adaptor.setSendBufferSize(bytes);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return adaptor.getSendBufferSize();
    }

    @Override
    public void setReceiveBufferSize(int bytes) throws SocketException {
        adaptor.setReceiveBufferSize(bytes);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return adaptor.getReceiveBufferSize();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        adaptor.setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return adaptor.getKeepAlive();
    }

    @Override
    public void setTrafficClass(int value) throws SocketException {
        adaptor.setTrafficClass(value);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return adaptor.getTrafficClass();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        adaptor.setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return adaptor.getReuseAddress();
    }

    @Override
    public void shutdownInput() throws IOException {
        adaptor.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        adaptor.shutdownOutput();
    }

    @Override
    public boolean isConnected() {
        return adaptor.isConnected();
    }

    @Override
    public boolean isBound() {
        return adaptor.isBound();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public boolean isInputShutdown() {
        return adaptor.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return adaptor.isOutputShutdown();
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public String toString() {
        return adaptor.toString();
    }
}
