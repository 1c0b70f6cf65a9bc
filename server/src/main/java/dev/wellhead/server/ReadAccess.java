// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.pool.Secret;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may read what is not for everybody: statements, leases, configuration.
 *
 * <p>With a token: who sends it as a bearer token (RFC 6750). Without one: anybody on this machine, as long as the server
 * listens on loopback, and the request was meant for it: a page of another site whose name leads to loopback is not let in.
 * Who sends the token of operators reads too.
 */
final class ReadAccess {

    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final Tokens tokens;
    private final boolean isTokenWanted;
    private final List<Secret> wanted;
    private final boolean isLoopback;

    ReadAccess(String bind, @Nullable Secret token, @Nullable Secret adminToken, Tokens tokens) {
        this.tokens = tokens;
        this.isTokenWanted = token != null;
        this.wanted = Tokens.of(token, adminToken);
        this.isLoopback = isLoopback(bind);
    }

    static boolean isLoopback(String bind) {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            // Nobody can listen there; the start says so.
            return false;
        }
    }

    /** Whether the client believes to talk to its own machine. */
    static boolean namesLoopback(Request request) {
        return LOOPBACK_NAMES.contains(request.host().toLowerCase(Locale.ROOT));
    }

    /** The answer to a request that may not read; empty when it may. */
    Optional<Reply> refusal(Request request) {
        if (!isTokenWanted && isLoopback && namesLoopback(request)) {
            return Optional.empty();
        }
        return switch (wanted.isEmpty() ? Tokens.Seen.NONE : tokens.look(request, wanted)) {
            case RIGHT -> Optional.empty();
            case TOO_MANY -> Optional.of(Problem.tooManyGuesses(request.path()));
            case NONE, WRONG ->
                Optional.of(isTokenWanted ? Problem.unauthorized(request.path()) : Problem.forbidden(request.path()));
        };
    }
}
