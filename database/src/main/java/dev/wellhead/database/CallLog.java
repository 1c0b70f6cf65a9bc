// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Secret;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes the events of calls: {@code event words pool=... key=value}, each kind at most ten times in ten seconds. */
final class CallLog {

    /** The kinds of lines. */
    private enum Event {
        CALL_DONE("call done", Level.INFO, Level.DEBUG),
        RETRY_SCHEDULED("retry scheduled", Level.WARN),
        RETRY_REFUSED("retry refused", Level.WARN),
        CALL_FAILED("call failed", Level.WARN, Level.ERROR, Level.DEBUG),
        SLOW_QUERY("slow query", Level.WARN),
        TRANSACTION_ROLLED_BACK("transaction rolled back", Level.WARN),
        RELEASE_FAILED("release failed", Level.WARN),
        HOOK_FAILED("transaction hook failed", Level.WARN),
        STREAM_NOT_CLOSED("stream not closed", Level.WARN);

        private final String words;
        /** The usual one; what else it may be follows it in the list. */
        private final Level level;

        Event(String words, Level... levels) {
            this.words = words;
            this.level = levels[0];
        }
    }

    /** Matters of one statement: its caller gets the error, an operator has nothing to do. */
    private static final Set<ErrorCode> OF_THE_STATEMENT =
            EnumSet.of(ErrorCode.E2007, ErrorCode.E2012, ErrorCode.E2015, ErrorCode.E2016, ErrorCode.E2017);

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int MOST_PER_WINDOW = 10;
    private static final int MOST_CALLS_PER_WINDOW = 10_000;
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String database;
    private final LongSupplier clock;
    private final Map<Event, LogLimiter> limiters = new EnumMap<>(Event.class);
    private volatile BooleanSupplier queriesAreShown = () -> false;

    CallLog(String database, LongSupplier clock) {
        this.database = database;
        this.clock = clock;
        for (var event : Event.values()) {
            int most = event == Event.CALL_DONE ? MOST_CALLS_PER_WINDOW : MOST_PER_WINDOW;
            limiters.put(event, new LogLimiter(most, WINDOW_NANOS, clock));
        }
    }

    /** Asked at the end of each call whether it is logged at INFO; else it is at DEBUG. */
    void queriesAreShown(BooleanSupplier shown) {
        queriesAreShown = shown;
    }

    /** A call has ended; where nobody would see the line, not even the clock is read. */
    void called(String operation, long startNanos, boolean succeeded) {
        var level = queriesAreShown.getAsBoolean() ? Level.INFO : Level.DEBUG;
        if (LOG.isEnabledForLevel(level)) {
            long micros = TimeUnit.NANOSECONDS.toMicros(clock.getAsLong() - startNanos);
            write(Event.CALL_DONE, level, operation, "succeeded=" + succeeded + " elapsedMicros=" + micros);
        }
    }

    void retryScheduled(FailedCall call, int attempt, int mostAttempts, Duration delay) {
        write(
                Event.RETRY_SCHEDULED,
                Event.RETRY_SCHEDULED.level,
                call.operation(),
                "attempt=" + attempt + "/" + mostAttempts + " delayMs=" + delay.toMillis() + " cause="
                        + call.judgement().meaning() + state(call));
    }

    /** What might have been tried again is not. */
    void retryRefused(FailedCall call, int mostAttempts, RetryRefusal reason) {
        write(
                Event.RETRY_REFUSED,
                Event.RETRY_REFUSED.level,
                call.operation(),
                "reason=" + reason + " attempts=" + call.attempts() + "/" + mostAttempts + " elapsedMs="
                        + call.elapsed().toMillis() + " cause="
                        + call.judgement().meaning() + state(call));
    }

    /** @param mostAttempts how many it might have had */
    void callFailed(FailedCall call, int mostAttempts) {
        var code = call.judgement().code();
        var level = OF_THE_STATEMENT.contains(code)
                ? Level.DEBUG
                : code.severity() == Severity.CRITICAL || code == ErrorCode.E2002 ? Level.ERROR : Level.WARN;
        write(
                Event.CALL_FAILED,
                level,
                call.operation(),
                "code=" + code + " severity=" + code.severity() + " attempts=" + call.attempts() + "/" + mostAttempts
                        + " elapsedMs=" + call.elapsed().toMillis() + " kind="
                        + call.judgement().kind() + state(call));
    }

    void slowQuery(String operation, Duration elapsed, Duration threshold) {
        var trace = TraceIds.current();
        write(
                Event.SLOW_QUERY,
                Event.SLOW_QUERY.level,
                operation,
                "elapsedMs=" + elapsed.toMillis() + " thresholdMs=" + threshold.toMillis()
                        + (trace.isEmpty() ? "" : " traceId=" + LogText.value(trace)));
    }

    void rolledBack(String operation, boolean complete, Throwable cause) {
        var state = ErrorJudge.sqlStateOf(cause);
        write(
                Event.TRANSACTION_ROLLED_BACK,
                Event.TRANSACTION_ROLLED_BACK.level,
                operation,
                "complete=" + complete + " cause=" + cause.getClass().getSimpleName()
                        + (state.isEmpty() ? "" : " sqlState=" + state));
    }

    void releaseFailed(String operation, Throwable cause) {
        write(
                Event.RELEASE_FAILED,
                Event.RELEASE_FAILED.level,
                operation,
                "cause=" + cause.getClass().getSimpleName());
    }

    /** The hook's own words stay out: they may hold anything. The stack trace is written at DEBUG. */
    void hookFailed(String operation, String hook, Throwable cause) {
        write(
                Event.HOOK_FAILED,
                Event.HOOK_FAILED.level,
                operation,
                "hook=" + hook + " cause=" + cause.getClass().getSimpleName());
        LOG.debug(
                "transaction hook failed pool={} operation={} hook={}", database, operation, hook, Secret.mask(cause));
    }

    void streamNotClosed(String operation) {
        write(
                Event.STREAM_NOT_CLOSED,
                Event.STREAM_NOT_CLOSED.level,
                operation,
                "hint=\"open it in try-with-resources\"");
    }

    private static String state(FailedCall call) {
        return call.sqlState().isEmpty() ? "" : " sqlState=" + call.sqlState();
    }

    private void write(Event event, Level level, String operation, String details) {
        if (!LOG.isEnabledForLevel(level)) {
            return;
        }
        var limiter = limiters.get(event);
        long heldBack = limiter == null ? 0 : limiter.pass();
        if (heldBack < 0) {
            return;
        }
        LOG.atLevel(level)
                .log(
                        "{} pool={} operation={} {}{}",
                        event.words,
                        database,
                        LogText.value(operation),
                        details,
                        heldBack == 0 ? "" : " suppressed=" + heldBack);
    }
}
