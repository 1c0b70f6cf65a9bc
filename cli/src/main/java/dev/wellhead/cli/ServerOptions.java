// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.pool.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running server a command asks, and who it says that it is. */
final class ServerOptions {
    private static final int LONGEST_TOKEN = 4_096;

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "Ask this wellhead serve; ${DEFAULT-VALUE}.")
    private String server;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The server's token is in this file; else WELLHEAD_SERVER_READ_TOKEN,"
                    + " WELLHEAD_SERVER_ADMIN_TOKEN or the same with _FILE.")
    private @Nullable Path tokenFile;

    // Filled by picocli before anything reads it.
    @SuppressWarnings("NullAway.Init")
    ServerOptions() {}

    /** A client of that server. Reads the files of the tokens, asks nothing yet. */
    ServerClient client(Terminal terminal) {
        if (tokenFile != null) {
            var token = Optional.of(token("--token-file " + tokenFile, read(terminal, "--token-file", tokenFile)));
            return ServerClient.of(server, token, token);
        }
        return ServerClient.of(
                server, token(terminal, "WELLHEAD_SERVER_READ_TOKEN"), token(terminal, "WELLHEAD_SERVER_ADMIN_TOKEN"));
    }

    private static Optional<Secret> token(Terminal terminal, String name) {
        var value = terminal.environment().getOrDefault(name, "");
        if (!value.isBlank()) {
            return Optional.of(token(name, value));
        }
        var file = terminal.environment().getOrDefault(name + "_FILE", "");
        return file.isBlank()
                ? Optional.empty()
                : Optional.of(token(name + "_FILE " + file, read(terminal, name + "_FILE", Path.of(file))));
    }

    private static String read(Terminal terminal, String name, Path file) {
        try (var in = Files.newInputStream(terminal.folder().resolve(file))) {
            return new String(in.readNBytes(LONGEST_TOKEN + 1), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    name + " " + file + ": the token cannot be read ("
                            + e.getClass().getSimpleName() + "); name a file that holds the token and nothing else",
                    e);
        }
    }

    // What goes into a header.
    private static Secret token(String origin, String text) {
        var token = text.strip();
        if (token.isEmpty()
                || token.length() > LONGEST_TOKEN
                || !token.chars().allMatch(each -> each > ' ' && each < 0x7f)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    origin + ": a token is 1 to " + LONGEST_TOKEN + " printable ASCII characters without spaces");
        }
        return Secret.of(token);
    }
}
