// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks a server as a monitor would. */
final class Http {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final URI base;

    /** One answer and how long it took. */
    record Answer(int status, String contentType, HttpResponse<String> raw, Duration took) {

        JsonNode json() throws Exception {
            return MAPPER.readTree(raw.body());
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }
    }

    Http(WellheadServer server) {
        this.base = server.uri();
    }

    Answer get(String path) throws Exception {
        return send("GET", path);
    }

    Answer send(String method, String path) throws Exception {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(20))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        long start = System.nanoTime();
        var response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        var took = Duration.ofNanos(System.nanoTime() - start);
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response,
                took);
    }

    int status(String path) throws Exception {
        return get(path).status();
    }

    /** Field names in order. */
    static List<String> fields(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
