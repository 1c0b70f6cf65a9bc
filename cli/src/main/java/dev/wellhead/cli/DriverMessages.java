// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import dev.wellhead.pool.Secret;
import java.util.Arrays;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/** What JDBC drivers log by {@code java.util.logging}, brought into the log of the command, with secrets masked. */
final class DriverMessages extends Handler {

    private static final List<String> DRIVERS =
            List.of("org.postgresql", "org.mariadb.jdbc", "com.mysql", "org.h2", "h2database", "org.sqlite");

    private final SimpleFormatter formatter = new SimpleFormatter();

    private DriverMessages() {}

    /** Shows what drivers say at that level and above. */
    static void show(LoggerContext context, Level least) {
        var root = LogManager.getLogManager().getLogger("");
        var handlers = Arrays.asList(root.getHandlers());
        // Another's handler stays; the JDK's own would write beside the log and in another form.
        handlers.stream().filter(ConsoleHandler.class::isInstance).forEach(root::removeHandler);
        if (handlers.stream().noneMatch(DriverMessages.class::isInstance)) {
            root.addHandler(new DriverMessages());
        }
        DRIVERS.forEach(driver -> context.getLogger(driver).setLevel(least));
    }

    @Override
    public void publish(LogRecord said) {
        var name = said.getLoggerName();
        var logger = LoggerFactory.getLogger(name == null || name.isEmpty() ? "java.util.logging" : name);
        var level = level(said.getLevel().intValue());
        if (!logger.isEnabledForLevel(level)) {
            return;
        }
        var line = logger.atLevel(level);
        var thrown = said.getThrown();
        if (thrown != null) {
            line = line.setCause(Secret.mask(thrown));
        }
        line.log("{}", Secret.mask(formatter.formatMessage(said)));
    }

    private static org.slf4j.event.Level level(int value) {
        if (value >= java.util.logging.Level.SEVERE.intValue()) {
            return org.slf4j.event.Level.ERROR;
        }
        if (value >= java.util.logging.Level.WARNING.intValue()) {
            return org.slf4j.event.Level.WARN;
        }
        return value >= java.util.logging.Level.INFO.intValue()
                ? org.slf4j.event.Level.INFO
                : org.slf4j.event.Level.DEBUG;
    }

    @Override
    public void flush() {
        // Nothing is kept.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
