// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wellhead.pool.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Asks a running server. Blocks at most for 10 s a question, unless told, and reads at most 32 MB of an answer.
 *
 * <p>Reading sends the read token, or the admin token where there is no other; admin requests send the admin token.
 * Redirections are not followed, so that no token goes elsewhere. For several threads.
 */
final class ServerClient {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int LARGEST_BODY = 32 << 20;

    private final URI server;
    private final Optional<Secret> readToken;
    private final Optional<Secret> adminToken;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    /**
     * What a server said.
     *
     * @param status the HTTP status
     * @param text the body as it came
     * @param json the body, read
     */
    record Answer(int status, String text, JsonNode json) {}

    private ServerClient(URI server, Optional<Secret> readToken, Optional<Secret> adminToken) {
        this.server = server;
        this.readToken = readToken;
        this.adminToken = adminToken;
    }

    /**
     * A client of one server; asks nothing yet.
     *
     * @param url its address, {@code http} or {@code https}; a path before the server's own is kept
     * @throws CommandException when the URL is none
     */
    static ServerClient of(String url, Optional<Secret> readToken, Optional<Secret> adminToken) {
        try {
            var server = new URI(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            if (server.getHost() != null && List.of("http", "https").contains(String.valueOf(server.getScheme()))) {
                return new ServerClient(server, readToken, adminToken);
            }
        } catch (URISyntaxException refusedBelow) {
            // Its text speaks of schemes and characters; the user wants to know what a URL looks like.
        }
        throw new CommandException(ExitCode.USAGE, "--server=" + url + ": must be a URL such as http://127.0.0.1:8080");
    }

    /** The server's address. */
    URI server() {
        return server;
    }

    /**
     * Reads what is at a path.
     *
     * @param parameters of the query; those without a value are left out
     * @throws CommandException when there is no answer ({@link ExitCode#UNREACHABLE}) or it is not 200
     */
    Answer get(String path, Map<String, Optional<String>> parameters) throws InterruptedException {
        var query = new TreeMap<>(parameters)
                .entrySet().stream()
                        .filter(each -> each.getValue().isPresent())
                        .map(each -> each.getKey() + "="
                                + URLEncoder.encode(each.getValue().get(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        return good(read(path + (query.isEmpty() ? "" : "?" + query)), path);
    }

    /** As above, of any status. */
    Answer read(String path) throws InterruptedException {
        var token = readToken.or(() -> adminToken);
        return send(request(path, token).GET().build());
    }

    /**
     * Has the server do something.
     *
     * @param body written as JSON
     * @param limit how long that may take there; an answer is awaited 10 s longer
     * @throws CommandException when there is no admin token, no answer, or it is not 200
     */
    Answer post(String path, Map<String, Object> body, Duration limit) throws InterruptedException {
        if (adminToken.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "admin commands need the admin token: --token-file FILE, or WELLHEAD_SERVER_ADMIN_TOKEN or"
                            + " WELLHEAD_SERVER_ADMIN_TOKEN_FILE in the environment");
        }
        var request = request(path, adminToken)
                .timeout(LIMIT.plus(limit))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.text(body)))
                .build();
        return good(send(request), path);
    }

    boolean hasAdminToken() {
        return adminToken.isPresent();
    }

    private HttpRequest.Builder request(String path, Optional<Secret> token) {
        var request = HttpRequest.newBuilder(URI.create(server + path)).timeout(LIMIT);
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret.reveal()));
        return request;
    }

    private Answer send(HttpRequest request) throws InterruptedException {
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            var text = text(response.body());
            return new Answer(response.statusCode(), text, json(text));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "The server cannot be reached: " + request.uri() + ": "
                            + e.getClass().getSimpleName()
                            + (e.getMessage() == null ? "" : ": " + SafeText.line(e.getMessage()))
                            + "; is wellhead serve running?",
                    e);
        }
    }

    private static String text(InputStream body) throws IOException {
        try (body) {
            var bytes = body.readNBytes(LARGEST_BODY + 1);
            if (bytes.length > LARGEST_BODY) {
                throw new IOException("the answer is longer than " + LARGEST_BODY + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static JsonNode json(String text) {
        try {
            return Json.read(text);
        } catch (JsonProcessingException e) {
            // Not of our server; the status or the missing fields say so to the user.
            return MissingNode.getInstance();
        }
    }

    private Answer good(Answer answer, String path) {
        if (answer.status() == 200 && answer.json().isObject()) {
            return answer;
        }
        var detail = answer.json().path("detail").asText();
        var why = detail.isEmpty() ? "is it a wellhead server?" : SafeText.line(detail);
        throw new CommandException(ExitCode.FAILED, server + path + " answered " + answer.status() + ": " + why);
    }
}
