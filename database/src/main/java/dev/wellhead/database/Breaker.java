// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.pool.Secret;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses calls at once while the database is in trouble, so that they do not all wait for their limits.
 *
 * <h2>Opens</h2>
 *
 * Only while the database counts as unhealthy by its checks does it weigh the attempts of calls, by a window of
 * Resilience4j's; so a restart of a second or two is waited out as ever, no burst of lost connections opens it, and a
 * healthy database costs a call two reads of a field. What fails for another reason than the database's trouble is not
 * weighed.
 *
 * <h2>Closes</h2>
 *
 * With the first check that reaches the server, over the control connection and never by a caller's call: Resilience4j's
 * own half-open state, in which calls try, is entered for the time of a check only and lets none through. While it is
 * open {@link HealthPace} checks four times a second, in a quiet pool too as long as somebody is refused.
 *
 * <h2>Concurrency</h2>
 *
 * No locks of its own. One check at a time calls {@link #begun} and {@link #checked}; any thread may open it.
 */
final class Breaker {

    /** SQLSTATE of a call that was refused. */
    static final String REFUSED = "08W12";

    static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

    private final Supplier<DatabaseConfig> current;
    private final LongAdder opened = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final List<Consumer<BreakerReport>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable CircuitBreaker circuit;
    /** Whether attempts are weighed or refused: everything else is asked only then. */
    private volatile boolean watches;
    /** Whether somebody was refused since the last check began. */
    private volatile boolean isWanted;

    private volatile Instant since = Instant.now();
    private volatile Verdict verdict = Verdict.NOT_CHECKED;
    private volatile Runnable check = () -> {};

    /** As the settings say; {@link #reconfigured} when they have changed. */
    Breaker(Supplier<DatabaseConfig> current) {
        this.current = current;
        reconfigured();
    }

    /** Who checks when somebody was refused; quick. */
    void asks(Runnable quick) {
        check = quick;
    }

    /** Begins anew by other settings, closed. */
    void reconfigured() {
        var config = current.get();
        watches = false;
        circuit = config.breaker().enabled() && config.health().enabled() ? closed(config.breaker()) : null;
    }

    private CircuitBreaker closed(BreakerPolicy policy) {
        var made = CircuitBreaker.of(
                current.get().name(),
                CircuitBreakerConfig.custom()
                        .slidingWindow(policy.window(), policy.window(), SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold(policy.failureRate())
                        .build());
        made.getEventPublisher().onStateTransition(event -> {
            var change = event.getStateTransition();
            if (change.getFromState() == State.CLOSED) {
                opened();
            } else if (change.getToState() == State.CLOSED) {
                closed();
            }
        });
        return made;
    }

    // Calls.

    /**
     * Lets an attempt through, or not.
     *
     * @throws OwnFault when the database is in trouble
     */
    void admit() throws OwnFault {
        if (!watches || !isOpen()) {
            return;
        }
        refused.increment();
        isWanted = true;
        check.run();
        throw new OwnFault(
                REFUSED,
                "refused at once: the database has been in trouble for "
                        + Duration.between(since, Instant.now()).toMillis() + " ms, verdict=" + verdict
                        + "; retryAfterMs=" + RETRY_AFTER.toMillis());
    }

    /** An attempt succeeded. */
    void succeeded() {
        if (watches) {
            var weighing = circuit;
            if (weighing != null && weighing.getState() == State.CLOSED) {
                weighing.onSuccess(0, TimeUnit.NANOSECONDS);
            }
        }
    }

    /** An attempt failed. */
    void failed(Judgement judgement) {
        if (watches && isTrouble(judgement)) {
            var weighing = circuit;
            if (weighing != null && weighing.getState() == State.CLOSED) {
                weighing.onError(0, TimeUnit.NANOSECONDS, new SQLException("in trouble"));
            }
        }
    }

    private static boolean isTrouble(Judgement judgement) {
        return switch (judgement.meaning()) {
            case UNREACHABLE, CONNECTION_LOST -> judgement.code() != ErrorCode.E2019;
            case OVERLOADED -> judgement.code() == ErrorCode.E2011;
            default -> false;
        };
    }

    // Checks.

    /** A check has begun. */
    void begun() {
        isWanted = false;
        var trying = circuit;
        if (trying != null && trying.getState() == State.OPEN) {
            trying.transitionToHalfOpenState();
        }
    }

    /**
     * A check has ended.
     *
     * @param unhealthy whether the database counts as unhealthy
     */
    void checked(Verdict found, boolean unhealthy) {
        var checked = circuit;
        if (checked == null) {
            return;
        }
        if (isReached(found)) {
            watches = false;
            if (checked.getState() != State.CLOSED) {
                checked.transitionToClosedState();
            }
            return;
        }
        verdict = found;
        if (checked.getState() == State.HALF_OPEN) {
            checked.transitionToOpenState();
        }
        if (unhealthy && !watches) {
            checked.reset();
            watches = true;
        }
    }

    /** Whether the server gave an answer, be it that it knows no such login: calls will get that one as fast. */
    private static boolean isReached(Verdict found) {
        return switch (found) {
            case DATABASE_DOWN, NETWORK_STALL, DATABASE_OVERLOADED -> false;
            default -> true;
        };
    }

    /** Whether calls are refused. */
    boolean isOpen() {
        var asked = circuit;
        return asked != null && asked.getState() != State.CLOSED;
    }

    /** Whether somebody waits for it to close. */
    boolean isWanted() {
        return isWanted && isOpen();
    }

    // What others see.

    BreakerReport report() {
        var now = state();
        var refuses = now == BreakerState.OPEN || now == BreakerState.HALF_OPEN;
        return new BreakerReport(
                now,
                since,
                refuses ? Optional.of(verdict) : Optional.empty(),
                refuses ? RETRY_AFTER : Duration.ZERO,
                opened.sum(),
                refused.sum());
    }

    private BreakerState state() {
        var asked = circuit;
        if (asked == null) {
            return BreakerState.OFF;
        }
        return switch (asked.getState()) {
            case OPEN -> BreakerState.OPEN;
            case HALF_OPEN -> BreakerState.HALF_OPEN;
            default -> BreakerState.CLOSED;
        };
    }

    void addListener(Consumer<BreakerReport> listener) {
        listeners.add(listener);
    }

    void removeListener(Consumer<BreakerReport> listener) {
        listeners.remove(listener);
    }

    /** On the thread of the call that failed last. */
    private void opened() {
        since = Instant.now();
        opened.increment();
        // It may have opened just as a check found the database well again.
        watches = true;
        check.run();
        HealthThreads.work(() -> {
            LOG.error("breaker opened pool={} verdict={}", current.get().name(), verdict);
            tell();
        });
    }

    private void closed() {
        var before = since;
        since = Instant.now();
        HealthThreads.work(() -> {
            LOG.info(
                    "breaker closed pool={} openMs={} refusedInAll={}",
                    current.get().name(),
                    Duration.between(before, since).toMillis(),
                    refused.sum());
            tell();
        });
    }

    private void tell() {
        var report = report();
        for (var listener : listeners) {
            try {
                listener.accept(report);
            } catch (RuntimeException e) {
                LOG.warn("breaker listener failed pool={}", current.get().name(), Secret.mask(e));
            }
        }
    }
}
