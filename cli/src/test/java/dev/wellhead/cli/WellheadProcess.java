// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The command as a process of its own, as a user runs it; ended when closed. */
final class WellheadProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final Path out;
    private final Path err;

    private WellheadProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static WellheadProcess start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        var out = Files.createTempFile(folder, "stdout", ".txt");
        var err = Files.createTempFile(folder, "stderr", ".txt");
        var builder = new ProcessBuilder(command(arguments))
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // What the developer's shell says of databases is not for the test.
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("(DATABASE|DB|WELLHEAD)_.*|.*_CONCURRENCY|NODE_ENV|PORT|MONGODB_URI"));
        builder.environment().putAll(environment);
        return new WellheadProcess(builder.start(), out, err);
    }

    /** What runs the command in a process of its own. */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Waits for the ready line and says where it points. */
    URI awaitReady() {
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> !process.isAlive() || out().lines().anyMatch(line -> line.startsWith("ready ")));
        return out().lines()
                .filter(line -> line.startsWith("ready "))
                .map(line -> URI.create(line.substring("ready ".length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("ended without being ready: " + err()));
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still runs after " + LIMIT + ": " + err());
        }
        return process.exitValue();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    long pid() {
        return process.pid();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    static int status(URI uri) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    static String body(URI uri) {
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it the hard way if a test has not; its embedded server then ends at the next start or with the folder. */
    @Override
    public void close() throws InterruptedException {
        if (process.isAlive()) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
