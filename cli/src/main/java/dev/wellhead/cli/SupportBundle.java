// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.cli.internal.DatabaseReport;
import dev.wellhead.config.AlertConfig;
import dev.wellhead.config.ConfigReport;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.Secret;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that somebody who helps wants to see, in one zip file, without secrets: versions, the effective configuration,
 * what doctor found, what a running {@code serve} tells, and the end of a log.
 *
 * <p>Each text goes through {@link Secret#mask(String)}, and what is a secret in the configuration is taken out wherever it
 * stands. At most 4 MB of each answer and 256 kB of the log are kept.
 */
final class SupportBundle {
    private static final int MOST_CHARS = 4_000_000;
    private static final int MOST_LOG_BYTES = 256 * 1024;
    private static final int SHORTEST_SECRET = 4;

    /** A user and a password in a URL that was checked, so its escapes are good. */
    private static final Pattern LOGIN = Pattern.compile("[a-z0-9+]+://[^:@/]*:([^@]*)@");

    /** What is asked of a server, by the name of the file that holds the answer. */
    private static final Map<String, String> QUESTIONS = questions();

    private final WellheadConfig config;
    private final Set<String> secrets;
    private final Map<String, String> parts = new LinkedHashMap<>();

    private SupportBundle(WellheadConfig config) {
        this.config = config;
        var server = config.server();
        var webhook = config.alerts().webhook();
        this.secrets = Stream.of(
                        config.databases().stream().flatMap(SupportBundle::password),
                        config.sections().stream()
                                .flatMap(section -> section.values().values().stream())
                                .flatMap(SupportBundle::password),
                        Stream.ofNullable(server.readToken()),
                        Stream.ofNullable(server.adminToken()),
                        Stream.ofNullable(webhook).map(AlertConfig.Webhook::url),
                        Stream.ofNullable(webhook).flatMap(told -> Stream.ofNullable(told.secret())))
                .flatMap(each -> each)
                .map(Secret::reveal)
                .filter(secret -> secret.length() >= SHORTEST_SECRET)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** That of a login that stands in the configuration. */
    private static Stream<Secret> password(DatabaseConfig database) {
        return database.pool().credentials() instanceof Credentials login
                ? Stream.of(login.password())
                : Stream.empty();
    }

    /** That of a URL, as it is written and as it is meant. */
    private static Stream<Secret> password(Secret value) {
        var login = LOGIN.matcher(value.reveal());
        if (!login.lookingAt()) {
            return Stream.empty();
        }
        var written = login.group(1);
        return Stream.of(written, URLDecoder.decode(written.replace("+", "%2B"), StandardCharsets.UTF_8))
                .map(Secret::of);
    }

    private static Map<String, String> questions() {
        Map<String, String> questions = new LinkedHashMap<>();
        questions.put("health.json", "/api/health");
        questions.put("pools.json", "/api/metrics/db");
        questions.put("metrics.txt", "/metrics");
        questions.put("databases.json", "/api/databases");
        questions.put("statements.json", "/api/statements");
        questions.put("leases.json", "/api/leases");
        questions.put("alerts.json", "/api/alerts");
        questions.put("advice.json", "/api/advice");
        questions.put("events.json", "/api/events");
        questions.put("threads.txt", "/api/threads");
        return questions;
    }

    /**
     * Puts it together and writes it; readable by its owner alone where the file system can.
     *
     * @param server whom to ask; null: the one that the configuration would start on this machine
     * @param log a file whose end is taken along; null: none
     * @return how many files are in it
     * @throws CommandException when the file is there already, or cannot be written, or the log cannot be read
     */
    static int write(
            Path file, WellheadConfig config, List<DatabaseReport> reports, @Nullable String server, @Nullable Path log)
            throws InterruptedException {
        var bundle = new SupportBundle(config);
        bundle.put("versions.txt", versions());
        bundle.put("configuration.txt", ConfigReport.settings(config, false));
        bundle.put("warnings.txt", ConfigReport.problems(config.warnings()));
        bundle.put("doctor.txt", DoctorText.of(reports));
        bundle.put("doctor.json", Json.text(DoctorText.json(reports)));
        if (log != null) {
            bundle.put("log.txt", end(log));
        }
        bundle.askServer(server == null ? "http://127.0.0.1:" + config.server().port() : server);
        bundle.save(file);
        return bundle.parts.size();
    }

    private void put(String name, String text) {
        var masked = Secret.mask(text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS));
        for (var secret : secrets) {
            masked = masked.replace(secret, "****");
        }
        parts.put(name, masked);
    }

    private static String versions() {
        List<String> lines = new ArrayList<>();
        lines.add("wellhead " + Versions.current());
        lines.add("taken " + Instant.now());
        for (var name :
                List.of("java.runtime.version", "java.vendor", "java.vm.name", "os.name", "os.version", "os.arch")) {
            lines.add(name + " " + System.getProperty(name, "?"));
        }
        lines.add("processors " + Runtime.getRuntime().availableProcessors());
        lines.add("heap-limit-mb " + Runtime.getRuntime().maxMemory() / (1024 * 1024));
        return String.join("\n", lines) + "\n";
    }

    /** The last whole lines. */
    private static String end(Path log) {
        try (var opened = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, opened.length() - MOST_LOG_BYTES);
            opened.seek(from);
            var bytes = new byte[(int) Math.min(MOST_LOG_BYTES, opened.length() - from)];
            opened.readFully(bytes);
            var text = new String(bytes, StandardCharsets.UTF_8);
            // The first line may be cut, and with it what shows that a secret follows.
            return from == 0 ? text : text.substring(text.indexOf('\n') + 1);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED, "--log=" + log + ": cannot be read; give a file that this user may read", e);
        }
    }

    private void askServer(String url) throws InterruptedException {
        var client = ServerClient.of(url, token(url), Optional.empty());
        List<String> said = new ArrayList<>();
        try {
            for (var question : QUESTIONS.entrySet()) {
                for (var each : perDatabase(question.getKey(), question.getValue())) {
                    ask(client, each.getKey(), each.getValue(), said);
                }
            }
        } catch (CommandException e) {
            // That there is no server is a finding.
            said.add(String.valueOf(e.getMessage()));
        }
        put("serve.txt", String.join("\n", said) + "\n");
    }

    /** Statements are told of one database at a time. */
    private List<Map.Entry<String, String>> perDatabase(String name, String path) {
        if (!name.equals("statements.json") || config.databases().size() < 2) {
            return List.of(Map.entry(name, path));
        }
        return config.databases().stream()
                .map(database ->
                        Map.entry("statements-" + database.name() + ".json", path + "?database=" + database.name()))
                .toList();
    }

    private void ask(ServerClient client, String name, String path, List<String> said) throws InterruptedException {
        var answer = client.read(path);
        said.add(client.server() + path + " answered " + answer.status());
        if (answer.status() == 200 || answer.status() == 503) {
            put("serve/" + name, answer.text());
        }
    }

    /** A token goes to this machine, or enciphered. */
    private Optional<Secret> token(String url) {
        try {
            var server = URI.create(url);
            boolean isSafe = "https".equals(server.getScheme())
                    || InetAddress.getByName(server.getHost()).isLoopbackAddress();
            return isSafe ? Optional.ofNullable(config.server().readToken()) : Optional.empty();
        } catch (IllegalArgumentException | UnknownHostException refusedLater) {
            return Optional.empty();
        }
    }

    private void save(Path file) {
        try {
            create(file);
            try (var zip = new ZipOutputStream(Files.newOutputStream(file), StandardCharsets.UTF_8)) {
                for (var part : parts.entrySet()) {
                    zip.putNextEntry(new ZipEntry("wellhead/" + part.getKey()));
                    zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
                    zip.closeEntry();
                }
            }
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "--bundle=" + file + ": is there already and was left alone; give another name",
                    e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "--bundle=" + file + ": cannot be written (" + e.getClass().getSimpleName()
                            + "); give a file in a folder that is there and may be written to",
                    e);
        }
    }

    private static void create(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (UnsupportedOperationException noPosix) {
            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW).close();
        }
    }
}
