// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors are problem JSON, whoever made them. */
class ProblemJsonTest {

    private static DatabaseManager manager;
    private static WellheadServer server;
    private static Http http;

    @BeforeAll
    static void start() {
        manager = Databases.open(
                Databases.config("default", PostgresServer.shared().jdbcUrl()));
        var broken = new Route("/broken", () -> {
            throw new IllegalStateException("password=canary");
        });
        var worse = new Route("/worse", () -> {
            throw new StackOverflowError("canary");
        });
        server = WellheadServer.start(manager, Databases.ANY_PORT, "local", List.of(broken, worse));
        http = new Http(server);
    }

    @AfterAll
    static void stop() {
        server.close();
        manager.close();
    }

    @Test
    void unknownPathNamesTheKnownOnes() throws Exception {
        var answer = http.get("/helth?x=1");

        assertProblem(answer, 404, "Not Found", "/helth");
        assertThat(answer.json().get("detail").asText())
                .contains("/health/ready")
                .contains("/metrics");
    }

    @Test
    void unknownPathIsNotFoundForAnyMethod() throws Exception {
        assertProblem(http.send("POST", "/nowhere"), 404, "Not Found", "/nowhere");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"})
    void wrongMethodNamesTheRightOnes(String method) throws Exception {
        var answer = http.send(method, "/health");

        assertProblem(answer, 405, "Method Not Allowed", "/health");
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
        assertThat(answer.json().get("detail").asText()).contains(method);
    }

    @Test
    void optionsTellsTheMethods() throws Exception {
        var answer = http.send("OPTIONS", "/health");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/broken", "/worse"})
    void failureShowsNeitherTraceNorSecret(String path) throws Exception {
        var answer = http.get(path);

        assertProblem(answer, 500, "Internal Server Error", path);
        assertThat(answer.raw().body())
                .doesNotContain("canary")
                .doesNotContain("Exception")
                .doesNotContain("dev.wellhead")
                .doesNotContain("\tat ");
    }

    @Test
    void noAnswerNamesTheServersSoftware() throws Exception {
        assertThat(http.get("/health/live").raw().headers().map()).doesNotContainKeys("server", "x-powered-by");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET /health/%zz HTTP/1.1\r\nHost: x\r\n\r\n", "GET /health HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n"
            })
    void malformedRequestIsAProblemToo(String request) throws Exception {
        assertRawProblem(raw(request), 400);
    }

    @Test
    void tooLargeHeadersAreAProblemToo() throws Exception {
        var request = "GET /health HTTP/1.1\r\nHost: x\r\nX-Large: " + "a".repeat(20_000) + "\r\n\r\n";

        assertRawProblem(raw(request), 431);
    }

    private static void assertProblem(Http.Answer answer, int status, String title, String path) throws Exception {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        var body = answer.json();
        assertThat(Http.fields(body)).containsExactly("type", "title", "status", "detail", "instance");
        assertThat(body.get("type").asText()).isEqualTo("about:blank");
        assertThat(body.get("title").asText()).isEqualTo(title);
        assertThat(body.get("status").asInt()).isEqualTo(status);
        assertThat(body.get("detail").asText()).isNotBlank();
        assertThat(body.get("instance").asText()).isEqualTo(path);
    }

    private static void assertRawProblem(String answer, int status) throws IOException {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status)
                .containsIgnoringCase("Content-Type: application/problem+json");
        var body = new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
        assertThat(body.get("status").asInt()).isEqualTo(status);
        assertThat(Http.fields(body)).containsExactly("type", "title", "status", "detail");
    }

    /** Sends these bytes and reads until the server ends the connection. */
    private static String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
