// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a folder to one opener: a lock of the operating system between processes (it ends with its process, however
 * that ends), a set within this JVM.
 *
 * <p>The set is not only for speed: on POSIX a process loses its lock when it closes any channel on the file, so this
 * JVM must not even open the file of a folder that it holds. Whoever only wants to know who runs there reads the file
 * that {@link ServerFolder} publishes, never the lock.
 */
final class FolderLock implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Waits for a holder that starts or stops; one that has a server up is reported at once. */
    static FolderLock acquire(ServerFolder folder, Duration limit) throws IOException {
        Path real = folder.root();
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            FolderLock lock = tryAcquire(real);
            if (lock != null) {
                return lock;
            }
            RunningServer running = folder.running().orElse(null);
            if (running != null || System.nanoTime() - deadline > 0) {
                throw new EmbeddedServerLockedException(real, running);
            }
            Processes.pause();
        }
    }

    private static @Nullable FolderLock tryAcquire(Path folder) throws IOException {
        if (!HELD_HERE.add(folder)) {
            return null;
        }
        FileChannel channel = null;
        boolean acquired = false;
        try {
            channel = FileChannel.open(
                    folder.resolve("wellhead.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            acquired = lock != null;
            return acquired ? new FolderLock(folder, channel) : null;
        } finally {
            if (!acquired) {
                if (channel != null) {
                    channel.close();
                }
                HELD_HERE.remove(folder);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            // Closing the channel releases the lock.
            channel.close();
        } finally {
            HELD_HERE.remove(folder);
        }
    }
}
