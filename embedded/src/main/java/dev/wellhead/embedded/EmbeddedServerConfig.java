// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an embedded server is started with. Immutable; made by {@link #builder(Path)}.
 *
 * @param folder folder that keeps the data, the lock and the log; created when missing
 * @param port TCP port on 127.0.0.1; 0, the default: the one used last if it is free, else any free one
 * @param maxConnections connections that the server admits, 10 to 10,000; default 200
 * @param settings further server settings by name, they win over the defaults of PostgreSQL; the ones that other
 *     components here govern are refused
 * @param startTimeout limit of a start, of creating the data, and of waiting for another opener; default 60 s
 * @param stopTimeout limit of an orderly stop, after which the server is stopped at once and recovers at the next
 *     start; default 10 s
 * @param stopAtExit whether a shutdown hook closes the server; default true. A program with an order of its own at
 *     SIGTERM says false and calls close, else the hooks run side by side
 * @param cacheFolder folder into which the binaries are unpacked once; null, the default: the cache folder of the user
 */
public record EmbeddedServerConfig(
        Path folder,
        int port,
        int maxConnections,
        Map<String, String> settings,
        Duration startTimeout,
        Duration stopTimeout,
        boolean stopAtExit,
        @Nullable Path cacheFolder) {
    private static final Pattern SETTING_NAME = Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)?");
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Map<String, String> GOVERNED = Map.of(
            "port", "use port()",
            "max_connections", "use maxConnections()",
            "listen_addresses", "the server listens on 127.0.0.1 only",
            "unix_socket_directories", "the server has no Unix socket",
            "data_directory", "use the folder of builder()",
            "external_pid_file", "the pid file is in the data folder");

    /**
     * Checks everything.
     *
     * @throws IllegalArgumentException with all violations, one a line: key, value, rule, mend
     */
    public EmbeddedServerConfig {
        folder = folder.toAbsolutePath().normalize();
        settings = Map.copyOf(settings);
        List<String> violations = new ArrayList<>();
        if (port < 0 || port > 65_535) {
            violations.add("port=" + port + ": must be 0 (any free one) to 65535");
        }
        if (maxConnections < 10 || maxConnections > 10_000) {
            violations.add("maxConnections=" + maxConnections + ": must be 10 to 10000");
        }
        checkLimit("startTimeout", startTimeout, violations);
        checkLimit("stopTimeout", stopTimeout, violations);
        for (Map.Entry<String, String> setting : new TreeMap<>(settings).entrySet()) {
            checkSetting(setting.getKey(), setting.getValue(), violations);
        }
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(
                    "The configuration of the embedded server is invalid. " + String.join("\n", violations));
        }
    }

    /**
     * Starts from the defaults.
     *
     * @param folder folder that keeps the data, the lock and the log
     * @return a builder
     */
    public static Builder builder(Path folder) {
        return new Builder(folder);
    }

    Optional<Path> givenCacheFolder() {
        return Optional.ofNullable(cacheFolder);
    }

    private static void checkLimit(String key, Duration value, List<String> violations) {
        if (value.toMillis() < 100 || value.compareTo(LONGEST) > 0) {
            violations.add(key + "=" + value + ": must be 100 ms to 1 h");
        }
    }

    private static void checkSetting(String key, String value, List<String> violations) {
        String governed = GOVERNED.get(key);
        if (governed != null) {
            violations.add("settings." + key + "=" + value + ": not to be set here, " + governed);
        } else if (!SETTING_NAME.matcher(key).matches()) {
            violations.add("settings." + key + ": not a setting's name; lower case letters, digits and _");
        } else if (value.chars().anyMatch(c -> c < ' ')) {
            violations.add("settings." + key + ": holds a control character; take it out");
        }
    }

    /** Collects the settings; not for several threads. */
    public static final class Builder {
        private final Path folder;
        private int port;
        private int maxConnections = 200;
        private final Map<String, String> settings = new TreeMap<>();
        private Duration startTimeout = Duration.ofSeconds(60);
        private Duration stopTimeout = Duration.ofSeconds(10);
        private boolean stopAtExit = true;
        private @Nullable Path cacheFolder;

        Builder(Path folder) {
            this.folder = folder;
        }

        /**
         * Sets the TCP port; a start fails when it is taken.
         *
         * @param value 0 for the last one or any free one
         * @return this
         */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /**
         * Sets how many connections the server admits.
         *
         * @param value 10 to 10,000
         * @return this
         */
        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        /**
         * Sets one server setting.
         *
         * @param name as in postgresql.conf
         * @param value as in postgresql.conf, without quotes
         * @return this
         */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Sets the limit of a start.
         *
         * @param value 100 ms to 1 h
         * @return this
         */
        public Builder startTimeout(Duration value) {
            startTimeout = value;
            return this;
        }

        /**
         * Sets the limit of an orderly stop.
         *
         * @param value 100 ms to 1 h
         * @return this
         */
        public Builder stopTimeout(Duration value) {
            stopTimeout = value;
            return this;
        }

        /**
         * Sets whether a shutdown hook closes the server.
         *
         * @param value false when the program calls close itself
         * @return this
         */
        public Builder stopAtExit(boolean value) {
            stopAtExit = value;
            return this;
        }

        /**
         * Sets where the binaries are unpacked.
         *
         * @param value a folder of this user; may be shared by processes of the same user
         * @return this
         */
        public Builder cacheFolder(Path value) {
            cacheFolder = value;
            return this;
        }

        /**
         * Checks and builds.
         *
         * @return the configuration
         * @throws IllegalArgumentException with all violations
         */
        public EmbeddedServerConfig build() {
            return new EmbeddedServerConfig(
                    folder, port, maxConnections, settings, startTimeout, stopTimeout, stopAtExit, cacheFolder);
        }
    }
}
