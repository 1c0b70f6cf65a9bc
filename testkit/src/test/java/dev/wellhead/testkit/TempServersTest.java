// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TempServersTest {

    private static final int JVMS = 3;

    @TempDir
    Path temp;

    /** Test JVMs start at the same time, and each looks for leftovers. */
    @Test
    void severalRemoveTheSameLeftoverAtOnce() throws Exception {
        var threads = Executors.newFixedThreadPool(JVMS);
        try {
            for (int round = 0; round < 20; round++) {
                var leftover = leftover();
                var start = new CyclicBarrier(JVMS);
                Callable<Void> remove = () -> {
                    start.await();
                    TempServers.delete(leftover);
                    return null;
                };
                var removed = IntStream.range(0, JVMS)
                        .mapToObj(any -> threads.submit(remove))
                        .toList();
                for (var one : removed) {
                    one.get();
                }
                assertThat(leftover).doesNotExist();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Path leftover() throws IOException {
        var folder = Files.createTempDirectory(temp, "leftover-");
        for (int inner = 0; inner < 5; inner++) {
            var made = Files.createDirectories(folder.resolve("a" + inner).resolve("b"));
            for (int file = 0; file < 50; file++) {
                Files.writeString(made.resolve("file" + file), "x");
            }
        }
        return folder;
    }
}
