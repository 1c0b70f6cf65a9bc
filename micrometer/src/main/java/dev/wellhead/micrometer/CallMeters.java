// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.micrometer;

import dev.wellhead.database.BreakerState;
import dev.wellhead.database.CallCounters;
import dev.wellhead.database.CommitOutcome;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.database.HealthReport;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.RetryRefusal;
import dev.wellhead.database.Verdict;
import dev.wellhead.database.spi.MonitoredDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** The meters of one database's calls, breaker and health. */
final class CallMeters {

    private final Meters meters;
    private final Moment<CallCounters> calls;
    private final Moment<HealthReport> health;

    CallMeters(MonitoredDatabase database, Meters meters) {
        this.meters = meters;
        this.calls = new Moment<>(database::counters, System::nanoTime);
        this.health = new Moment<>(database::health, System::nanoTime);
    }

    /** Registers all of them. */
    void register() {
        calls();
        errors();
        breaker();
        health();
    }

    private void calls() {
        counter(MeterRow.CALLS, CallCounters::succeeded, "outcome", "succeeded");
        counter(MeterRow.CALLS, CallCounters::failed, "outcome", "failed");
        meters.summary(
                MeterRow.CALL_TIME,
                () -> calls.get().succeeded(),
                () -> calls.get().totalLatency());
        for (var refusal : RetryRefusal.values()) {
            counter(
                    MeterRow.CALL_RETRIES_REFUSED,
                    counters -> counters.retriesRefused().getOrDefault(refusal, 0L),
                    "reason",
                    MeterRow.value(refusal));
        }
        for (var outcome : CommitOutcome.values()) {
            counter(
                    MeterRow.COMMIT_ANSWERS_LOST,
                    counters -> counters.lostCommits().getOrDefault(outcome, 0L),
                    "outcome",
                    MeterRow.value(outcome));
        }
    }

    private void errors() {
        for (var meaning : Meaning.values()) {
            var value = MeterRow.value(meaning);
            counter(
                    MeterRow.CALL_RETRIES,
                    counters -> counters.retriesByReason().getOrDefault(meaning, 0L),
                    "meaning",
                    value);
            counter(
                    MeterRow.CALL_FAILURES,
                    counters -> counters.failuresByKind().getOrDefault(meaning, 0L),
                    "meaning",
                    value);
        }
        for (var code : ErrorCode.values()) {
            counter(
                    MeterRow.CALL_ERRORS,
                    counters -> counters.failuresByCode().getOrDefault(code, 0L),
                    "code",
                    code.code());
            meters.gauge(MeterRow.LAST_ERROR, () -> isLast(code) ? 1 : 0, "code", code.code());
        }
        meters.seconds(MeterRow.LAST_ERROR_AGE, this::nanosSinceLastError);
    }

    private boolean isLast(ErrorCode code) {
        return calls.get().lastError().filter(error -> error.code() == code).isPresent();
    }

    private double nanosSinceLastError() {
        var last = calls.get().lastError();
        return last.isEmpty()
                ? Double.POSITIVE_INFINITY
                : Math.max(0, Duration.between(last.get().at(), Instant.now()).toNanos());
    }

    private void breaker() {
        for (var state : BreakerState.values()) {
            gauge(
                    MeterRow.BREAKER_STATE,
                    report -> report.breaker().state() == state ? 1 : 0,
                    "state",
                    MeterRow.value(state));
        }
        meters.counter(MeterRow.BREAKER_OPENED, () -> health.get().breaker().opened());
        meters.counter(MeterRow.BREAKER_REFUSED, () -> health.get().breaker().refused());
    }

    private void health() {
        gauge(MeterRow.HEALTH, report -> report.healthy() ? 1 : 0);
        for (var verdict : Verdict.values()) {
            gauge(
                    MeterRow.HEALTH_VERDICT,
                    report -> report.verdict() == verdict ? 1 : 0,
                    "verdict",
                    MeterRow.value(verdict));
        }
        gauge(MeterRow.HEALTH_STRIKES, HealthReport::strikes);
        meters.seconds(
                MeterRow.HEALTH_CHECK_LATENCY, () -> health.get().latency().toNanos());
        for (var found : MeterRow.Label.FOUND) {
            meters.counter(
                    MeterRow.HEALTH_CHECKS,
                    () -> health.get().checks().getOrDefault(found, 0L),
                    "outcome",
                    MeterRow.value(found));
        }
    }

    private void counter(MeterRow row, ToLongFunction<CallCounters> value, String... more) {
        meters.counter(row, () -> value.applyAsLong(calls.get()), more);
    }

    private void gauge(MeterRow row, ToDoubleFunction<HealthReport> value, String... more) {
        meters.gauge(row, () -> value.applyAsDouble(health.get()), more);
    }
}
