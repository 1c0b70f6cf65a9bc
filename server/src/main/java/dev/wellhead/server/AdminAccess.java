// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.pool.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may act: who sends the token of operators as a bearer token, at most {@value #PER_SECOND} times a second all
 * together. Without a token set nobody, as if the paths were not there.
 *
 * <p>Against pages of other sites: the token is nothing that a browser sends by itself; a request whose {@code Origin} is
 * another than the host it was sent to, or of which the browser says that another site made it, is refused; so is one
 * for another name than loopback's while the server listens there; and bodies are JSON by their content type, which no
 * form can send.
 */
final class AdminAccess {

    private static final Logger LOG = LoggerFactory.getLogger(AdminAccess.class);

    static final int PER_SECOND = 10;
    private static final long LOG_EVERY_NANOS = 1_000_000_000L;
    private static final Set<String> OWN_SITE = Set.of("", "same-origin", "none");

    /**
     * What a browser says of where a request comes from.
     *
     * @param host the header as it is, with the port
     * @param origin the header of that name, or empty
     * @param site the header {@code Sec-Fetch-Site}, or empty
     */
    record Sender(String host, String origin, String site) {

        /** Whether it is certain that a page of another site has sent it. */
        boolean isForeign() {
            return !OWN_SITE.contains(site) || (!origin.isEmpty() && !isOf(host));
        }

        private boolean isOf(String wanted) {
            try {
                var authority = new URI(origin).getRawAuthority();
                return authority != null && authority.equalsIgnoreCase(wanted);
            } catch (URISyntaxException unreadable) {
                return false;
            }
        }
    }

    private final Tokens tokens;
    private final List<Secret> wanted;
    private final boolean isLoopback;
    private final RateLimit rate;
    private final LongSupplier clock;
    private final AtomicLong loggedNanos;
    private final AtomicLong notLogged = new AtomicLong();

    AdminAccess(String bind, @Nullable Secret token, Tokens tokens, LongSupplier clock) {
        this.tokens = tokens;
        this.wanted = Tokens.of(token);
        this.isLoopback = ReadAccess.isLoopback(bind);
        this.rate = new RateLimit(PER_SECOND, clock);
        this.clock = clock;
        this.loggedNanos = new AtomicLong(clock.getAsLong() - LOG_EVERY_NANOS);
    }

    /** Whether a token is set. */
    boolean isOn() {
        return !wanted.isEmpty();
    }

    /** The answer to a request that may not act; empty when it may. */
    Optional<Reply> refusal(Request request, Sender sender) {
        if (!isOn()) {
            return Optional.of(Problem.adminOff(request.path()));
        }
        var refusal = refused(request, sender);
        refusal.ifPresent(reply -> log(request, reply));
        return refusal;
    }

    private Optional<Reply> refused(Request request, Sender sender) {
        var path = request.path();
        if (sender.isForeign() || (isLoopback && !ReadAccess.namesLoopback(request))) {
            return Optional.of(Problem.foreign(path));
        }
        return switch (tokens.look(request, wanted)) {
            case TOO_MANY -> Optional.of(Problem.tooManyGuesses(path));
            case NONE, WRONG -> Optional.of(Problem.adminUnauthorized(path));
            case RIGHT -> rate.tryTake() ? Optional.empty() : Optional.of(Problem.tooManyActions(path, PER_SECOND));
        };
    }

    /** At most once a second, whoever knocks. */
    private void log(Request request, Reply reply) {
        long now = clock.getAsLong();
        long last = loggedNanos.get();
        if (now - last < LOG_EVERY_NANOS || !loggedNanos.compareAndSet(last, now)) {
            notLogged.incrementAndGet();
            return;
        }
        LOG.warn(
                "admin refused path={} by={} status={} notLogged={}",
                request.path(),
                request.remote(),
                reply.status(),
                notLogged.getAndSet(0));
    }
}
