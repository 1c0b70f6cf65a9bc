// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Keeps what the pools log of one of them. */
final class Logs extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final List<ILoggingEvent> kept = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.wellhead.pool");
    private final String pool;

    private Logs(String pool) {
        this.pool = "pool=" + pool + " ";
    }

    static Logs of(String pool) {
        var logs = new Logs(pool);
        logs.start();
        logs.logger.addAppender(logs);
        return logs;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getFormattedMessage().contains(pool)) {
            kept.add(event);
        }
    }

    /** The lines that begin so. */
    List<String> lines(String start) {
        return kept.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith(start))
                .toList();
    }

    /** The threads that have logged. */
    List<String> threads() {
        return kept.stream().map(ILoggingEvent::getThreadName).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        stop();
    }
}
