// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import dev.wellhead.database.ErrorCode;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the log as monitors of older deployments read it: {@code [ERROR] [DATABASE] [v1.0.0] [E2001][CRITICAL]Connection
 * pool exhausted - troubleshoot}. What had no old text stands as it is behind the same brackets. Of an exception the types
 * and masked texts of its chain follow, one a line.
 *
 * <p>Thread-safe. For a {@code LayoutWrappingEncoder}.
 */
public final class ClassicLayout extends LayoutBase<ILoggingEvent> {

    private static final Pattern VALUE = Pattern.compile("\\{([A-Za-z]+)(-1)?\\}");

    private volatile String version =
            String.valueOf(ClassicLayout.class.getPackage().getImplementationVersion());

    /** With the version of this library. */
    public ClassicLayout() {}

    /** The version in the brackets, without its {@code v}. */
    public void setVersion(String value) {
        version = value;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        var text = new StringBuilder();
        boolean isOwn = LogEvents.isOwn(event.getLoggerName());
        text.append('[')
                .append(event.getLevel())
                .append("] [")
                .append(isOwn ? "DATABASE" : shortName(event.getLoggerName()))
                .append("] [v")
                .append(version)
                .append("] ");
        if (isOwn) {
            text.append(own(event));
        } else {
            text.append(event.getFormattedMessage());
        }
        text.append('\n');
        for (var error : Errors.of(event).errors()) {
            text.append("    ")
                    .append(error.type())
                    .append(": ")
                    .append(error.message())
                    .append('\n');
        }
        return text.toString();
    }

    private static String shortName(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }

    private static String own(ILoggingEvent event) {
        var line = LogLine.of(event.getMessage(), event.getArgumentArray());
        return LogEvents.find(line)
                .filter(row -> !row.classic().isEmpty())
                .map(row -> severity(row, line) + filled(row.classic(), line))
                .orElseGet(event::getFormattedMessage);
    }

    /** {@code [E2001][CRITICAL]}, or nothing. */
    private static String severity(LogEvent row, LogLine line) {
        var name = row.code().isEmpty() ? line.text("code") : row.code();
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.code().equals(name))
                .findFirst()
                .map(code -> "[" + code.code() + "][" + code.severity() + "]")
                .orElse("");
    }

    private static String filled(String template, LogLine line) {
        boolean isJson = template.contains("{\"");
        return VALUE.matcher(template).replaceAll(found -> {
            var value = line.text(found.group(1));
            var shown = found.group(2) == null ? value : oneLess(value);
            return Matcher.quoteReplacement(isJson ? Json.escaped(shown) : shown);
        });
    }

    /** Of the attempt to come, {@code 2/4}, the one that failed. */
    private static String oneLess(String attempt) {
        int slash = attempt.indexOf('/');
        try {
            return Integer.parseInt(attempt.substring(0, Math.max(0, slash))) - 1 + attempt.substring(slash);
        } catch (NumberFormatException notAnAttempt) {
            return attempt;
        }
    }
}
