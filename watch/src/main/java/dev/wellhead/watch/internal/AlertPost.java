// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.pool.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts bodies to one address, in order, on a daemon thread of its own. Each is tried again while the address does not
 * answer, or answers 408, 429 or 5xx: after a second, then twice as long each time, at most a minute, for ten minutes in
 * all. At most {@value #MOST_WAITING} wait; what comes then is dropped and counted.
 */
public final class AlertPost implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AlertPost.class);
    private static final int MOST_WAITING = 100;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final long GIVE_UP_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long LONGEST_PAUSE_MILLIS = TimeUnit.MINUTES.toMillis(1);

    /**
     * One body and its headers, made anew for each attempt, so that a time in them is true.
     *
     * @param body the JSON
     * @param headers more headers
     */
    public record Letter(String body, Map<String, String> headers) {}

    private final String sink;
    private final URI address;
    private final long firstPauseMillis;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();
    private final BlockingQueue<Supplier<Letter>> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final LongAdder sent = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final Thread thread;
    private volatile boolean isClosed;

    /**
     * Waits for what there is to post.
     *
     * @param sink its name in the log
     * @param firstPauseMillis before the second attempt
     * @param repeat asked after a minute without anything to post, for what has to be said again; null: nothing
     */
    public AlertPost(String sink, URI address, long firstPauseMillis, @Nullable Supplier<@Nullable Letter> repeat) {
        this.sink = sink;
        this.address = address;
        this.firstPauseMillis = firstPauseMillis;
        this.thread = new Thread(() -> run(repeat), "wellhead-alert-" + sink);
        thread.setDaemon(true);
        thread.start();
    }

    /** Has that posted; returns at once. */
    public void post(Supplier<Letter> letter) {
        if (!waiting.offer(letter)) {
            lost.increment();
            LOG.warn("alert not delivered sink={} reason=\"{} are waiting\"", sink, MOST_WAITING);
        }
    }

    private void run(@Nullable Supplier<@Nullable Letter> repeat) {
        try {
            while (!isClosed) {
                var next = waiting.poll(LONGEST_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    deliver(next);
                } else if (repeat != null && repeat.get() != null) {
                    deliver(() -> repeated(repeat));
                }
            }
        } catch (InterruptedException e) {
            // Closed.
            Thread.currentThread().interrupt();
        }
    }

    private static Letter repeated(Supplier<@Nullable Letter> repeat) {
        var letter = repeat.get();
        return letter == null ? new Letter("[]", Map.of()) : letter;
    }

    private void deliver(Supplier<Letter> letter) throws InterruptedException {
        long start = System.nanoTime();
        long pause = firstPauseMillis;
        for (int attempt = 1; ; attempt++) {
            var failure = attempt(letter.get());
            if (failure == null) {
                sent.increment();
                return;
            }
            boolean isLast = !failure.mayPass() || System.nanoTime() - start >= GIVE_UP_NANOS;
            if (isLast) {
                lost.increment();
                LOG.warn("alert not delivered sink={} attempts={} reason=\"{}\"", sink, attempt, failure.text());
                return;
            }
            LOG.debug("alert delivery failed sink={} attempt={} reason=\"{}\"", sink, attempt, failure.text());
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    private record Failure(String text, boolean mayPass) {}

    /** Null when it was taken. */
    private @Nullable Failure attempt(Letter letter) throws InterruptedException {
        var request = HttpRequest.newBuilder(address)
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(letter.body()));
        letter.headers().forEach(request::header);
        try {
            int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status / 100 == 2) {
                return null;
            }
            return new Failure("status " + status, status == 408 || status == 429 || status / 100 == 5);
        } catch (IOException e) {
            return new Failure(e.getClass().getSimpleName(), true);
        } catch (RuntimeException e) {
            LOG.debug("alert delivery failed sink={}", sink, Secret.mask(e));
            return new Failure(e.getClass().getSimpleName(), false);
        }
    }

    /** How many were taken. */
    public long sent() {
        return sent.sum();
    }

    /** How many were given up. */
    public long lost() {
        return lost.sum();
    }

    /** Posts no more; what waits is lost. */
    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
    }
}
