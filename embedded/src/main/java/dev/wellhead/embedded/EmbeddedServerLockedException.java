// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Another opener holds the folder; if its server is known, a caller can connect to that one instead. */
public final class EmbeddedServerLockedException extends EmbeddedServerException {
    private static final long serialVersionUID = 1L;

    // Null: the holder has not published its server (it starts or stops). Transient: for the catcher in this JVM.
    private final transient @Nullable RunningServer running;

    EmbeddedServerLockedException(Path folder, @Nullable RunningServer running) {
        super(text(folder, running));
        this.running = running;
    }

    /**
     * The server that runs in the folder.
     *
     * @return empty when the holder of the lock had not published one within the start limit
     */
    public Optional<RunningServer> running() {
        return Optional.ofNullable(running);
    }

    private static String text(Path folder, @Nullable RunningServer running) {
        String start = "The folder of the embedded PostgreSQL is in use by another process. folder=" + folder + ": ";
        if (running == null) {
            return start
                    + "its holder has no server up yet or is stopping it; wait and try again, or use another folder";
        }
        return start + "process " + running.ownerPid() + " runs the server at port " + running.port() + "; connect to "
                + running.url() + ", stop that process, or use another folder";
    }
}
