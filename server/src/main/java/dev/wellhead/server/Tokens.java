// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.pool.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at bearer tokens (RFC 6750), and slows down whoever guesses: after {@value #FAILED_PER_SECOND} wrong ones in a
 * second an address is refused unseen until it has waited. The last {@value #MOST_ADDRESSES} addresses that guessed are
 * known. Any thread.
 */
final class Tokens {

    /** What became of a token. */
    enum Seen {
        NONE,
        WRONG,
        RIGHT,
        /** Not looked at: too many wrong ones came from there. */
        TOO_MANY
    }

    static final int FAILED_PER_SECOND = 5;
    private static final int MOST_ADDRESSES = 256;
    private static final String BEARER = "Bearer ";

    private final LongSupplier clock;
    private final Map<String, RateLimit> failed = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RateLimit> eldest) {
            return size() > MOST_ADDRESSES;
        }
    };

    Tokens(LongSupplier clock) {
        this.clock = clock;
    }

    /** Those of them that are set. */
    static List<Secret> of(@Nullable Secret... tokens) {
        return Stream.of(tokens).filter(Objects::nonNull).toList();
    }

    /** Whether the request sends one of the wanted, in a time that does not tell how much of it is right. */
    Seen look(Request request, List<Secret> wanted) {
        var sent = request.authorization();
        if (!sent.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Seen.NONE;
        }
        var guesses = guesses(request.remote());
        if (guesses != null && !guesses.isLeft()) {
            return Seen.TOO_MANY;
        }
        var given = sent.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
        boolean isRight = false;
        for (var token : wanted) {
            isRight |= MessageDigest.isEqual(given, token.reveal().getBytes(StandardCharsets.UTF_8));
        }
        if (!isRight) {
            wrong(request.remote());
        }
        return isRight ? Seen.RIGHT : Seen.WRONG;
    }

    private @Nullable RateLimit guesses(String remote) {
        synchronized (failed) {
            return failed.get(remote);
        }
    }

    private void wrong(String remote) {
        synchronized (failed) {
            failed.computeIfAbsent(remote, address -> new RateLimit(FAILED_PER_SECOND, clock))
                    .tryTake();
        }
    }
}
