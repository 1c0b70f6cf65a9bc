// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jline.utils.Signals;

/**
 * The signal SIGHUP, which has two meanings: an operator asks a server to read its configuration anew; and the kernel
 * tells that the terminal is gone, which by custom ends what was started there. They are told apart by the controlling
 * terminal: the kernel takes it away before it sends the signal.
 */
final class HangUp {
    private static final Path TERMINAL = Path.of("/dev/tty");

    private HangUp() {}

    /**
     * From now on the signal does not end the process by itself.
     *
     * @param reload runs when an operator sent it
     * @param terminalGone runs when this process had a terminal and has lost it
     * @return false where there is no such signal; then nothing changes
     */
    static boolean handle(Runnable reload, Runnable terminalGone) {
        boolean hadTerminal = hasTerminal();
        var handler = Signals.register("HUP", () -> {
            if (hadTerminal && !hasTerminal()) {
                terminalGone.run();
            } else {
                reload.run();
            }
        });
        return handler != null;
    }

    private static boolean hasTerminal() {
        try {
            Files.newInputStream(TERMINAL).close();
            return true;
        } catch (IOException none) {
            // ENXIO: this process has no controlling terminal; or there is no such file on this system.
            return false;
        }
    }
}
