// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.database.spi.ManagerSource;
import dev.wellhead.pool.PoolState;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedManagerTest {

    /** A source as a library would bring it. */
    public static final class TestSource implements ManagerSource {
        static final AtomicInteger OPENED = new AtomicInteger();
        static volatile boolean fails;

        @Override
        public DatabaseManager open() {
            OPENED.incrementAndGet();
            if (fails) {
                throw new IllegalArgumentException("bad configuration");
            }
            return DatabaseManager.builder().open();
        }
    }

    /** Another one. */
    public static final class OtherSource implements ManagerSource {
        @Override
        public DatabaseManager open() {
            return DatabaseManager.builder().open();
        }
    }

    /** Run in a JVM of its own: opens the shared manager and ends without closing it. */
    public static final class Program {
        private Program() {}

        /** Opens a database that nobody serves. */
        public static void main(String[] arguments) {
            var database = DatabaseManager.shared().open(Opened.config("atexit", "jdbc:postgresql://127.0.0.1:1/none"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                // Hooks run side by side; wait for the one that is tested.
                while (database.snapshot().state() != PoolState.CLOSED) {
                    Thread.onSpinWait();
                }
                System.out.println("closed at exit");
            }));
        }
    }

    /** Run in a JVM of its own: asks for the shared manager when the JVM ends. */
    public static final class LateProgram {
        private LateProgram() {}

        /** Asks once before, if told so, and once in a hook. */
        public static void main(String[] arguments) {
            if (arguments.length > 0) {
                DatabaseManager.shared().close();
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    // The hook of the shared manager runs beside this one.
                    while (true) {
                        DatabaseManager.shared().close();
                    }
                } catch (IllegalStateException e) {
                    System.out.println("refused: " + e.getMessage());
                }
            }));
        }
    }

    @TempDir
    private Path folder;

    @Test
    void withoutSourceNamesTheArtifactToAdd() throws Exception {
        withSources(
                List.of(),
                () -> assertThatThrownBy(DatabaseManager::shared)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("dev.wellhead:wellhead-config"));
    }

    @Test
    void twoSourcesAreRefusedByName() throws Exception {
        withSources(
                List.of(TestSource.class, OtherSource.class),
                () -> assertThatThrownBy(DatabaseManager::shared)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(TestSource.class.getName())
                        .hasMessageContaining(OtherSource.class.getName()));
    }

    @Test
    void opensOnceForAllAndAgainAfterClose() throws Exception {
        withSources(List.of(TestSource.class), () -> {
            int before = TestSource.OPENED.get();
            var loader = Thread.currentThread().getContextClassLoader();
            var asked = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(DatabaseManager::shared, task -> {
                        var thread = new Thread(task);
                        thread.setContextClassLoader(loader);
                        thread.start();
                    }))
                    .toList();
            assertThat(asked.stream().map(CompletableFuture::join).distinct()).hasSize(1);
            assertThat(TestSource.OPENED.get() - before).isEqualTo(1);
            var first = DatabaseManager.shared();
            first.close();
            try (var second = DatabaseManager.shared()) {
                assertThat(second).isNotSameAs(first);
            }
        });
    }

    @Test
    void failureIsThrownAndNotKept() throws Exception {
        withSources(List.of(TestSource.class), () -> {
            TestSource.fails = true;
            try {
                assertThatThrownBy(DatabaseManager::shared)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("bad configuration");
            } finally {
                TestSource.fails = false;
            }
            try (var manager = DatabaseManager.shared()) {
                assertThat(manager.databases()).isEmpty();
            }
        });
    }

    @Test
    void isClosedWhenTheJvmEnds() throws Exception {
        assertThat(run(Program.class)).contains("closed at exit");
    }

    @Test
    void opensNothingWhileTheJvmEnds() throws Exception {
        assertThat(run(LateProgram.class))
                .contains("refused: DatabaseManager.shared() opens nothing while the JVM ends");
        assertThat(run(LateProgram.class, "before")).contains("refused: DatabaseManager.shared() opens nothing");
    }

    private String run(Class<?> program, String... arguments) throws Exception {
        writeServices(List.of(TestSource.class));
        var output = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                folder + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isZero();
        return Files.readString(output);
    }

    private interface Act {
        void run() throws Exception;
    }

    private void withSources(List<Class<?>> sources, Act act) throws Exception {
        writeServices(sources);
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            act.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private void writeServices(List<Class<?>> sources) throws IOException {
        var services = folder.resolve("META-INF/services");
        Files.createDirectories(services);
        Files.write(
                services.resolve(ManagerSource.class.getName()),
                sources.stream().map(Class::getName).toList());
    }
}
