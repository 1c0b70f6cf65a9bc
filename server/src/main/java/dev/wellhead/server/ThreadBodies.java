// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.Comparator;
import java.util.Map;

/** The body of {@code /api/threads}: what each thread does now. */
final class ThreadBodies {

    private ThreadBodies() {}

    static Reply threads() {
        var text = new StringBuilder();
        Thread.getAllStackTraces().entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Thread, StackTraceElement[]> entry) ->
                        entry.getKey().getName()))
                .forEach(entry -> {
                    var thread = entry.getKey();
                    text.append('"')
                            .append(thread.getName())
                            .append("\" ")
                            .append(thread.isDaemon() ? "daemon " : "")
                            .append(thread.getState())
                            .append('\n');
                    for (var frame : entry.getValue()) {
                        text.append("    at ").append(frame).append('\n');
                    }
                    text.append('\n');
                });
        return Reply.text("text/plain; charset=utf-8", text.toString());
    }
}
