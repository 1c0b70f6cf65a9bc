// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * The log of the command: to stderr, one line an event, warnings only until a command asks for more. Found by Logback
 * through ServiceLoader; set up in code because reading Logback's XML costs a tenth of a second at each start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String LAYOUT = "%d{HH:mm:ss.SSS} %-5level %msg%n%ex{short}";
    private static final String LAYOUT_WITH_TRACES = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{20} %msg%n%ex";

    /** Called by ServiceLoader. */
    public Logging() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        setUp(context, LAYOUT);
        level(context, Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Shows what an operator wants to see of a server that runs: changes of state. */
    static void showStateChanges() {
        level(context(), Level.INFO);
    }

    /** Shows everything of Wellhead's own, with stack traces. */
    static void showEverything() {
        setUp(context(), LAYOUT_WITH_TRACES);
        level(context(), Level.DEBUG);
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static void setUp(LoggerContext context, String pattern) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
        root.setLevel(Level.WARN);
    }

    // Only Wellhead's own events: those of libraries below a warning would drown them.
    private static void level(LoggerContext context, Level level) {
        context.getLogger("dev.wellhead").setLevel(level);
    }
}
