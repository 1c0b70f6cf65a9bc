// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.pool.AcquireRefusedException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error answer after RFC 9457.
 *
 * @param type {@code about:blank} (the status says it all), or {@code urn:wellhead:error:} and the code
 * @param title the kind of problem, the same words each time
 * @param status the HTTP status
 * @param detail what happened this time and what to do; safe to show
 * @param instance the path asked for, where the request could be read
 * @param code the stable error code, where there is one
 * @param retryable whether the same request may succeed later, where that is known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String instance,
        @Nullable String code,
        @Nullable Boolean retryable) {

    static final String MEDIA_TYPE = "application/problem+json";
    private static final String RETRY_AFTER_SECONDS = "1";

    private static Problem plain(String title, int status, String detail, @Nullable String instance) {
        return new Problem("about:blank", title, status, detail, instance, null, null);
    }

    static Reply notFound(String path, Iterable<String> known) {
        return plain("Not Found", 404, "There is nothing at this path; known paths: " + String.join(", ", known), path)
                .reply(Map.of());
    }

    static Reply methodNotAllowed(String method, String path, String allowed) {
        return plain("Method Not Allowed", 405, "This path does not take " + method + "; it takes " + allowed, path)
                .reply(Map.of("Allow", allowed));
    }

    static Reply unauthorized(String path) {
        return plain(
                        "Unauthorized",
                        401,
                        "This path needs the read token: send the header Authorization: Bearer TOKEN (server.read-token)",
                        path)
                .reply(Map.of("WWW-Authenticate", "Bearer"));
    }

    static Reply forbidden(String path) {
        return plain(
                        "Forbidden",
                        403,
                        "Without server.read-token this path is shown only on loopback, by the name localhost or its"
                                + " address; set a token and send it as a bearer token",
                        path)
                .reply(Map.of());
    }

    static Reply tooMany(String path, String why) {
        return plain("Service Unavailable", 503, "Not now: " + why + "; ask again", path)
                .reply(Map.of("Retry-After", RETRY_AFTER_SECONDS));
    }

    /** A request that never reached a route: malformed, too large. */
    static Reply badRequest(int status, String title) {
        return plain(title, status, "The request could not be read", null).reply(Map.of());
    }

    /** What a route threw. Only texts that are made to be shown are shown. */
    static Reply of(Throwable error, String path) {
        if (error instanceof BadRequestException bad) {
            var title = switch (bad.status()) {
                case 404 -> "Not Found";
                case 422 -> "Unprocessable Content";
                default -> "Bad Request";
            };
            return plain(title, bad.status(), String.valueOf(bad.getMessage()), path)
                    .reply(Map.of());
        }
        if (error instanceof DatabaseException known) {
            return database(known.code(), known.retryable(), path);
        }
        if (error instanceof AcquireRefusedException refused) {
            return database(ErrorCode.valueOf(refused.code()), true, path);
        }
        return internal(path);
    }

    static Reply internal(String path) {
        return plain("Internal Server Error", 500, "The server failed; its log says why", path)
                .reply(Map.of());
    }

    private static Reply database(ErrorCode code, boolean retryable, String path) {
        int status = switch (code) {
            case E2001, E2003, E2004, E2005, E2008, E2009, E2011, E2014, E2019 -> 503;
            case E2002 -> 504;
            case E2012 -> 409;
            case E2006, E2007, E2010, E2013, E2015, E2016, E2017, E2018 -> 500;
        };
        return new Problem(
                        "urn:wellhead:error:" + code.code(),
                        code.title(),
                        status,
                        code.safeMessage(),
                        path,
                        code.code(),
                        retryable)
                .reply(status == 503 ? Map.of("Retry-After", RETRY_AFTER_SECONDS) : Map.of());
    }

    private Reply reply(Map<String, String> more) {
        var headers = new HashMap<>(more);
        headers.put("Cache-Control", "no-store");
        return new Reply(status, MEDIA_TYPE, headers, Json.write(this));
    }
}
