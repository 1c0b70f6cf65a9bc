// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The operator's page: files of this module, the same for everybody. They hold nothing of any database, so they are not
 * guarded: the page asks for the token and reads with it what the guarded paths answer.
 */
final class Page {

    /** Nothing from elsewhere, nothing inline, in no frame. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Map<String, String> HEADERS = Map.of(
            "Cache-Control", "no-cache",
            "Content-Security-Policy", POLICY,
            "Referrer-Policy", "no-referrer",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY");

    private Page() {}

    static List<Route> routes() {
        return List.of(
                file("/", "desk.html", "text/html; charset=utf-8"),
                file("/desk.css", "desk.css", "text/css; charset=utf-8"),
                file("/desk.js", "desk.js", "text/javascript; charset=utf-8"),
                file("/icon.svg", "icon.svg", "image/svg+xml"),
                file("/uplot-1.6.32.css", "uplot-1.6.32.css", "text/css; charset=utf-8"),
                file("/uplot-1.6.32.js", "uplot-1.6.32.js", "text/javascript; charset=utf-8"));
    }

    private static Route file(String path, String name, String type) {
        var reply = new Reply(200, type, HEADERS, read(name));
        return new Route(path, () -> reply);
    }

    private static String read(String name) {
        try (var in = Page.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new IllegalStateException("The page's file " + name + " is missing in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
