// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.spi.RetryObserver;
import dev.wellhead.pool.PoolSnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the attempts of a call, judges what fails, and pauses between attempts.
 *
 * <h2>What is tried again</h2>
 *
 * What {@link Effect} allows, except what the pool itself refused for want of a free connection: there the caller has
 * waited for its whole limit already, and coming back would only lengthen the line. Never past the policy's deadline. What
 * was sent takes a token of the {@link RetryBudget}; what was never sent is free.
 *
 * <h2>Nesting</h2>
 *
 * The outermost call on a thread that may be run again has a {@link RetryScope}. Calls of the same database inside of its
 * work, and statements of its transaction, are tried once; their failures are marked with the scope, and the outer call
 * finds the mark, also where the work has wrapped the exception. An exception without the mark, as that of another
 * database, was decided elsewhere and goes through.
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
    private final CallMeter meter;
    private final CallLog log;
    private final RetryBudget budget;
    private final RetryObservers observers;

    /** That of the call under way on the thread. */
    @SuppressWarnings("ThreadLocalUsage") // One for each database, which are few; removed when the attempt ends.
    private final ThreadLocal<@Nullable RetryScope> scopes;

    private @Nullable Breaker breaker;
    private boolean isOverJdbc = true;

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
        this.meter = new CallMeter();
        this.log = new CallLog(database, time.nanoClock());
        this.budget = new RetryBudget();
        this.observers = new RetryObservers();
        this.scopes = new ThreadLocal<>();
    }

    private Retrier(Retrier other, RetryPolicy policy) {
        this.database = other.database;
        this.policy = () -> policy;
        this.judge = other.judge;
        this.snapshot = other.snapshot;
        this.time = other.time;
        this.meter = other.meter;
        this.log = other.log;
        this.budget = other.budget;
        this.observers = other.observers;
        this.scopes = other.scopes;
        this.breaker = other.breaker;
        this.isOverJdbc = other.isOverJdbc;
    }

    /** The same by another policy, with the same budget and counters. */
    @SuppressWarnings("OptionalUsedAsFieldOrParameterType") // Handed on from CallOptions.
    Retrier with(Optional<RetryPolicy> other) {
        return other.map(rules -> new Retrier(this, rules)).orElse(this);
    }

    /** Asks that breaker before each attempt and tells it how the attempt ended; before the first call. */
    void guardedBy(Breaker guard) {
        breaker = guard;
    }

    /** What its work throws that comes from JDBC is another database's; before the first call. */
    void isNotOverJdbc() {
        isOverJdbc = false;
    }

    <T extends @Nullable Object> T run(String operation, Effect effect, Step<T> step) {
        meter.begun();
        long start = time.nanoClock().getAsLong();
        var ended = false;
        try {
            T result = attempts(operation, effect, step, start);
            ended = true;
            log.called(operation, start, true);
            return result;
        } catch (DatabaseException e) {
            meter.failed(e);
            ended = true;
            log.called(operation, start, false);
            throw e;
        } finally {
            if (!ended) {
                // The work's own exception or error goes to the caller as it is.
                meter.failedByItself();
                log.called(operation, start, false);
            }
        }
    }

    private <T extends @Nullable Object> T attempts(String operation, Effect effect, Step<T> step, long start) {
        var outer = scopes.get();
        var rules = outer == null ? policy.get() : RetryPolicy.NONE;
        var scope = effect == Effect.UNKNOWN || rules.maxRetries() == 0 ? null : new RetryScope();
        var guard = breaker;
        RetryObserver.Attempt observed = null;
        for (int attempt = 1; ; attempt++) {
            var progress = new Progress();
            try {
                T result = attempt(scope, step, progress, observed);
                meter.succeeded(progress.endNanos(time.nanoClock()) - start);
                budget.earn(rules.budget());
                if (guard != null) {
                    guard.succeeded();
                }
                return result;
            } catch (SQLException e) {
                var failed = failed(operation, null, e, progress.phase(), attempt, start);
                if (guard != null) {
                    guard.failed(failed.judgement());
                }
                var delay = delayOfNext(rules, effect, failed, progress.phase());
                if (delay == null) {
                    throw thrown(failed, rules.maxRetries() + 1, e).leaveTo(outer);
                }
                observed = paused(operation, rules, failed, delay, e);
            } catch (RuntimeException e) {
                var failed = scope == null ? null : inside(scope, operation, e, progress.phase(), attempt, start);
                if (guard != null && failed != null) {
                    guard.failed(failed.judgement());
                }
                var delay = failed == null ? null : delayOfNext(rules, effect, failed, progress.phase());
                if (failed == null || delay == null) {
                    throw scope == null ? e : last(scope, e, attempt, start);
                }
                observed = paused(operation, rules, failed, delay, e);
            }
        }
    }

    private <T extends @Nullable Object> T attempt(
            @Nullable RetryScope scope, Step<T> step, Progress progress, RetryObserver.@Nullable Attempt observed)
            throws SQLException {
        Throwable error = null;
        try {
            var guard = breaker;
            if (guard != null) {
                guard.admit();
            }
            return scope == null ? step.run(progress) : within(scope, step, progress);
        } catch (SQLException | RuntimeException | Error e) {
            error = e;
            throw e;
        } finally {
            if (observed != null) {
                observed.ended(error);
            }
        }
    }

    private <T extends @Nullable Object> T within(RetryScope scope, Step<T> step, Progress progress)
            throws SQLException {
        scopes.set(scope);
        try {
            return step.run(progress);
        } finally {
            scopes.remove();
        }
    }

    /** What the work threw, if an error of this call is behind it; null: it is not this call's to try again. */
    private @Nullable FailedCall inside(
            RetryScope scope, String operation, RuntimeException error, Phase phase, int attempt, long start) {
        Throwable next = error;
        for (int i = 0; next != null && i < ErrorChain.MOST; i++, next = next.getCause()) {
            if (next instanceof DatabaseException own) {
                var call = own.isLeftTo(scope) ? own.call() : null;
                return call == null ? null : call.tried(attempt, since(start));
            }
            if (next instanceof SQLException sql && isOverJdbc) {
                return failed(operation, null, sql, phase, attempt, start);
            }
        }
        return null;
    }

    /** The exception for the caller: as it is, but with all attempts where it is one of ours. */
    private RuntimeException last(RetryScope scope, RuntimeException error, int attempt, long start) {
        return attempt > 1 && error instanceof DatabaseException own && own.isLeftTo(scope)
                ? own.after(attempt, since(start))
                : error;
    }

    /**
     * The error of a statement inside of a transaction: logged and judged, not counted as a call of its own.
     *
     * @param transaction its operation; null where it has none but that of the statement
     */
    DatabaseException failedInside(@Nullable String transaction, String operation, SQLException error, long start) {
        return thrown(failed(operation, transaction, error, Phase.IN_TRANSACTION, 1, start), 1, error)
                .leaveTo(scopes.get());
    }

    /** Whether nobody can say if it took effect. */
    boolean isInDoubt(SQLException error, Phase phase) {
        return judge.judge(error, phase).kind() == ErrorKind.AMBIGUOUS;
    }

    private DatabaseException thrown(FailedCall failed, int mostAttempts, SQLException error) {
        log.callFailed(failed, mostAttempts);
        boolean isCarrier = error instanceof OwnFault || error instanceof ForeignFault;
        return DatabaseException.of(failed, isCarrier ? error.getCause() : error);
    }

    /**
     * The pause before another attempt; null: there is none.
     *
     * @param phase of this call; that of the failure may be another
     */
    private @Nullable Duration delayOfNext(RetryPolicy rules, Effect effect, FailedCall failed, Phase phase) {
        var judgement = failed.judgement();
        if (!effect.allows(judgement.kind(), phase) || isRefusal(judgement) || rules.maxRetries() == 0) {
            return null;
        }
        var delay = new Backoff(rules, time.random()).before(failed.attempts());
        var refusal =
                refusal(rules, failed, delay, judgement.kind() == ErrorKind.RETRY_ANYWHERE && phase.isBeforeWork());
        if (refusal != null) {
            meter.refused(refusal);
            if (refusal != RetryRefusal.ATTEMPTS) {
                log.retryRefused(failed, rules.maxRetries() + 1, refusal);
            }
            return null;
        }
        return delay;
    }

    /** Pauses before the next attempt; what is to be told of that one's end. */
    private RetryObserver.@Nullable Attempt paused(
            String operation, RetryPolicy rules, FailedCall failed, Duration delay, Exception error) {
        int next = failed.attempts() + 1;
        int most = rules.maxRetries() + 1;
        var cause = failed.judgement().meaning();
        log.retryScheduled(failed, next, most, delay);
        meter.retried(cause);
        var observed = observers.begins(
                new RetryObserver.Retry(database, operation, next, most, cause, failed.sqlState(), delay));
        try {
            pause(delay, most, failed, error);
            return observed;
        } catch (DatabaseException e) {
            if (observed != null) {
                observed.ended(e);
            }
            throw e;
        }
    }

    private @Nullable RetryRefusal refusal(RetryPolicy rules, FailedCall failed, Duration delay, boolean isFree) {
        if (failed.attempts() > rules.maxRetries()) {
            return RetryRefusal.ATTEMPTS;
        }
        boolean isLate =
                !rules.deadline().isZero() && failed.elapsed().plus(delay).compareTo(rules.deadline()) > 0;
        if (isLate || delay.toNanos() >= Deadline.leftNanos()) {
            return RetryRefusal.DEADLINE;
        }
        return isFree || rules.budget() == 0 || budget.take() ? null : RetryRefusal.BUDGET;
    }

    private void pause(Duration delay, int mostAttempts, FailedCall failed, Exception cause) {
        try {
            time.sleeper().sleep(delay.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cause.addSuppressed(e);
            var interrupted = failed.judgedAs(INTERRUPTED);
            log.callFailed(interrupted, mostAttempts);
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
                since(start),
                own == null ? snapshot.get() : null,
                transaction,
                detail(error));
    }

    private static String detail(SQLException error) {
        if (error instanceof ExpiredCall expired) {
            return expired.detail();
        }
        if (error instanceof ForeignFault foreign) {
            return foreign.detail();
        }
        return error instanceof OwnFault own ? own.detail() : "";
    }

    /** Of the pool, whose callers have waited already, or of the breaker, which a retry would not change. */
    private static boolean isRefusal(Judgement judgement) {
        return judgement.code() == ErrorCode.E2001
                || judgement.code() == ErrorCode.E2004
                || judgement.code() == ErrorCode.E2019;
    }

    private Duration since(long start) {
        return Duration.ofNanos(time.nanoClock().getAsLong() - start);
    }

    RetryObservers observers() {
        return observers;
    }

    CallMeter meter() {
        return meter;
    }

    CallLog log() {
        return log;
    }
}
