// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration. One set of keys in all forms; the earlier wins: what the program sets, flags, environment,
 * {@code .env}, file, profile, default.
 */
public final class ConfigLoader {

    private final Sources sources;

    private ConfigLoader(Sources sources) {
        this.sources = sources;
    }

    /** A loader of this process's environment and working directory, unless told otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads, checks and binds everything. Blocks for the time it takes to read two small files.
     *
     * @throws InvalidConfigException with all problems at once, if there is an error among them
     */
    public WellheadConfig load() {
        var outcome = new Loading(sources).run();
        return outcome.config().orElseThrow(() -> new InvalidConfigException(outcome.problems()));
    }

    /**
     * The same loader, with more that the program says; it wins over everything that was said before.
     *
     * @param values by key, as {@link Builder#set} takes them
     * @param origin how {@link Setting#origin()} names them
     */
    public ConfigLoader with(Map<String, String> values, String origin) {
        var provided = new LinkedHashMap<>(sources.provided());
        values.forEach((key, value) -> provided.put(key, new Provided(value, origin)));
        return new ConfigLoader(
                new Sources(provided, sources.flags(), sources.environment(), sources.directory(), sources.file()));
    }

    /** All problems, errors first; empty when the configuration is good. */
    public List<Problem> check() {
        return new Loading(sources).run().problems();
    }

    /**
     * The files that a configuration of this loader depends on: whoever wants to know when it changes looks at these.
     * Those that would be read if they were there are among them.
     *
     * @param config what this loader has loaded; names further files, such as one that holds a password
     */
    public List<Path> files(WellheadConfig config) {
        return ConfigFiles.of(sources, config);
    }

    /**
     * Where the loader looks.
     *
     * @param provided what the program itself says, by key
     * @param flags by key
     */
    record Sources(
            Map<String, Provided> provided,
            Map<String, Provided> flags,
            Map<String, String> environment,
            Path directory,
            Optional<Path> file) {

        /** Without values: any may be a secret. */
        @Override
        public String toString() {
            return "Sources[directory=" + directory + ", file=" + file + "]";
        }
    }

    /** A value given by the program or its command line, and the text of its origin. */
    record Provided(String value, String origin) {

        /** Without the value: it may be a secret. */
        @Override
        public String toString() {
            return origin;
        }
    }

    /** Says where to look. */
    public static final class Builder {

        private final Map<String, Provided> provided = new LinkedHashMap<>();
        private final Map<String, Provided> flags = new LinkedHashMap<>();
        private Map<String, String> environment = System.getenv();
        private Path directory = Path.of("");
        private @Nullable Path file;

        private Builder() {}

        /** The environment to read; default: this process's. */
        public Builder environment(Map<String, String> values) {
            environment = Map.copyOf(values);
            return this;
        }

        /** Where {@code .env}, {@code wellhead.yaml} and {@code wellhead.properties} are looked for; default: the working directory. */
        public Builder directory(Path value) {
            directory = value;
            return this;
        }

        /**
         * The file to read instead of those in the directory; it must exist. A name that ends with {@code .properties}
         * says that it is one; all others are read as YAML.
         */
        public Builder file(Path value) {
            file = value;
            return this;
        }

        /** A flag of the command line, by key. A password is refused in it: other users can see command lines. */
        public Builder flag(String key, String value) {
            return flag(key, value, key);
        }

        /**
         * As {@link #flag(String, String)}, for a flag that is spelled otherwise than its key.
         *
         * @param spelled how the user wrote it, such as {@code --port}; places and origins name it so
         */
        public Builder flag(String key, String value, String spelled) {
            flags.put(key, new Provided(value, "flag " + spelled));
            return this;
        }

        /**
         * A setting in the words of the program: the same key and text as in files, for one database of several as
         * {@code databases.orders.pool.max-size}; wins over everything. A password may be given so.
         */
        public Builder set(String key, String value) {
            return provided(key, value, "builder");
        }

        /**
         * A value that the program itself found out, such as the address of an embedded server; wins over everything.
         *
         * @param origin how {@link Setting#origin()} names it, such as {@code embedded server}
         */
        public Builder provided(String key, String value, String origin) {
            provided.put(key, new Provided(value, origin));
            return this;
        }

        /** The loader. */
        public ConfigLoader build() {
            return new ConfigLoader(new Sources(
                    new LinkedHashMap<>(provided),
                    new LinkedHashMap<>(flags),
                    environment,
                    directory,
                    Optional.ofNullable(file)));
        }

        /** The same as {@code build().load()}. */
        public WellheadConfig load() {
            return build().load();
        }

        /** The same as {@code build().check()}. */
        public List<Problem> check() {
            return build().check();
        }
    }
}
