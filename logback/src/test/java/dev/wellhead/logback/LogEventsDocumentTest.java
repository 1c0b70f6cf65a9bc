// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** {@code docs/log-events.md}. */
class LogEventsDocumentTest {

    @Test
    void theDocumentIsFresh() throws Exception {
        var text = text();
        var fresh = Path.of("target", "docs", "log-events.md");
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, text);
        assertThat(Path.of("..", "docs", "log-events.md"))
                .as("docs/log-events.md is stale: copy logback/%s over it", fresh)
                .content()
                .isEqualTo(text);
    }

    private static String text() {
        var text = new StringBuilder("""
                # Log events
                Made from the code; a test fails when this file is stale.

                Each line is `event words key=value ...`. INFO is a change of state, WARN wants action soon, ERROR wants it
                now, DEBUG is for single calls and connections. No parameter of a statement and no secret is in any line;
                what may repeat is held back and counted (`notLogged`, `suppressed`).

                `log.layout` says how `wellhead serve` and `wellhead load` write them; programs of one's own take
                `dev.wellhead.logback.ClassicLayout` or `JsonLayout` of `wellhead-logback` in a `LayoutWrappingEncoder`:

                ```xml
                <encoder class="ch.qos.logback.core.encoder.LayoutWrappingEncoder">
                  <layout class="dev.wellhead.logback.JsonLayout"/>
                </encoder>
                ```

                * `plain`: time, level, the line.
                * `classic`: `[LEVEL] [DATABASE] [vVERSION] ` and the classic text, or the line itself where there is none.
                  Where the line has an error code it follows with its severity, without a space behind:
                  `[ERROR] [DATABASE] [v1.0.0] [E2001][CRITICAL]Connection pool exhausted - troubleshoot`. Messages of
                  libraries have the name of their logger in place of `DATABASE`.
                * `json`: one object a line: `timestamp` (ISO 8601, UTC), `level`, `logger`, `thread`, `event`, each
                  `key=value` as a field, `message`, `exception` (bounded and masked), `trace_id` and `span_id` where the MDC
                  has them. A key that has one of these names becomes `field.<key>`.

                `log.connections`, `log.queries` and `log.statistics-interval` switch events of a database on and off; see
                [config.md](config.md). `{attempt-1}` is the attempt that failed. The old text `Migrated 5000 rows` has no
                event: there is no data migration yet.

                | event | level | what it means, what to do | classic text |
                |---|---|---|---|
                """);
        for (var row : LogEvents.all()) {
            text.append("| `%s`%s | %s | %s | %s |\n"
                    .formatted(
                            row.words(),
                            row.when().isEmpty() ? "" : " with `" + row.when() + "`",
                            levels(row),
                            row.meaning().replace("|", "\\|"),
                            classic(row)));
        }
        return text.toString();
    }

    private static String levels(LogEvent row) {
        return row.levels().stream()
                .sorted(Comparator.comparing(Level::toInt).reversed())
                .map(Level::name)
                .collect(Collectors.joining(", "));
    }

    private static String classic(LogEvent row) {
        if (row.classic().isEmpty()) {
            return "";
        }
        return "`" + row.classic().replace("|", "\\|") + "`" + (row.code().isEmpty() ? "" : " (" + row.code() + ")");
    }
}
