// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.FaultRun.Call;
import dev.wellhead.database.FaultRun.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the callers of a {@link FaultRun} saw, beside what the database holds. */
record FaultReport(
        List<Call> calls,
        List<Throwable> surprises,
        Map<String, Integer> stored,
        Map<String, CommitOutcome> outcomes,
        long faultNanos,
        long acceptsNanos,
        long retries,
        long lostConnections) {

    /** From the moment at which the server accepts. */
    static final Duration SERVED = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(FaultReport.class);

    /** What must hold whatever failed: each report is true, and everybody is served again. */
    FaultReport holds(String fault) {
        LOG.info("fault matrix fault=\"{}\" {}", fault, text());
        assertThat(surprises).as(text()).isEmpty();
        assertThat(untrue()).as(text()).isEmpty();
        var afterwards = calls.stream()
                .filter(call -> call.beganNanos() - acceptsNanos >= SERVED.toNanos())
                .map(Call::failure)
                .filter(Objects::nonNull)
                .limit(3);
        assertThat(afterwards).as(text()).isEmpty();
        for (var work : Work.values()) {
            assertThat(servedAfter(work)).as("%s %s", work, text()).isLessThan(SERVED);
        }
        // The database was back in time, so what became of every transaction was found out.
        assertThat(failures().filter(call -> call.work() == Work.TRANSACTION).map(FaultReport::kind))
                .as(text())
                .doesNotContain(ErrorKind.AMBIGUOUS);
        return this;
    }

    /** That it made itself felt, if only to the pool: connections that were lost between two calls cost no caller anything. */
    FaultReport felt() {
        assertThat(retries + failures().count() + lostConnections).as(text()).isPositive();
        return this;
    }

    /** That callers were told nothing but those codes. */
    FaultReport toldOnly(ErrorCode... allowed) {
        assertThat(List.of(allowed)).as(text()).containsAll(codes(Work.values()));
        return this;
    }

    /** That work of those kinds was tried again instead. */
    FaultReport neverTold(ErrorCode code, Work... works) {
        assertThat(codes(works)).as(text()).doesNotContain(code);
        return this;
    }

    /** That work of that kind has not failed. */
    FaultReport served(Work... works) {
        assertThat(codes(works)).as(text()).isEmpty();
        return this;
    }

    /** That nobody waited for longer, a transaction whose COMMIT was sent not counted. */
    FaultReport within(Duration limit) {
        assertThat(longest(Work.READ, Work.WRITE)).as(text()).isLessThan(limit);
        assertThat(longest(Work.TRANSACTION)).as(text()).isLessThan(limit.plus(FaultRun.OUTCOME));
        return this;
    }

    private Set<ErrorCode> codes(Work... works) {
        var codes = new TreeSet<ErrorCode>();
        failures().filter(call -> List.of(works).contains(call.work())).forEach(call -> codes.add(code(call)));
        return codes;
    }

    private static ErrorCode code(Call call) {
        return Objects.requireNonNull(call.failure()).code();
    }

    private static ErrorKind kind(Call call) {
        return Objects.requireNonNull(call.failure()).kind();
    }

    /** While the pool was still opening its first connections, callers may have been turned away: that is not the fault's. */
    private Stream<Call> failures() {
        return calls.stream().filter(call -> call.failure() != null && call.endedNanos() - faultNanos > 0);
    }

    Duration longest(Work... works) {
        return Duration.ofNanos(calls.stream()
                .filter(call -> List.of(works).contains(call.work()) && call.endedNanos() - faultNanos > 0)
                .mapToLong(call -> call.endedNanos() - call.beganNanos())
                .max()
                .orElseThrow());
    }

    /** From the moment at which the server accepts to the first call that is served. */
    private Duration servedAfter(Work work) {
        return Duration.ofNanos(calls.stream()
                .filter(call -> call.work() == work && call.failure() == null && call.endedNanos() - acceptsNanos >= 0)
                .mapToLong(call -> call.endedNanos() - acceptsNanos)
                .min()
                .orElseThrow());
    }

    /** Lost, done twice, or done though its caller was told otherwise. */
    private List<String> untrue() {
        var untrue = new ArrayList<String>();
        var rest = new TreeMap<>(stored);
        for (var call : calls) {
            int times = stored.getOrDefault(call.id(), 0);
            rest.remove(call.id());
            if (call.work() != Work.READ && !isTrue(call, times)) {
                untrue.add(call.id() + " times=" + times + " told=" + call.failure());
            }
        }
        rest.keySet().forEach(id -> untrue.add(id + " is nobody's"));
        return untrue;
    }

    private boolean isTrue(Call call, int times) {
        var failure = call.failure();
        if (failure == null) {
            return times == 1;
        }
        var outcome = outcomes.get(call.id());
        if (outcome != null && outcome != CommitOutcome.UNKNOWN) {
            return times == (outcome == CommitOutcome.COMMITTED ? 1 : 0);
        }
        return failure.kind() == ErrorKind.AMBIGUOUS ? times <= 1 : times == 0;
    }

    private String text() {
        var failed = new EnumMap<Work, Map<String, Integer>>(Work.class);
        failures()
                .forEach(call -> failed.computeIfAbsent(call.work(), work -> new TreeMap<>())
                        .merge(
                                code(call) + "/"
                                        + Objects.requireNonNull(call.failure()).kind(),
                                1,
                                Integer::sum));
        var text = new StringBuilder("calls=" + calls.size() + " failed=" + failed + " retries=" + retries
                + " lostConnections=" + lostConnections + " outcomes=" + outcomes);
        for (var work : Work.values()) {
            text.append(' ')
                    .append(work)
                    .append("(longestMs=")
                    .append(longest(work).toMillis())
                    .append(" servedAfterMs=")
                    .append(servedAfter(work).toMillis())
                    .append(')');
        }
        return text.toString();
    }
}
