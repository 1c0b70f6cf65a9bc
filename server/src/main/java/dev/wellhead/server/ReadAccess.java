// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.pool.Secret;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may read what is not for everybody: statements, leases, configuration.
 *
 * <p>With a token: who sends it as a bearer token (RFC 6750). Without one: anybody on this machine, as long as the server
 * listens on loopback, and the request was meant for it: a page of another site whose name leads to loopback is not let in.
 */
final class ReadAccess {

    private static final String BEARER = "Bearer ";
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final @Nullable Secret token;
    private final boolean isLoopback;

    ReadAccess(String bind, @Nullable Secret token) {
        this.token = token;
        this.isLoopback = isLoopback(bind);
    }

    private static boolean isLoopback(String bind) {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            // Nobody can listen there; the start says so.
            return false;
        }
    }

    /** The answer to a request that may not read; empty when it may. */
    Optional<Reply> refusal(Request request) {
        var wanted = token;
        if (wanted != null) {
            return sends(request, wanted) ? Optional.empty() : Optional.of(Problem.unauthorized(request.path()));
        }
        boolean isMeant = LOOPBACK_NAMES.contains(request.host().toLowerCase(Locale.ROOT));
        return isLoopback && isMeant ? Optional.empty() : Optional.of(Problem.forbidden(request.path()));
    }

    /** In a time that does not tell how much of it is right. */
    private static boolean sends(Request request, Secret wanted) {
        var sent = request.authorization();
        return sent.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(
                        sent.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8),
                        wanted.reveal().getBytes(StandardCharsets.UTF_8));
    }
}
