// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection: a reading and a writing thread with a bounded queue between them, so that latency does
 * not cost throughput and a side that does not read slows the other down, as on a network.
 */
final class Pipe {
    private static final int CHUNK_BYTES = 16_384;
    private static final int QUEUE_CHUNKS = 64;
    private static final long HOLD_BACK_MILLIS = 20;
    private static final long FOREVER_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long SLICES_PER_SECOND = 50;

    private final ProxyConnection connection;
    private final Direction direction;
    private final Socket from;
    private final Socket to;
    private final Traffic traffic;
    private final BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(QUEUE_CHUNKS);
    private Faults.@Nullable CutRule rule;
    private Faults.@Nullable Cutter cutter;
    private long lineFreeNanos;

    Pipe(ProxyConnection connection, Direction direction, Socket from, Socket to, Traffic traffic) {
        this.connection = connection;
        this.direction = direction;
        this.from = from;
        this.to = to;
        this.traffic = traffic;
    }

    private enum Kind {
        BYTES,
        CLOSED,
        RESET
    }

    private record Chunk(Kind kind, ByteBuffer bytes, long readNanos) {}

    void read() {
        byte[] buffer = new byte[CHUNK_BYTES];
        try {
            Kind end = Kind.CLOSED;
            try {
                InputStream in = from.getInputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    queue.put(new Chunk(Kind.BYTES, ByteBuffer.wrap(Arrays.copyOf(buffer, count)), System.nanoTime()));
                }
            } catch (IOException e) {
                // That side was reset; the writer passes it on.
                end = Kind.RESET;
            }
            queue.put(new Chunk(end, ByteBuffer.allocate(0), System.nanoTime()));
        } catch (InterruptedException e) {
            // The connection ends; this thread with it.
            Thread.currentThread().interrupt();
        }
    }

    void write() {
        try {
            while (!connection.isClosed()) {
                Chunk chunk = next();
                if (chunk == null) {
                    releaseHeld();
                } else if (chunk.kind() == Kind.BYTES) {
                    awaitDue(chunk);
                    pass(chunk.bytes().array());
                } else {
                    awaitDue(chunk);
                    passEnd(chunk.kind());
                    return;
                }
            }
        } catch (IOException e) {
            connection.reset();
        } catch (InterruptedException e) {
            // The connection ends; this thread with it.
            Thread.currentThread().interrupt();
        }
    }

    /** The next chunk; null when none comes while bytes are held back. */
    private @Nullable Chunk next() throws InterruptedException {
        boolean holdsBack = cutter != null && cutter.holdsBack();
        return holdsBack ? queue.poll(HOLD_BACK_MILLIS, TimeUnit.MILLISECONDS) : queue.take();
    }

    /** Waits until the chunk is as late as the latency says; a change of the faults counts at once. */
    private void awaitDue(Chunk chunk) throws InterruptedException {
        while (!connection.isClosed() && !connection.isDraining()) {
            Faults.OneWay now = connection.faults(direction);
            long wait = now.isStalled() ? FOREVER_NANOS : chunk.readNanos() + now.latencyNanos() - System.nanoTime();
            if (wait <= 0 || now.isBlackHole()) {
                return;
            }
            connection.awaitChange(now, direction, wait);
        }
    }

    private void pass(byte[] bytes) throws IOException, InterruptedException {
        Faults.CutRule wanted = connection.faults(direction).cut();
        if (wanted != rule) {
            releaseHeld();
            rule = wanted;
            cutter = wanted == null ? null : wanted.cutter();
        }
        if (wanted == null || cutter == null) {
            forward(bytes);
            return;
        }
        Faults.Cutter.Verdict verdict = cutter.offer(bytes);
        forward(verdict.bytes());
        if (verdict.isCut()) {
            // After a black hole bytes may still come: they are swallowed, not searched.
            cutter = null;
            connection.cut(wanted.how());
        }
    }

    private void releaseHeld() throws IOException, InterruptedException {
        if (cutter != null) {
            forward(cutter.release());
        }
    }

    private void forward(byte[] bytes) throws IOException, InterruptedException {
        int offset = 0;
        while (offset < bytes.length && !connection.isClosed()) {
            Faults.OneWay now = connection.faults(direction);
            if (now.isBlackHole() || connection.isDraining()) {
                traffic.swallowedBytes().add(bytes.length - offset);
                return;
            }
            if (now.isStalled()) {
                connection.awaitChange(now, direction, FOREVER_NANOS);
                continue;
            }
            int slice = slice(now, bytes.length - offset);
            long wait = lineFreeNanos - System.nanoTime();
            if (now.bytesPerSecond() > 0 && wait > 0) {
                connection.awaitChange(now, direction, wait);
                continue;
            }
            to.getOutputStream().write(bytes, offset, slice);
            traffic.forwardedBytes().add(slice);
            offset += slice;
            if (now.bytesPerSecond() > 0) {
                lineFreeNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(slice) / now.bytesPerSecond();
            }
        }
    }

    private static int slice(Faults.OneWay now, int length) {
        if (now.bytesPerSecond() == 0) {
            return length;
        }
        return (int) Math.min(length, Math.max(1, now.bytesPerSecond() / SLICES_PER_SECOND));
    }

    /** Passes a FIN or RST on; a black hole keeps it, until it is lifted and the lost bytes show. */
    private void passEnd(Kind kind) throws IOException, InterruptedException {
        releaseHeld();
        boolean wasLost = false;
        Faults.OneWay now = connection.faults(direction);
        while (now.isBlackHole() && !connection.isClosed() && !connection.isDraining()) {
            wasLost = true;
            connection.awaitChange(now, direction, FOREVER_NANOS);
            now = connection.faults(direction);
        }
        if (kind == Kind.RESET || wasLost) {
            connection.reset();
            return;
        }
        if (!to.isClosed() && !to.isOutputShutdown()) {
            to.shutdownOutput();
        }
        connection.pipeEnded();
    }
}
