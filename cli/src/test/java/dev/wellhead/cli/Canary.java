// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.FilterReply;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/**
 * A password that must not come out anywhere, and the nets for it. While one is open all loggers of the process, SLF4J's
 * and Java's own, are read at their finest level, with the traces of what they log.
 */
final class Canary implements AutoCloseable {
    /** With characters that URLs, files, patterns and the server's own encoding treat in their ways. */
    static final String PASSWORD = "c4n4ry p@ss/wörd%2B+&=?#:;{}t41l";

    static final String ENCODED =
            URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8).replace("+", "%20");

    static final String BASE64 = Base64.getEncoder().encodeToString(PASSWORD.getBytes(StandardCharsets.UTF_8));

    /** Both ends of the password, so that half of it counts, and Base64 of it wherever it begins in a longer text. */
    private static final List<String> FORBIDDEN = Stream.concat(Stream.of("c4n4ry", "t41l"), base64())
            .map(text -> text.toLowerCase(Locale.ROOT))
            .toList();

    private static final int MOST_LEAKS = 100;

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger ours = context.getLogger("dev.wellhead");
    private final java.util.logging.Logger javas = java.util.logging.Logger.getLogger("");
    private final java.util.logging.@Nullable Level before = javas.getLevel();
    private final TurboFilter everything = new Everything();
    private final Events events = new Events();
    private final JavaLog javaLog = new JavaLog();
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong traces = new AtomicLong();
    private final List<String> leaks = new CopyOnWriteArrayList<>();

    Canary() {
        events.setContext(context);
        events.start();
        // At Wellhead's own logger: a command that sets the log up anew throws away what is at the root.
        ours.addAppender(events);
        context.addTurboFilter(everything);
        javas.setLevel(java.util.logging.Level.ALL);
        javas.addHandler(javaLog);
    }

    private static Stream<String> base64() {
        var bytes = PASSWORD.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, 3)
                .mapToObj(from -> Arrays.copyOfRange(bytes, from, from + 12))
                .flatMap(part -> Stream.of(Base64.getEncoder(), Base64.getUrlEncoder())
                        .map(encoder -> encoder.encodeToString(part)));
    }

    /** What a driver might throw: in the message, as the server's own words, and on all that hangs on it. */
    static SQLException thrown() {
        var said = new ServerErrorMessage("SFATAL\0VFATAL\0C08006\0Mlogin of app with " + PASSWORD
                + " was lost\0Dpassword=" + PASSWORD + "\0Hsee jdbc:postgresql://app:" + ENCODED + "@h/d\0");
        var error = new PSQLException(said, true);
        error.initCause(new IOException(
                "sent " + PASSWORD + " as " + BASE64 + " and as " + ENCODED,
                new IllegalStateException("{user=app, password=" + PASSWORD + "}")));
        error.addSuppressed(new IllegalArgumentException("close after " + PASSWORD));
        error.setNextException(new SQLException("next: " + PASSWORD, "08006"));
        return error;
    }

    static boolean isIn(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        return FORBIDDEN.stream().anyMatch(lower::contains);
    }

    static void assertNotIn(String where, String text) {
        assertThat(isIn(text)).as("%s shows the password: %s", where, text).isFalse();
    }

    /** Nothing was caught in a log so far. */
    void assertLogsClean() {
        assertThat(leaks).as("log lines that show the password").isEmpty();
    }

    List<String> leaks() {
        return leaks;
    }

    /** How many events were read. */
    long read() {
        return read.get();
    }

    /** How many of them had an exception. */
    long traces() {
        return traces.get();
    }

    private void look(String logger, String message, String trace) {
        read.incrementAndGet();
        if (!trace.isEmpty()) {
            traces.incrementAndGet();
        }
        if (isIn(message + trace) && leaks.size() < MOST_LEAKS) {
            leaks.add(logger + ": " + message + "\n" + trace);
        }
    }

    private static String trace(@Nullable Throwable thrown) {
        if (thrown == null) {
            return "";
        }
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        if (thrown instanceof SQLException sql) {
            sql.forEach(next -> text.append(next.toString()));
        }
        return text.toString();
    }

    @Override
    public void close() {
        context.getTurboFilterList().remove(everything);
        ours.detachAppender(events);
        javas.removeHandler(javaLog);
        javas.setLevel(before);
    }

    /** Asked before the level counts: says that every level is on, and reads what is then logged. */
    private final class Everything extends TurboFilter {
        @Override
        public FilterReply decide(
                Marker marker, Logger logger, Level level, String format, Object[] parameters, Throwable thrown) {
            if (format == null) {
                return FilterReply.ACCEPT;
            }
            var event = MessageFormatter.arrayFormat(format, parameters, thrown);
            look(
                    logger.getName(),
                    String.valueOf(event.getMessage()),
                    trace(thrown == null ? MessageFormatter.getThrowableCandidate(parameters) : thrown));
            return FilterReply.NEUTRAL;
        }
    }

    /** Reads what goes past the filter. */
    private final class Events extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            var thrown = event.getThrowableProxy();
            look(
                    event.getLoggerName(),
                    event.getThreadName() + " " + event.getFormattedMessage(),
                    thrown == null ? "" : ThrowableProxyUtil.asString(thrown));
        }
    }

    private final class JavaLog extends Handler {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
            look(String.valueOf(record.getLoggerName()), formatter.format(record), trace(record.getThrown()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
