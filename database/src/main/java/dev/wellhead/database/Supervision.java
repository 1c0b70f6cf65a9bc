// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.Probe.Outcome;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolSnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the core does for a database that is not asked over JDBC: its calls are tried again, limited, counted, logged and
 * refused by the breaker, and its health is watched, by the same rules as those of a {@link Database}.
 *
 * <p>Made by a {@link dev.wellhead.database.spi.ManagedResource}, which brings a {@link Target}. Any thread may call.
 */
public final class Supervision implements AutoCloseable {

    /** The database. */
    public interface Target {

        /** Its connections; at once. */
        PoolSnapshot snapshot();

        /** Who holds them; at once. */
        List<Lease> leases();

        /**
         * Asks whether it works, past its pool, and returns when it has answered. On a thread of the checks, never two at
         * a time.
         *
         * @param limit longest wait
         * @return whether it takes no writes
         */
        boolean ask(Duration limit);

        /** Ends the wait of {@link #ask}, which has lasted for too long; on another thread. */
        void cut();

        /** What an exception says; empty where it is none of the database's. At once. */
        Optional<Fault> judge(RuntimeException error, Phase phase);
    }

    /**
     * What an exception of the database says.
     *
     * @param judgement what it is
     * @param detail what happened, in words that hold no values; may be empty
     * @param statement what ran, without values; empty when that is not known
     */
    public record Fault(Judgement judgement, String detail, String statement) {}

    /** One attempt of a call. What it throws is judged by the {@link Target}; other exceptions go through. */
    @FunctionalInterface
    public interface Step<T extends @Nullable Object> {

        /** Does the work. */
        T run(Course course);
    }

    /** The course of one attempt; for its own thread. */
    public static final class Course {

        private final Progress progress;
        private final Hooks hooks;
        private final CallMeter meter;
        private final @Nullable Deadline deadline;

        private Course(Progress progress, Hooks hooks, CallMeter meter, @Nullable Deadline deadline) {
            this.progress = progress;
            this.hooks = hooks;
            this.meter = meter;
            this.deadline = deadline;
        }

        /** From now on an error belongs to that phase; before it is told of one, nothing was sent. */
        public void reached(Phase phase) {
            progress.reached(phase);
        }

        /** What is left of the call's limit, zero when it is over; empty where it has none. */
        public Optional<Duration> left() {
            return deadline == null || !deadline.hasEnd() ? Optional.empty() : Optional.of(deadline.remaining());
        }

        /** Runs after the work was committed; what it throws is logged. */
        public void afterCommit(Runnable hook) {
            hooks.afterCommit(hook);
        }

        /** Runs after the work was undone for certain; what it throws is logged. */
        public void afterRollback(Runnable hook) {
            hooks.afterRollback(hook);
        }

        /** The answer to a commit was lost, and that was found out. */
        public void foundOut(CommitOutcome outcome) {
            meter.lostCommit(outcome);
        }
    }

    private final DatabaseConfig config;
    private final Target target;
    private final Retrier retrier;
    private final Breaker breaker;
    private final HealthMonitor health;
    private final StatisticsLog statistics;

    /** Does nothing by itself until {@link #start}. */
    public Supervision(DatabaseConfig config, Target target) {
        this.config = config.withErrors(Supervision::known);
        this.target = target;
        var judge = ErrorJudge.of(this.config);
        this.retrier = new Retrier(config.name(), config::retry, judge, target::snapshot, Retrier.Time.SYSTEM);
        this.breaker = new Breaker(() -> this.config);
        retrier.guardedBy(breaker);
        retrier.isNotOverJdbc();
        retrier.log().queriesAreShown(() -> config.log().queries());
        this.health = new HealthMonitor(() -> this.config, new ForeignHealth(this, target), judge, breaker);
        this.statistics = new StatisticsLog(config::log, target::snapshot, this::counters);
    }

    private static Optional<Judgement> known(SQLException error, Phase phase) {
        return error instanceof ForeignFault fault ? Optional.of(fault.judgement()) : Optional.empty();
    }

    /** Begins to watch its health and to write its line of numbers. */
    public void start() {
        health.start();
        statistics.start();
    }

    /** Ends both; calls are no longer made. */
    @Override
    public void close() {
        health.close();
        statistics.close();
    }

    // Calls.

    /** Work that only reads, or may be done twice: tried again also when nobody knows whether it was done. */
    public <T extends @Nullable Object> T read(String operation, Step<T> step) {
        return call(operation, Effect.NONE, config.limits().call(), step);
    }

    /** Work that may have taken effect in part: tried again only when nothing of it was sent. */
    public <T extends @Nullable Object> T write(String operation, Step<T> step) {
        return call(operation, Effect.UNKNOWN, config.limits().call(), step);
    }

    /** Work that takes effect as a whole or not at all: tried again after it was undone for certain. */
    public <T extends @Nullable Object> T transaction(String operation, Step<T> step) {
        return call(operation, Effect.ATOMIC, config.limits().transaction(), step);
    }

    private <T extends @Nullable Object> T call(String operation, Effect effect, Duration limit, Step<T> step) {
        var outer = Deadline.current();
        long start = System.nanoTime();
        var deadline = Deadline.ofCall(TimeUnit.NANOSECONDS.convert(limit), start);
        try {
            return retrier.run(operation, effect, progress -> attempt(operation, progress, deadline, step));
        } catch (QueryTimeoutException e) {
            if (deadline != null) {
                deadline.tell(e, retrier.log());
            }
            throw e;
        } finally {
            unbind(deadline, outer);
            watchSlow(operation, System.nanoTime() - start);
        }
    }

    @SuppressWarnings("ReferenceEquality") // A deadline is itself.
    private static void unbind(@Nullable Deadline deadline, @Nullable Deadline outer) {
        if (deadline != null && deadline != outer) {
            deadline.unbind();
        }
    }

    private <T extends @Nullable Object> T attempt(
            String operation, Progress progress, @Nullable Deadline deadline, Step<T> step) throws SQLException {
        if (deadline != null
                && (deadline.isClosed()
                        || (deadline.hasEnd() && deadline.remaining().isZero()))) {
            throw deadline.isClosed()
                    ? ExpiredCall.notWanted("its deadline was closed", Duration.ZERO, "", true, null)
                    : ExpiredCall.timeout(Duration.ofNanos(deadline.limitNanos()), "", true, null);
        }
        long start = System.nanoTime();
        var hooks = new Hooks(operation, retrier.log());
        var course = new Course(progress, hooks, retrier.meter(), deadline);
        T result;
        try {
            result = step.run(course);
        } catch (RuntimeException e) {
            var fault = target.judge(e, progress.phase());
            if (fault.isEmpty()) {
                // A call of its own inside that failed, or what the work itself threw.
                endFailed(hooks, progress.phase() == Phase.COMMIT_SENT);
                throw e;
            }
            endFailed(hooks, fault.get().judgement().kind() == ErrorKind.AMBIGUOUS);
            throw thrown(fault.get(), e, deadline, start);
        } catch (Error e) {
            endFailed(hooks, progress.phase() == Phase.COMMIT_SENT);
            throw e;
        }
        hooks.committed();
        return result;
    }

    private static SQLException thrown(Fault fault, RuntimeException error, @Nullable Deadline deadline, long start) {
        var carrier = new ForeignFault(fault.detail(), fault.judgement(), error);
        if (fault.judgement().code() != ErrorCode.E2002) {
            return carrier;
        }
        long limit = deadline != null && deadline.hasEnd() ? deadline.limitNanos() : System.nanoTime() - start;
        boolean isAnswered = fault.judgement().kind() != ErrorKind.AMBIGUOUS;
        return ExpiredCall.timeout(Duration.ofNanos(limit), fault.statement(), isAnswered, carrier);
    }

    private static void endFailed(Hooks hooks, boolean isInDoubt) {
        if (isInDoubt) {
            hooks.inDoubt();
        } else {
            hooks.rolledBack();
        }
    }

    private void watchSlow(String operation, long elapsedNanos) {
        var threshold = config.slowQueryThreshold();
        if (!threshold.isZero() && elapsedNanos > threshold.toNanos()) {
            retrier.log().slowQuery(operation, Duration.ofNanos(elapsedNanos), threshold);
        }
    }

    /**
     * The error in the form that a {@link dev.wellhead.pool.spi.StatementObserver} is told.
     *
     * @param phase how far the work had come
     */
    public SQLException told(RuntimeException error, Phase phase) {
        return target.judge(error, phase)
                .<SQLException>map(fault -> new ForeignFault(fault.detail(), fault.judgement(), error))
                .orElseGet(() -> new SQLException("not of the database", error));
    }

    // What others see.

    /** Its settings, by which {@link ErrorJudge} knows its errors. */
    public DatabaseConfig config() {
        return config;
    }

    /** What the last check found; never waits. */
    public HealthReport health() {
        return health.lastKnown();
    }

    /** Checks now; waits for it, {@link HealthPolicy#limit()} at most. */
    public HealthReport checkHealth() {
        try {
            return health.check();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return health.lastKnown();
        }
    }

    /** Something speaks against the database: it is checked out of turn. At once. */
    public void doubted() {
        health.doubted();
    }

    /** What the breaker does. */
    public BreakerReport breaker() {
        return breaker.report();
    }

    /** Its calls so far. */
    public CallCounters counters() {
        return retrier.meter().counters();
    }

    /** Asks by the target's own means. */
    private record ForeignHealth(Supervision owner, Target target) implements HealthSource {

        @Override
        public PoolSnapshot snapshot() {
            return target.snapshot();
        }

        @Override
        public List<Lease> leases() {
            return target.leases();
        }

        @Override
        public boolean isQuiet() {
            return false;
        }

        @Override
        public Outcome ask(Probe probe, long limitNanos) {
            long start = System.nanoTime();
            Probe.Cut cut = target::cut;
            try {
                probe.begin(cut);
                return Outcome.answered(System.nanoTime() - start, target.ask(Duration.ofNanos(limitNanos)));
            } catch (SQLException e) {
                return Outcome.failed(System.nanoTime() - start, e);
            } catch (RuntimeException e) {
                return Outcome.failed(System.nanoTime() - start, owner.told(e, Phase.CONNECT));
            } finally {
                probe.done(cut);
            }
        }

        @Override
        public void answered() {}

        @Override
        public List<String> advice(PoolSnapshot pool, long nowNanos) {
            return List.of();
        }

        @Override
        public void sleep() {}

        @Override
        public void close() {
            target.cut();
        }
    }
}
