// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wellhead.pool.AcquireRefusedException;
import dev.wellhead.pool.RefusalReason;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

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
                () -> retrier.run("load", progress -> {
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
        String result = retrier.run("load", progress -> {
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
                    () -> retrier(POLICY).run("save", progress -> {
                        attempts.incrementAndGet();
                        progress.reached(phase);
                        throw new SQLException("gone", "08006");
                    }));
            assertThat(attempts).as("%s", phase).hasValue(1);
            assertThat(error.phase()).isEqualTo(phase);
        }
    }

    @Test
    void doesNotQueueAgainInAnExhaustedPool() {
        var attempts = new AtomicInteger();
        var error = catchThrowableOfType(
                PoolExhaustedException.class,
                () -> retrier(POLICY).run("load", progress -> {
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
        assertThatThrownBy(() -> retrier(RetryPolicy.NONE).run("load", progress -> {
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
        assertThatThrownBy(() -> retrier.run("load", failing))
                .isInstanceOfSatisfying(
                        DatabaseUnreachableException.class,
                        e -> assertThat(e.attempts()).isEqualTo(3));
        assertThatThrownBy(() -> retrier.run("load", failing))
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
        assertThatThrownBy(() -> retrier.run("load", progress -> {
                    throw new SQLException("refused", "08001");
                }))
                .isInstanceOf(InterruptedCallException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void exceptionOfTheWorkGoesThroughAndIsCountedOnce() {
        var retrier = retrier(POLICY);
        assertThatThrownBy(() -> retrier.run("load", progress -> {
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

    private Retrier retrier(RetryPolicy policy) {
        return new Retrier("orders", () -> policy, judge(), Snapshots::idle, time);
    }

    private static ErrorJudge judge() {
        return ErrorJudge.forUrl("jdbc:postgresql://h/d");
    }
}
