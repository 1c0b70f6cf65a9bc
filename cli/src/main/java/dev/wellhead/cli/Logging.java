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
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.wellhead.config.LogLayout;
import dev.wellhead.config.Profile;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.logback.ClassicLayout;
import dev.wellhead.logback.JsonLayout;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;

/**
 * The log of the command: to stderr, one line an event, warnings only until a command asks for more. Found by Logback
 * through ServiceLoader; set up in code because reading Logback's XML costs a tenth of a second at each start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String LAYOUT = "%d{HH:mm:ss.SSS} %-5level %msg%n%ex{short}";
    private static final String LAYOUT_WITH_TRACES = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{20} %msg%n%ex";

    /** The one in use where nobody asks for another layout. */
    private static volatile String plain = LAYOUT;

    /** Called by ServiceLoader. */
    public Logging() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        setUp(context, pattern(context, LAYOUT));
        level(context, Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Shows what an operator wants to see of a server that runs: changes of state. */
    static void showStateChanges() {
        level(context(), Level.INFO);
    }

    /** Shows everything of Wellhead's own, with stack traces. */
    static void showEverything() {
        plain = LAYOUT_WITH_TRACES;
        setUp(context(), pattern(context(), plain));
        level(context(), Level.DEBUG);
    }

    /**
     * Writes in the layout of the configuration from now on, and shows of what JDBC drivers say by themselves warnings on
     * a developer's machine and errors elsewhere.
     */
    static void follow(WellheadConfig config) {
        var context = context();
        setUp(context, encoder(context, config.logLayout()));
        DriverMessages.show(context, config.profile() == Profile.LOCAL ? Level.WARN : Level.ERROR);
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogLayout layout) {
        return switch (layout) {
            case PLAIN -> pattern(context, plain);
            case CLASSIC -> {
                var classic = new ClassicLayout();
                classic.setVersion(Versions.current());
                yield wrapped(context, classic);
            }
            case JSON -> wrapped(context, new JsonLayout());
        };
    }

    private static Encoder<ILoggingEvent> wrapped(LoggerContext context, Layout<ILoggingEvent> layout) {
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static Encoder<ILoggingEvent> pattern(LoggerContext context, String pattern) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        return encoder;
    }

    private static void setUp(LoggerContext context, Encoder<ILoggingEvent> encoder) {
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
