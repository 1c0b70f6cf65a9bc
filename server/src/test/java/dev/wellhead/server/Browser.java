// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A headless Chromium, driven over ChromeDriver's HTTP interface (W3C WebDriver). */
final class Browser implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Process driver;
    private final URI base;
    private String session = "";

    private Browser(Process driver, int port) {
        this.driver = driver;
        this.base = URI.create("http://127.0.0.1:" + port);
    }

    /** @param profile an empty folder for the browser's own files */
    static Browser start(Path chromedriver, Path chromium, Path profile) throws Exception {
        var process = new ProcessBuilder(chromedriver.toString(), "--port=0")
                .redirectErrorStream(true)
                .start();
        var browser = new Browser(process, port(process.inputReader(StandardCharsets.UTF_8)));
        var options = Map.of(
                "binary", chromium.toString(),
                "args",
                        List.of(
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--disable-dev-shm-usage",
                                "--user-data-dir=" + profile));
        var answer = browser.send(
                "POST",
                "/session",
                Map.of(
                        "capabilities",
                        Map.of("alwaysMatch", Map.of("browserName", "chrome", "goog:chromeOptions", options))));
        browser.session = "/session/" + answer.get("sessionId").asText();
        return browser;
    }

    private static int port(BufferedReader out) throws Exception {
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            var found = STARTED.matcher(line);
            if (found.find()) {
                return Integer.parseInt(found.group(1));
            }
        }
        throw new IllegalStateException("chromedriver ended without a port");
    }

    private JsonNode send(String method, String path, Object body) throws Exception {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        method.equals("POST")
                                ? HttpRequest.BodyPublishers.ofString(MAPPER.writeValueAsString(body))
                                : HttpRequest.BodyPublishers.noBody())
                .build();
        var answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return MAPPER.readTree(answer.body()).get("value");
    }

    void open(URI page) throws Exception {
        send("POST", session + "/url", Map.of("url", page.toString()));
    }

    /** A new tab, and works there from now on. */
    void newTab() throws Exception {
        var handle = send("POST", session + "/window/new", Map.of("type", "tab"));
        send("POST", session + "/window", Map.of("handle", handle.get("handle").asText()));
    }

    /** What that function body returns. */
    JsonNode run(String script, Object... arguments) throws Exception {
        return send("POST", session + "/execute/sync", Map.of("script", script, "args", List.of(arguments)));
    }

    String text(String selector) throws Exception {
        return run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)
                .asText();
    }

    /** As a hand at the keyboard: to whatever has the focus. */
    void type(String keys) throws Exception {
        var actions = keys.chars()
                .mapToObj(key -> String.valueOf((char) key))
                .flatMap(key ->
                        List.of(Map.of("type", "keyDown", "value", key), Map.of("type", "keyUp", "value", key))
                                .stream())
                .toList();
        send(
                "POST",
                session + "/actions",
                Map.of("actions", List.of(Map.of("type", "key", "id", "keyboard", "actions", actions))));
    }

    /** Chromium's own commands, such as {@code Emulation.setDeviceMetricsOverride}. */
    void command(String name, Map<String, Object> parameters) throws Exception {
        send("POST", session + "/goog/cdp/execute", Map.of("cmd", name, "params", parameters));
    }

    void size(int width, int height) throws Exception {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void scheme(String lightOrDark) throws Exception {
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", lightOrDark))));
    }

    void screenshot(Path file) throws Exception {
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                Base64.getDecoder()
                        .decode(send("GET", session + "/screenshot", Map.of()).asText()));
    }

    @Override
    public void close() throws Exception {
        try {
            send("DELETE", session, Map.of());
        } finally {
            driver.destroy();
            driver.waitFor();
        }
    }
}
