// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.testkit.OwnThread;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetrierTest {

    private static final RetryPolicy POLICY =
            new RetryPolicy(3, Duration.ofMillis(100), Duration.ofMillis(250), 2.0, false);

    private final AtomicLong now = new AtomicLong();
    private final List<Long> pauses = new ArrayList<>();
    private final Retrier.Time time = new Retrier.Time(
            now::get,
            nanos -> {
                pauses.add(nanos / 1_000_000);
                now.addAndGet(nanos);
            },
            () -> 0.5);

    @Test
    void triesAgainWhatWasNeverSentAtMostMaxRetriesTimes() {
        var attempts = new AtomicInteger();
        var retrier = retrier(POLICY);
        var error = catchThrowableOfType(
                DatabaseUnreachableException.class,
                () -> retrier.run("load", Effect.UNKNOWN, progress -> {
                    attempts.incrementAndGet();
                    throw new SQLException("refused", "08001");
                }));
        assertThat(attempts).hasValue(4);
        assertThat(pauses).containsExactly(100L, 200L, 250L);
        assertThat(error.attempts()).isEqualTo(4);
        assertThat(error.elapsed()).isEqualTo(Duration.ofMillis(550));
        assertThat(error.retryable()).isTrue();
        assertThat(error)
                .hasMessageStartingWith("Database unreachable: code=E2003 database=orders operation=load attempts=4"
                        + " elapsedMs=550 sqlState=08001")
                .hasMessageEndingWith(ErrorCode.E2003.nextStep());
        var counters = retrier.meter().counters();
        assertThat(counters.calls()).isEqualTo(1);
        assertThat(counters.failed()).isEqualTo(1);
        assertThat(counters.retries()).isEqualTo(3);
        assertThat(counters.failuresByKind()).containsEntry(Meaning.UNREACHABLE, 1L);
    }

    @Test
    void succeedsOnceTheDatabaseIsBack() {
        var attempts = new AtomicInteger();
        var retrier = retrier(POLICY);
        String result = retrier.run("load", Effect.UNKNOWN, progress -> {
            if (attempts.incrementAndGet() < 3) {
                throw new SQLException("starting up", "57P03");
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(pauses).containsExactly(100L, 200L);
        assertThat(retrier.meter().counters().succeeded()).isEqualTo(1);
        assertThat(retrier.meter().counters().meanLatency()).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    void neverTriesAgainWhatMayHaveRun() {
        for (var phase : List.of(Phase.AUTOCOMMIT_SENT, Phase.IN_TRANSACTION, Phase.COMMIT_SENT)) {
            var attempts = new AtomicInteger();
            var error = catchThrowableOfType(
                    ConnectionLostException.class,
                    () -> retrier(POLICY).run("save", Effect.UNKNOWN, progress -> {
                        attempts.incrementAndGet();
                        progress.reached(phase);
                        throw new SQLException("gone", "08006");
                    }));
            assertThat(attempts).as("%s", phase).hasValue(1);
            assertThat(error.phase()).isEqualTo(phase);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // effect, phase, SQLSTATE, attempts
        "UNKNOWN, NOT_SENT, 08001, 4",
        "UNKNOWN, AUTOCOMMIT_SENT, 40001, 1",
        "UNKNOWN, AUTOCOMMIT_SENT, 08006, 1",
        "ATOMIC, NOT_SENT, 08001, 4",
        "ATOMIC, AUTOCOMMIT_SENT, 40001, 4",
        "ATOMIC, AUTOCOMMIT_SENT, 08006, 1",
        "ATOMIC, AUTOCOMMIT_SENT, 57P01, 1",
        "ATOMIC, AUTOCOMMIT_SENT, 23505, 1",
        "ATOMIC, IN_TRANSACTION, 40001, 4",
        "ATOMIC, IN_TRANSACTION, 40P01, 4",
        "ATOMIC, IN_TRANSACTION, 55P03, 4",
        "ATOMIC, IN_TRANSACTION, 08006, 4",
        "ATOMIC, IN_TRANSACTION, 57P01, 4",
        "ATOMIC, IN_TRANSACTION, 25P03, 1",
        "ATOMIC, IN_TRANSACTION, 57014, 1",
        "ATOMIC, COMMIT_SENT, 40001, 4",
        "ATOMIC, COMMIT_SENT, 08006, 1",
        "ATOMIC, COMMIT_SENT, 57P01, 1",
        "ATOMIC, COMMIT_SENT, 08007, 1",
        "NONE, AUTOCOMMIT_SENT, 08006, 4",
        "NONE, AUTOCOMMIT_SENT, 57P01, 4",
        "NONE, AUTOCOMMIT_SENT, 57014, 1",
        "NONE, AUTOCOMMIT_SENT, 42601, 1"
    })
    void triesAgainWhatTheEffectOfTheWorkAllows(Effect effect, Phase phase, String state, int attempts) {
        var tried = new AtomicInteger();
        var error = catchThrowableOfType(
                DatabaseException.class,
                () -> retrier(POLICY).run("work", effect, progress -> {
                    tried.incrementAndGet();
                    progress.reached(phase);
                    throw new SQLException("x", state);
                }));
        assertThat(tried).hasValue(attempts);
        assertThat(error.attempts()).isEqualTo(attempts);
        assertThat(error.phase()).isEqualTo(phase);
    }

    @Test
    void noAttemptBeginsPastTheDeadline() {
        var retrier = retrier(policy(10, Duration.ofMillis(500), 0));
        try (var log = new LogCapture()) {
            var error = catchThrowableOfType(
                    DatabaseUnreachableException.class,
                    () -> retrier.run("load", Effect.UNKNOWN, progress -> {
                        throw new SQLException("refused", "08001");
                    }));
            // The next one would begin at 550 ms.
            assertThat(pauses).containsExactly(100L, 200L);
            assertThat(error.attempts()).isEqualTo(3);
            assertThat(retrier.meter().counters().retriesRefused()).containsEntry(RetryRefusal.DEADLINE, 1L);
            assertThat(log.lines())
                    .contains("WARN retry scheduled pool=orders operation=load attempt=2/11 delayMs=100"
                            + " cause=UNREACHABLE sqlState=08001")
                    .contains("WARN retry refused pool=orders operation=load reason=DEADLINE attempts=3/11"
                            + " elapsedMs=300 cause=UNREACHABLE sqlState=08001");
        }
    }

    @Test
    void budgetEndsRetriesOfWhatWasSentAndIsEarnedByCallsThatSucceed() {
        var retrier = retrier(policy(1_000, Duration.ZERO, 0.5));
        assertThat(attemptsOfConflict(retrier)).isEqualTo(RetryBudget.MOST + 1);
        assertThat(attemptsOfConflict(retrier)).isEqualTo(1);
        assertThat(retrier.meter().counters().retriesRefused()).containsEntry(RetryRefusal.BUDGET, 2L);
        for (int i = 0; i < 4; i++) {
            retrier.run("load", Effect.NONE, progress -> "done");
        }
        assertThat(attemptsOfConflict(retrier)).isEqualTo(3);
    }

    @Test
    void attemptsThatWereNeverSentAreFree() {
        var retrier = retrier(policy(1_000, Duration.ZERO, 0.2));
        assertThat(attemptsOfConflict(retrier)).isEqualTo(RetryBudget.MOST + 1);
        var tried = new AtomicInteger();
        assertThatThrownBy(() -> retrier.run("load", Effect.ATOMIC, progress -> {
                    tried.incrementAndGet();
                    throw new SQLException("refused", "08001");
                }))
                .isInstanceOf(DatabaseUnreachableException.class);
        assertThat(tried).hasValue(1_001);
    }

    @Test
    void budgetCanBeSwitchedOff() {
        assertThat(attemptsOfConflict(retrier(policy(1_000, Duration.ZERO, 0)))).isEqualTo(1_001);
    }

    @Test
    void retriesAreCountedByReasonAndAddUp() {
        var retrier = retrier(policy(3, Duration.ZERO, 0));
        var states = List.of("08001", "40001", "08006").iterator();
        retrier.run("work", Effect.ATOMIC, progress -> {
            if (states.hasNext()) {
                var state = states.next();
                progress.reached(state.equals("08001") ? Phase.NOT_SENT : Phase.IN_TRANSACTION);
                throw new SQLException("x", state);
            }
            return "done";
        });
        attemptsOfConflict(retrier);
        var counters = retrier.meter().counters();
        assertThat(counters.retriesByReason())
                .containsEntry(Meaning.UNREACHABLE, 1L)
                .containsEntry(Meaning.SERIALIZATION, 4L)
                .containsEntry(Meaning.CONNECTION_LOST, 1L)
                .hasSize(Meaning.values().length);
        assertThat(counters.retries()).isEqualTo(6);
        assertThat(counters.retriesRefused()).containsEntry(RetryRefusal.ATTEMPTS, 1L);
    }

    @Test
    void nestedRetriesDoNotMultiply() {
        var retrier = retrier(POLICY);
        var outer = new AtomicInteger();
        var inner = new AtomicInteger();
        var error = catchThrowableOfType(
                TransactionConflictException.class,
                () -> retrier.run("outer", Effect.ATOMIC, progress -> {
                    outer.incrementAndGet();
                    progress.reached(Phase.IN_TRANSACTION);
                    return conflict(retrier, "inner", inner);
                }));
        assertThat(outer).hasValue(4);
        assertThat(inner).hasValue(4);
        assertThat(error.operation()).isEqualTo("inner");
        assertThat(error.attempts()).isEqualTo(4);
        assertThat(pauses).hasSize(3);
    }

    @Test
    void failureThatTheWorkHasWrappedIsStillTheOuterCalls() {
        var retrier = retrier(POLICY);
        var inner = new AtomicInteger();
        assertThatThrownBy(() -> retrier.run("outer", Effect.ATOMIC, progress -> {
                    progress.reached(Phase.IN_TRANSACTION);
                    try {
                        return conflict(retrier, "inner", inner);
                    } catch (DatabaseException e) {
                        throw new IllegalStateException("mine", e);
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        assertThat(inner).hasValue(4);
    }

    @Test
    void errorThatALibraryHasWrappedIsTriedAgainAndGoesThroughInTheEnd() {
        var tried = new AtomicInteger();
        assertThatThrownBy(() -> retrier(POLICY).run("outer", Effect.ATOMIC, progress -> {
                    tried.incrementAndGet();
                    progress.reached(Phase.IN_TRANSACTION);
                    throw new IllegalStateException("of a library", new SQLException("x", "40001"));
                }))
                .hasMessage("of a library");
        assertThat(tried).hasValue(4);
    }

    @Test
    void callsInsideOfWorkThatIsNotRunAgainAreTriedAgainThemselves() {
        var retrier = retrier(POLICY);
        var outer = new AtomicInteger();
        var inner = new AtomicInteger();
        assertThatThrownBy(() -> retrier.run("outer", Effect.UNKNOWN, progress -> {
                    outer.incrementAndGet();
                    progress.reached(Phase.AUTOCOMMIT_SENT);
                    return conflict(retrier, "inner", inner);
                }))
                .isInstanceOf(TransactionConflictException.class);
        assertThat(outer).hasValue(1);
        assertThat(inner).hasValue(4);
    }

    @Test
    void anotherDatabaseInsideOfTheWorkRetriesByItselfAndForItselfAlone() {
        var outer = new AtomicInteger();
        var inner = new AtomicInteger();
        var other = new Retrier("other", () -> POLICY, judge(), Snapshots::idle, time);
        assertThatThrownBy(() -> retrier(POLICY).run("outer", Effect.ATOMIC, progress -> {
                    outer.incrementAndGet();
                    progress.reached(Phase.IN_TRANSACTION);
                    return conflict(other, "inner", inner);
                }))
                .isInstanceOf(TransactionConflictException.class);
        assertThat(outer).hasValue(1);
        assertThat(inner).hasValue(4);
    }

    @Test
    void sameDatabaseOnAnotherThreadRetriesByItselfAndForItselfAlone() {
        var retrier = retrier(POLICY);
        var outer = new AtomicInteger();
        var inner = new AtomicInteger();
        assertThatThrownBy(() -> retrier.run("outer", Effect.ATOMIC, progress -> {
                    outer.incrementAndGet();
                    progress.reached(Phase.IN_TRANSACTION);
                    return CompletableFuture.supplyAsync(() -> conflict(retrier, "inner", inner), OwnThread.EACH)
                            .join();
                }))
                .hasCauseInstanceOf(TransactionConflictException.class);
        assertThat(outer).hasValue(1);
        assertThat(inner).hasValue(4);
    }

    @Test
    void statementOfATransactionIsTriedAgainWithTheWhole() {
        var retrier = retrier(POLICY);
        var tried = new AtomicInteger();
        var error = catchThrowableOfType(
                ConnectionLostException.class,
                () -> retrier.run("transfer", Effect.ATOMIC, progress -> {
                    tried.incrementAndGet();
                    progress.reached(Phase.IN_TRANSACTION);
                    throw retrier.failedInside("transfer", "debit", new SQLException("gone", "08006"), now.get());
                }));
        assertThat(tried).hasValue(4);
        assertThat(error.attempts()).isEqualTo(4);
        assertThat(error.elapsed()).isEqualTo(Duration.ofMillis(550));
        assertThat(error).hasMessageContaining("operation=debit transaction=transfer attempts=4 elapsedMs=550");
        assertThat(error.judgement())
                .isEqualTo(new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.CONNECTION_LOST, ErrorCode.E2010));
    }

    @Test
    void policyOfTheCallCountsForTheCall() {
        var retrier = retrier(POLICY);
        var once = retrier.with(Optional.of(RetryPolicy.NONE));
        assertThat(attemptsOfConflict(once)).isEqualTo(1);
        assertThat(attemptsOfConflict(retrier)).isEqualTo(4);
        assertThat(once.meter()).isSameAs(retrier.meter());
    }

    @Test
    void doesNotQueueAgainInAnExhaustedPool() {
        var attempts = new AtomicInteger();
        var error = catchThrowableOfType(
                PoolExhaustedException.class,
                () -> retrier(POLICY).run("load", Effect.UNKNOWN, progress -> {
                    attempts.incrementAndGet();
                    throw new AcquireRefusedException(
                            "x", RefusalReason.TIMEOUT, Duration.ofSeconds(5), Snapshots.of(20, 0, 7), null);
                }));
        assertThat(attempts).hasValue(1);
        assertThat(error.retryable()).isTrue();
        assertThat(error.kind()).isEqualTo(ErrorKind.RETRY_ANYWHERE);
        assertThat(error.sqlState()).isEqualTo("08W01");
    }

    @Test
    void policyWithoutRetriesTriesOnce() {
        assertThatThrownBy(() -> retrier(RetryPolicy.NONE).run("load", Effect.UNKNOWN, progress -> {
                    throw new SQLException("refused", "08001");
                }))
                .isInstanceOfSatisfying(
                        DatabaseUnreachableException.class,
                        e -> assertThat(e.attempts()).isEqualTo(1));
        assertThat(pauses).isEmpty();
    }

    @Test
    void callEndsByThePolicyItBeganWith() {
        var policy = new AtomicReference<>(new RetryPolicy(2, Duration.ofMillis(10), Duration.ofMillis(10), 1, false));
        var retrier = new Retrier("orders", policy::get, judge(), Snapshots::idle, time);
        Retrier.Step<Object> failing = progress -> {
            policy.set(RetryPolicy.NONE);
            throw new SQLException("refused", "08001");
        };
        assertThatThrownBy(() -> retrier.run("load", Effect.UNKNOWN, failing))
                .isInstanceOfSatisfying(
                        DatabaseUnreachableException.class,
                        e -> assertThat(e.attempts()).isEqualTo(3));
        assertThatThrownBy(() -> retrier.run("load", Effect.UNKNOWN, failing))
                .isInstanceOfSatisfying(
                        DatabaseUnreachableException.class,
                        e -> assertThat(e.attempts()).isEqualTo(1));
        assertThat(pauses).hasSize(2);
    }

    @Test
    void interruptEndsThePauseAndStaysSet() {
        var interrupted = new Retrier.Time(
                now::get,
                nanos -> {
                    throw new InterruptedException();
                },
                () -> 0.5);
        var retrier = new Retrier("orders", () -> POLICY, judge(), () -> null, interrupted);
        assertThatThrownBy(() -> retrier.run("load", Effect.UNKNOWN, progress -> {
                    throw new SQLException("refused", "08001");
                }))
                .isInstanceOf(InterruptedCallException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void observersAreToldOfEachPauseAndHowTheAttemptAfterItEnded() {
        var seen = new ArrayList<String>();
        var retrier = retrier(POLICY);
        retrier.observers().add(retry -> {
            seen.add(retry + " at " + pauses.size());
            return error -> seen.add("ended " + (error == null ? "well" : error.getMessage()) + " at " + pauses.size());
        });
        retrier.observers().add(retry -> {
            throw new IllegalStateException("a broken observer");
        });
        retrier.observers().add(retry -> error -> {
            throw new IllegalStateException("another");
        });
        var attempts = new AtomicInteger();
        String result = retrier.run("load", Effect.UNKNOWN, progress -> {
            if (attempts.incrementAndGet() < 3) {
                throw new SQLException("starting up " + attempts, "57P03");
            }
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(seen)
                .containsExactly(
                        "Retry[database=orders, operation=load, attempt=2, mostAttempts=4, cause=UNREACHABLE,"
                                + " sqlState=57P03, delay=PT0.1S] at 0",
                        "ended starting up 2 at 1",
                        "Retry[database=orders, operation=load, attempt=3, mostAttempts=4, cause=UNREACHABLE,"
                                + " sqlState=57P03, delay=PT0.2S] at 1",
                        "ended well at 2");
    }

    @Test
    void observersAreToldOfTheEndHoweverTheAttemptEnds() {
        var ends = new ArrayList<String>();
        var interrupting = new Retrier.Time(
                now::get,
                nanos -> {
                    throw new InterruptedException();
                },
                () -> 0.5);
        var interrupted = new Retrier("orders", () -> POLICY, judge(), () -> null, interrupting);
        interrupted.observers().add(retry -> error -> ends.add(String.valueOf(error)));
        assertThatThrownBy(() -> interrupted.run("load", Effect.UNKNOWN, progress -> {
                    throw new SQLException("refused", "08001");
                }))
                .isInstanceOf(InterruptedCallException.class);
        assertThat(Thread.interrupted()).isTrue();

        var retrier = retrier(POLICY);
        retrier.observers().add(retry -> error -> ends.add(String.valueOf(error)));
        var attempts = new AtomicInteger();
        assertThatThrownBy(() -> retrier.run("load", Effect.UNKNOWN, progress -> {
                    if (attempts.incrementAndGet() == 2) {
                        throw new AssertionError("of the work");
                    }
                    throw new SQLException("refused", "08001");
                }))
                .isInstanceOf(AssertionError.class);

        assertThat(ends).hasSize(2);
        assertThat(ends.get(0)).contains("InterruptedCallException");
        assertThat(ends.get(1)).endsWith("of the work");
    }

    @Test
    void exceptionOfTheWorkGoesThroughAndIsCountedOnce() {
        var retrier = retrier(POLICY);
        assertThatThrownBy(() -> retrier.run("load", Effect.UNKNOWN, progress -> {
                    throw new IllegalArgumentException("mine");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mine");
        assertThat(retrier.meter().counters().failuresByKind()).containsEntry(Meaning.OTHER, 1L);
        assertThat(retrier.meter().counters().failed()).isEqualTo(1);
    }

    @Test
    void everyCodeHasItsException() {
        for (var code : ErrorCode.values()) {
            var call = new FailedCall(
                    "orders",
                    "load",
                    new Judgement(ErrorKind.NEVER, Meaning.OTHER, code),
                    Phase.NOT_SENT,
                    "",
                    1,
                    Duration.ZERO,
                    Snapshots.idle());
            var error = DatabaseException.of(call, null);
            assertThat(error.code()).isEqualTo(code);
            assertThat(error).hasMessageStartingWith(code.title() + ": code=" + code.code());
        }
    }

    private static int attemptsOfConflict(Retrier retrier) {
        var tried = new AtomicInteger();
        var error =
                catchThrowableOfType(TransactionConflictException.class, () -> conflict(retrier, "conflict", tried));
        assertThat(error.attempts()).isEqualTo(tried.get());
        return tried.get();
    }

    private static String conflict(Retrier retrier, String operation, AtomicInteger tried) {
        return retrier.run(operation, Effect.ATOMIC, progress -> {
            tried.incrementAndGet();
            progress.reached(Phase.IN_TRANSACTION);
            throw new SQLException("could not serialize", "40001");
        });
    }

    private static RetryPolicy policy(int retries, Duration deadline, double budget) {
        return new RetryPolicy(retries, Duration.ofMillis(100), Duration.ofMillis(250), 2.0, false, deadline, budget);
    }

    private Retrier retrier(RetryPolicy policy) {
        return new Retrier("orders", () -> policy, judge(), Snapshots::idle, time);
    }

    private static ErrorJudge judge() {
        return ErrorJudge.forUrl("jdbc:postgresql://h/d");
    }
}
