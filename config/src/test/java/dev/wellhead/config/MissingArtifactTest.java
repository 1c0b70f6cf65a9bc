// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration as a program sees it that has no {@code wellhead-mongo}: loaded by a class loader of its own. */
class MissingArtifactTest {

    private static final String URI = "mongodb://app:s3cret@documents.example.com:27017/shop";

    @TempDir
    Path folder;

    private URLClassLoader loader;

    @BeforeEach
    void leaveOutTheArtifact() {
        var urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        !entry.matches(".*/(?:mongo/target/classes|wellhead-mongo-[^/]*\\.jar|mongodb-[^/]*\\.jar)"))
                .map(MissingArtifactTest::url)
                .toArray(URL[]::new);
        loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
        assertThatThrownBy(() -> loader.loadClass("dev.wellhead.mongo.MongoConfig"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @AfterEach
    void close() throws Exception {
        loader.close();
    }

    @Test
    void aConnectionStringInTheEnvironmentIsAWarningThatNamesTheArtifact() throws Exception {
        assertThat(problems(Map.of("MONGODB_URI", URI, "DB_POOL_SIZE", "50", "DB_MIN_POOL_SIZE", "5")))
                .containsExactly(
                        "WARNING environment MONGODB_URI: opens nothing: the artifact dev.wellhead:wellhead-mongo"
                                + " is not on the class path; add it; if the program has a client of its own, this can be ignored");
        assertThat(problems(Map.of("MONGODB_URI", ""))).isEmpty();
    }

    @Test
    void itsKeysAreErrorsThatNameTheArtifact() throws Exception {
        new Given(folder).yaml("mongodb:\n  max-size: 9\n").dotEnv("WELLHEAD_MONGODB_URI=" + URI + "\n");
        assertThat(problems(Map.of("WELLHEAD_MONGODB_MIN_SIZE", "1")))
                .containsExactly(
                        "ERROR wellhead.yaml:2: mongodb.max-size: needs the artifact dev.wellhead:wellhead-mongo, which"
                                + " is not on the class path; add it, or remove this setting",
                        "ERROR environment WELLHEAD_MONGODB_MIN_SIZE: needs the artifact dev.wellhead:wellhead-mongo,"
                                + " which is not on the class path; add it, or remove this setting",
                        "ERROR .env:1: WELLHEAD_MONGODB_URI: needs the artifact dev.wellhead:wellhead-mongo, which is not"
                                + " on the class path; add it, or remove this setting");
    }

    private List<String> problems(Map<String, String> environment) throws Exception {
        var start = loader.loadClass("dev.wellhead.config.ConfigLoader").getMethod("builder");
        var builder = start.invoke(null);
        var type = builder.getClass();
        type.getMethod("environment", Map.class).invoke(builder, environment);
        type.getMethod("directory", Path.class).invoke(builder, folder);
        var problems = (List<?>) type.getMethod("check").invoke(builder);
        return problems.stream().map(MissingArtifactTest::text).toList();
    }

    private static String text(Object problem) {
        try {
            return problem.getClass().getMethod("severity").invoke(problem) + " " + problem;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no problem of ours", e);
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }
}
