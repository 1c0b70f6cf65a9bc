// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.cli.TopState.View;
import dev.wellhead.cli.TopState.Wish;
import dev.wellhead.cli.TopView.Line;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/**
 * The full screen of {@code wellhead top}. Only what changed is sent to the terminal, so that nothing flickers.
 *
 * <p>Threads: the caller's draws and reads keys; one of its own asks the server, so that keys work while the server hangs.
 * Signals only set flags. {@link #leave} runs once, whoever comes first: the end of {@link #run}, or the shutdown hook.
 */
final class TopScreen {
    private static final long LOOK_EVERY_MILLIS = 1_000;
    private static final long KEY_MILLIS = 100;
    private static final int ESCAPE = 27;
    private static final int UP = -10;
    private static final int DOWN = -11;

    private final Terminal terminal;
    private final ServerClient client;
    private final boolean colored;
    private final Display display;
    private final Attributes before;
    private final AtomicBoolean left = new AtomicBoolean();
    private final ScheduledExecutorService asking = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "wellhead-top");
        thread.setDaemon(true);
        return thread;
    });

    private volatile TopState state;
    private volatile Wish wish = Wish.FIRST;
    private volatile String message = "";
    private volatile boolean interrupted;
    private volatile boolean resized = true;
    /** The lease that is to be cancelled when the user says yes; the caller's thread alone. */
    private @Nullable JsonNode asked;

    TopScreen(Terminal terminal, ServerClient client, TopState first, boolean colored) {
        this.terminal = terminal;
        this.client = client;
        this.state = first;
        this.colored = colored;
        this.display = new Display(terminal, true);
        this.before = terminal.getAttributes();
    }

    /** Draws until the user ends it. The exit code. */
    int run() throws IOException, InterruptedException {
        var hook = new Thread(this::leave, "wellhead-top-end");
        Runtime.getRuntime().addShutdownHook(hook);
        terminal.handle(Terminal.Signal.INT, signal -> interrupted = true);
        terminal.handle(Terminal.Signal.WINCH, signal -> resized = true);
        terminal.handle(Terminal.Signal.CONT, signal -> resized = true);
        try {
            var unused = asking.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            boolean goesOn = true;
            while (goesOn && !interrupted) {
                if (resized) {
                    enter();
                }
                draw();
                goesOn = handle(key());
            }
            return interrupted ? ExitCode.INTERRUPTED : ExitCode.DONE;
        } finally {
            asking.shutdownNow();
            leave();
            removeHook(hook);
        }
    }

    // Also after a change of size and after a stop by Ctrl-Z.
    private void enter() {
        resized = false;
        terminal.enterRawMode();
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        terminal.flush();
        display.resize(size());
        display.clear();
    }

    private void leave() {
        if (left.compareAndSet(false, true)) {
            terminal.puts(Capability.cursor_visible);
            terminal.puts(Capability.exit_ca_mode);
            terminal.flush();
            terminal.setAttributes(before);
        }
    }

    private Size size() {
        var size = terminal.getSize();
        return size.getRows() < 2 || size.getColumns() < 2 ? Size.of(Tty.USUAL_COLUMNS, 24) : size;
    }

    private void draw() {
        var lines = TopView.screen(
                state, wish, client.server().toString(), display.getColumns(), display.getRows(), message);
        display.update(lines.stream().map(this::styled).toList(), 0);
    }

    private AttributedString styled(Line line) {
        var plain = AttributedStyle.DEFAULT;
        var style = switch (line.look()) {
            case PLAIN -> plain;
            case TITLE -> plain.bold();
            case BAD -> colored ? plain.bold().foreground(AttributedStyle.RED) : plain.bold();
            case DOUBTFUL -> colored ? plain.foreground(AttributedStyle.YELLOW) : plain;
            case SELECTED -> plain.inverse();
        };
        return new AttributedString(line.text(), style);
    }

    // On the thread that asks.
    private void look() {
        try {
            state = TopState.look(client, wish);
        } catch (CommandException e) {
            state = state.troubled(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            // The screen ends.
            Thread.currentThread().interrupt();
        }
    }

    private int key() throws IOException {
        var reader = terminal.reader();
        int key = reader.read(KEY_MILLIS);
        if (key != ESCAPE) {
            return key;
        }
        int second = reader.read(KEY_MILLIS);
        if (second != '[' && second != 'O') {
            return key;
        }
        int third = reader.read(KEY_MILLIS);
        return third == 'A' ? UP : third == 'B' ? DOWN : NonBlockingReader.READ_EXPIRED;
    }

    /** Whether to go on. */
    private boolean handle(int key) {
        if (key == NonBlockingReader.READ_EXPIRED) {
            return true;
        }
        if (asked != null) {
            answer(asked, key);
            return key != NonBlockingReader.EOF;
        }
        message = "";
        switch (key) {
            case 'q', 'Q', 3, NonBlockingReader.EOF -> {
                return false;
            }
            case 's' -> wish = wish.with(View.STATEMENTS);
            case 'l' -> wish = wish.with(View.LEASES);
            case 'a' -> wish = wish.with(View.ALERTS);
            case 'e' -> wish = wish.with(View.EVENTS);
            case 'o' -> wish(wish.nextSort());
            case 'd' -> wish(wish.nextDatabase());
            case UP, 'k' -> wish = wish.moved(-1, leases());
            case DOWN, 'j' -> wish = wish.moved(1, leases());
            case 'c' -> ask();
            default -> message = "";
        }
        return true;
    }

    // Needs other numbers from the server, at once.
    private void wish(Wish next) {
        wish = next;
        asking.execute(this::look);
    }

    private int leases() {
        return state.leases().path("leases").size();
    }

    private void ask() {
        var lease = state.leases().path("leases").path(wish.selected());
        if (wish.view() != View.LEASES || lease.isMissingNode()) {
            message = "Select a lease first: l, then up and down";
        } else if (!client.hasAdminToken()) {
            message = "To cancel needs the admin token: --token-file or WELLHEAD_SERVER_ADMIN_TOKEN";
        } else {
            asked = lease;
            message = "Cancel what connection " + lease.path("connectionId").asText() + " of "
                    + lease.path("database").asText() + " runs for "
                    + lease.path("operation").asText() + "? y/n";
        }
    }

    private void answer(JsonNode lease, int key) {
        asked = null;
        if (key != 'y' && key != 'Y') {
            message = "Not cancelled";
            return;
        }
        message = "Cancelling ...";
        asking.execute(() -> cancel(lease));
    }

    // On the thread that asks. The lease's number goes along, so that nothing later on that connection is hit.
    private void cancel(JsonNode lease) {
        Map<String, Object> body = new LinkedHashMap<>();
        List.of("database", "connectionId", "lease").stream()
                .filter(lease::has)
                .forEach(field -> body.put(field, lease.get(field)));
        try {
            client.post("/api/admin/cancel", body, Duration.ZERO);
            message = "Cancelled";
        } catch (CommandException e) {
            message = "Not cancelled: " + e.getMessage();
        } catch (InterruptedException e) {
            // The screen ends.
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            // The hook runs, and finds the terminal put back.
            return;
        }
    }
}
