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
    private final Supplier<RetryPolicy> policy;
    private final ErrorJudge judge;
    private final Supplier<@Nullable PoolSnapshot> snapshot;
    private final Time time;
    private final CallMeter meter = new CallMeter();
    private final CallLog log;

    /**
     * Runs calls of that database.
     *
     * @param policy asked once at the start of each call, which ends by what it was told
     */
    Retrier(
            String database,
            Supplier<RetryPolicy> policy,
            ErrorJudge judge,
            Supplier<@Nullable PoolSnapshot> snapshot,
            Time time) {
        this.database = database;
        this.policy = policy;
        this.judge = judge;
        this.snapshot = snapshot;
        this.time = time;
        this.log = new CallLog(database, time.nanoClock());
    }

    <T extends @Nullable Object> T run(String operation, Step<T> step) {
        meter.begun();
        long start = time.nanoClock().getAsLong();
        var ended = false;
        try {
            T result = attempts(operation, step, start);
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
        var rules = policy.get();
        for (int attempt = 1; ; attempt++) {
            var progress = new Progress();
            try {
                T result = step.run(progress);
                meter.succeeded(progress.endNanos(time.nanoClock()) - start);
                return result;
            } catch (SQLException e) {
                var failed = failed(operation, null, e, progress.phase(), attempt, start);
                if (attempt > rules.maxRetries() || !mayRunAgain(failed.judgement())) {
                    throw thrown(failed, e);
                }
                pause(rules, failed, attempt, e);
            }
        }
    }

    /**
     * The error of a statement inside of a transaction: logged and judged, not counted as a call of its own.
     *
     * @param transaction its operation; null where it has none but that of the statement
     */
    DatabaseException failedInside(@Nullable String transaction, String operation, SQLException error, long start) {
        return thrown(failed(operation, transaction, error, Phase.IN_TRANSACTION, 1, start), error);
    }

    /** Whether nobody can say if it took effect. */
    boolean isInDoubt(SQLException error, Phase phase) {
        return judge.judge(error, phase).kind() == ErrorKind.AMBIGUOUS;
    }

    private DatabaseException thrown(FailedCall failed, SQLException error) {
        log.callFailed(failed);
        return DatabaseException.of(failed, error instanceof OwnFault ? error.getCause() : error);
    }

    private void pause(RetryPolicy rules, FailedCall failed, int attempt, SQLException cause) {
        var delay = new Backoff(rules, time.random()).before(attempt);
        log.retryScheduled(failed, attempt + 1, rules.maxRetries() + 1, delay);
        meter.retried();
        try {
            time.sleeper().sleep(Math.min(delay.toNanos(), Deadline.leftNanos()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cause.addSuppressed(e);
            var interrupted = failed.judgedAs(INTERRUPTED);
            log.callFailed(interrupted);
            throw DatabaseException.of(interrupted, cause);
        }
    }

    private FailedCall failed(
            String operation, @Nullable String transaction, SQLException error, Phase phase, int attempt, long start) {
        var own = error instanceof OwnFault fault ? fault : null;
        return new FailedCall(
                database,
                operation,
                judge.judge(error, phase),
                phase,
                ErrorJudge.sqlStateOf(error),
                attempt,
                Duration.ofNanos(time.nanoClock().getAsLong() - start),
                own == null ? snapshot.get() : null,
                transaction,
                detail(error));
    }

    private static String detail(SQLException error) {
        if (error instanceof ExpiredCall expired) {
            return expired.detail();
        }
        return error instanceof OwnFault own ? own.detail() : "";
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
