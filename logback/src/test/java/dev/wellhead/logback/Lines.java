// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Layout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/** What one layout makes of the lines of this process while a test runs. */
final class Lines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Logger logger = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final Logger own = (Logger) LoggerFactory.getLogger("dev.wellhead");
    private final Layout<ILoggingEvent> layout;
    private final Predicate<ILoggingEvent> wanted;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    /** Of all lines at that level and above that speak of that pool. */
    static Lines of(String pool, Level level, Layout<ILoggingEvent> layout) {
        return new Lines(
                level,
                layout,
                event -> event.getFormattedMessage().contains("pool=" + pool + " ")
                        || event.getFormattedMessage().endsWith("pool=" + pool));
    }

    Lines(Level level, Layout<ILoggingEvent> layout, Predicate<ILoggingEvent> wanted) {
        this.layout = layout;
        this.wanted = wanted;
        setContext(logger.getLoggerContext());
        start();
        own.setLevel(level);
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (wanted.test(event)) {
            lines.add(layout.doLayout(event).stripTrailing());
        }
    }

    List<String> all() {
        return lines;
    }

    @Override
    public void close() {
        own.setLevel(null);
        logger.detachAppender(this);
        stop();
    }
}
