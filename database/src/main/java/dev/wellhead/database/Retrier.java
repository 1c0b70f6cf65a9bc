// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.PoolSnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the attempts of a call, judges what fails, and pauses between attempts.
 *
 * <p>Tried again is only what was never sent ({@link ErrorKind#RETRY_ANYWHERE}), and not what the pool itself refused
 * for want of a free connection: there the caller has waited for its whole limit already, and coming back would only
 * lengthen the line.
 */
final class Retrier {

    /** One attempt. */
    @FunctionalInterface
    interface Step<T extends @Nullable Object> {
        T run(Progress progress) throws SQLException;
    }

    /** Waits. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    /** Clock, pause and chance, so that tests need none of them. */
    record Time(LongSupplier nanoClock, Sleeper sleeper, DoubleSupplier random) {
        static final Time SYSTEM = new Time(
                System::nanoTime,
                TimeUnit.NANOSECONDS::sleep,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    private static final Judgement INTERRUPTED = new Judgement(ErrorKind.NEVER, Meaning.CANCELLED, ErrorCode.E2006);

    private final String database;
    private final RetryPolicy policy;
    private final ErrorJudge judge;
    private final Supplier<@Nullable PoolSnapshot> snapshot;
    private final Time time;
    private final Backoff backoff;
    private final CallMeter meter = new CallMeter();
    private final CallLog log;

    Retrier(
            String database,
            RetryPolicy policy,
            ErrorJudge judge,
            Supplier<@Nullable PoolSnapshot> snapshot,
            Time time) {
        this.database = database;
        this.policy = policy;
        this.judge = judge;
        this.snapshot = snapshot;
        this.time = time;
        this.backoff = new Backoff(policy, time.random());
        this.log = new CallLog(database, time.nanoClock());
    }

    <T extends @Nullable Object> T run(String operation, Step<T> step) {
        meter.begun();
        long start = time.nanoClock().getAsLong();
        var ended = false;
        try {
            T result = attempts(operation, step, start);
            meter.succeeded(time.nanoClock().getAsLong() - start);
            ended = true;
            return result;
        } catch (DatabaseException e) {
            meter.failed(e.meaning());
            ended = true;
            throw e;
        } finally {
            if (!ended) {
                // The work's own exception or error goes to the caller as it is.
                meter.failed(Meaning.OTHER);
            }
        }
    }

    private <T extends @Nullable Object> T attempts(String operation, Step<T> step, long start) {
        for (int attempt = 1; ; attempt++) {
            var progress = new Progress();
            try {
                return step.run(progress);
            } catch (SQLException e) {
                var failed = failed(operation, e, progress.phase(), attempt, start);
                if (attempt > policy.maxRetries() || !mayRunAgain(failed.judgement())) {
                    log.callFailed(failed);
                    throw DatabaseException.of(failed, e);
                }
                pause(failed, attempt, e);
            }
        }
    }

    private void pause(FailedCall failed, int attempt, SQLException cause) {
        var delay = backoff.before(attempt);
        log.retryScheduled(failed, attempt + 1, policy.maxRetries() + 1, delay);
        meter.retried();
        try {
            time.sleeper().sleep(delay.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cause.addSuppressed(e);
            var interrupted = failed.judgedAs(INTERRUPTED);
            log.callFailed(interrupted);
            throw DatabaseException.of(interrupted, cause);
        }
    }

    private FailedCall failed(String operation, SQLException error, Phase phase, int attempt, long start) {
        return new FailedCall(
                database,
                operation,
                judge.judge(error, phase),
                phase,
                ErrorJudge.sqlStateOf(error),
                attempt,
                Duration.ofNanos(time.nanoClock().getAsLong() - start),
                snapshot.get());
    }

    private static boolean mayRunAgain(Judgement judgement) {
        return judgement.kind() == ErrorKind.RETRY_ANYWHERE
                && judgement.code() != ErrorCode.E2001
                && judgement.code() != ErrorCode.E2004;
    }

    CallMeter meter() {
        return meter;
    }

    CallLog log() {
        return log;
    }
}
