// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The state of all databases once a second, and each event, as server-sent events (WHATWG HTML, chapter 9.2): {@code state}
 * with the body of {@code /api/databases}, {@code events} with that of {@code /api/events} where there are new ones.
 *
 * <p>At most {@value #MOST} readers, each on a thread of its own, so that one that reads slowly delays nobody; the
 * connection of one that does not read at all ends by its idle limit.
 */
final class StateStream implements AutoCloseable {

    static final String PATH = "/api/stream";
    static final int MOST = 16;

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long THREAD_IDLE_SECONDS = 10;
    private static final int FIRST_EVENTS = 200;
    private static final int MOST_EVENTS = 500;

    private final DeskBodies desk;
    private final AtomicInteger readers = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ThreadPoolExecutor threads;

    StateStream(DeskBodies desk) {
        this.desk = desk;
        // Bounded by the places: a thread that has given its place back may still be ending while the next begins.
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                    var thread = new Thread(work, "wellhead-stream");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    ExecutorService threads() {
        return threads;
    }

    /** Takes one of the places; whoever got one gives it back by {@link #leave}. */
    boolean tryEnter() {
        if (readers.incrementAndGet() <= MOST && closed.getCount() > 0) {
            return true;
        }
        leave();
        return false;
    }

    void leave() {
        readers.decrementAndGet();
    }

    /** Writes until the reader is gone, which is an {@link IOException}, or this is closed. */
    void writeTo(OutputStream out) throws IOException, InterruptedException {
        long last = 0;
        int most = FIRST_EVENTS;
        long next = System.nanoTime();
        do {
            send(out, "state", desk.databases());
            var events = desk.events(last, "", most);
            if (!events.events().isEmpty()) {
                send(out, "events", events);
            }
            out.flush();
            last = events.last();
            most = MOST_EVENTS;
            next += EVERY_NANOS;
        } while (!closed.await(Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS));
    }

    /** JSON has no line breaks of its own, so one line of data holds it. */
    private static void send(OutputStream out, String event, Object body) throws IOException {
        out.write(("event: " + event + "\ndata: " + Json.write(body) + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Ends all streams. */
    @Override
    public void close() {
        closed.countDown();
        threads.shutdown();
    }
}
