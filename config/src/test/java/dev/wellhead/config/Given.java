// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A place to load from: a folder of the test and an environment of its own. */
final class Given {

    static final String REMOTE = "postgresql://app:s3cret@db.example.com:6432/shop";
    static final String LOCAL = "postgresql://app:s3cret@localhost:5432/shop";

    private final Path folder;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final ConfigLoader.Builder loader = ConfigLoader.builder();

    Given(Path folder) {
        this.folder = folder;
    }

    Given env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Given flag(String key, String value) {
        loader.flag(key, value);
        return this;
    }

    Given set(String key, String value) {
        loader.set(key, value);
        return this;
    }

    Given provided(String key, String value, String origin) {
        loader.provided(key, value, origin);
        return this;
    }

    Given yaml(String text) {
        return write("wellhead.yaml", text);
    }

    Given properties(String text) {
        return write("wellhead.properties", text);
    }

    Given dotEnv(String text) {
        return write(".env", text);
    }

    Given file(Path file) {
        loader.file(file);
        return this;
    }

    Given write(String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text);
            return this;
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    ConfigLoader loader() {
        return loader.environment(environment).directory(folder).build();
    }

    WellheadConfig load() {
        return loader().load();
    }

    DatabaseConfig database() {
        return load().databases().get(0);
    }

    List<Problem> problems() {
        return loader().check();
    }

    /** The only problem. */
    Problem problem() {
        var problems = problems();
        if (problems.size() != 1) {
            throw new AssertionError("expected one problem: " + problems);
        }
        return problems.get(0);
    }

    static Setting setting(WellheadConfig config, String key) {
        return config.settings().stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no setting " + key + " in " + config.settings()));
    }

    static Credentials login(DatabaseConfig config) {
        try {
            return config.pool().credentials().credentials();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }
}
