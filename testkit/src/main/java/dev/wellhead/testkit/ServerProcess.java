// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The process of a server that is started anew after it has ended. Its owner lets one change its state at a time. */
final class ServerProcess {

    private volatile Process process;
    private volatile boolean isFrozen;

    ServerProcess(Process process) {
        this.process = process;
    }

    /** Goes on with another, after this one has ended. */
    void replace(Process other) {
        process = other;
    }

    Process process() {
        return process;
    }

    long pid() {
        return process.pid();
    }

    /** Whether it lives; a frozen one does. */
    boolean isRunning() {
        // Between its death and the moment the JVM notes it, both looks are needed.
        return process.isAlive() && !Signals.isDead(process.pid());
    }

    /** By SIGKILL; a frozen one too. */
    void kill() {
        try {
            if (isRunning()) {
                Signals.kill(pid());
            }
            isFrozen = false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By SIGSTOP: sockets stay, nobody answers. */
    void freeze() {
        try {
            Signals.freeze(pid());
            isFrozen = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets a frozen one go on; nothing to do for others. */
    void thaw() {
        try {
            if (isFrozen) {
                Signals.thaw(pid());
                isFrozen = false;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
