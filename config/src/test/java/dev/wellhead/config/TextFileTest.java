// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that changes while it is read. */
class TextFileTest {

    @TempDir
    Path folder;

    private Path file;
    private final AtomicInteger reads = new AtomicInteger();

    @BeforeEach
    void setUp() throws IOException {
        file = Files.writeString(folder.resolve("wellhead.yaml"), "old");
    }

    @Test
    void isReadOnceWhenItStaysTheSame() throws BadValueException {
        assertThat(read(times -> {})).isEqualTo("old");
        assertThat(reads).hasValue(1);
    }

    @Test
    void isReadAgainWhenItGrewMeanwhile() throws BadValueException {
        assertThat(read(times -> {
                    if (times == 1) {
                        Files.writeString(file, "new and longer");
                    }
                }))
                .isEqualTo("new and longer");
        assertThat(reads).hasValue(2);
    }

    @Test
    void isReadAgainWhenItWasWrittenWithTheSameLength() throws BadValueException {
        assertThat(read(times -> {
                    if (times == 1) {
                        Files.writeString(file, "new");
                        Files.setLastModifiedTime(
                                file, FileTime.from(Instant.now().plusSeconds(1)));
                    }
                }))
                .isEqualTo("new");
    }

    @Test
    void isReadAgainWhenAnotherTookItsPlace() throws BadValueException {
        assertThat(read(times -> {
                    if (times == 1) {
                        var other = Files.writeString(folder.resolve("other"), "new");
                        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
                        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                    }
                }))
                .isEqualTo("new");
    }

    @Test
    void isRefusedWhenItChangesTwice() {
        var refused = catchThrowableOfType(
                BadValueException.class, () -> read(times -> Files.writeString(file, "x".repeat(10 + times))));
        assertThat(refused.rule()).isEqualTo("changed while it was read, and again when it was read once more");
        assertThat(refused.fix()).contains("rename");
        assertThat(reads).hasValue(2);
    }

    @Test
    void isRefusedWhenItGoesAwayMeanwhile() {
        var refused = catchThrowableOfType(BadValueException.class, () -> read(times -> Files.delete(file)));
        assertThat(refused.rule()).startsWith("cannot be read");
    }

    @Test
    void aFileThatTheKernelMakesUpIsReadThoughItsSizeIsSaidToBeZero() throws BadValueException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/status")), "Linux only");
        assertThat(TextFile.read(Path.of("/proc/self/status"))).startsWith("Name:");
    }

    @FunctionalInterface
    private interface Change {
        void after(int reads) throws IOException;
    }

    private String read(Change change) throws BadValueException {
        return TextFile.read(file, path -> {
            var bytes = Files.readAllBytes(path);
            change.after(reads.incrementAndGet());
            return bytes;
        });
    }
}
