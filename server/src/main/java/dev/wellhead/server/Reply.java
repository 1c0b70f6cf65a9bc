// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What one request is answered with.
 *
 * @param status the HTTP status
 * @param contentType the media type of the body
 * @param headers more headers
 * @param body the whole body
 */
record Reply(int status, String contentType, Map<String, String> headers, String body) {

    /**
     * What every answer says to browsers: take it for what it says it is, show it in no frame, and load nothing for it. A
     * page has a policy of its own among its headers, which takes the place of this one.
     */
    static final Map<String, String> SAFE_HEADERS = Map.of(
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");

    /** The body as it goes over the wire. */
    byte[] bytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    /** That value as JSON, not to be kept by caches. */
    static Reply json(int status, Object value) {
        return new Reply(status, "application/json", Map.of("Cache-Control", "no-store"), Json.write(value));
    }

    /** That text. */
    static Reply text(String contentType, String body) {
        return new Reply(200, contentType, Map.of("Cache-Control", "no-store"), body);
    }
}
