// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.Admission;
import dev.wellhead.pool.RefusalReason;
import dev.wellhead.pool.internal.OverloadSimulation.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is served and who is refused when too many come, simulated: ten connections of 20 ms are 500 callers a second. */
class OverloadTest {

    private static final Duration HOLD = Duration.ofMillis(20);
    private static final double CAPACITY = 500;
    private static final Duration START = Duration.ZERO;
    private static final Duration SETTLED = Duration.ofSeconds(2);
    private static final Duration LENGTH = Duration.ofSeconds(15);
    /** An answer counts when it is there within a second, the work included. */
    private static final long USEFUL_NANOS = Duration.ofSeconds(1).minus(HOLD).toNanos();

    private static List<Outcome> overload(Admission admission, double load, Duration limit) throws SQLException {
        return new OverloadSimulation(admission, HOLD, true)
                .arrivals(load * CAPACITY, START, LENGTH, limit)
                .run(LENGTH);
    }

    private static Stream<Outcome> settled(List<Outcome> outcomes) {
        return outcomes.stream().filter(outcome -> outcome.arrivedNanos() >= SETTLED.toNanos());
    }

    private static double usefulPerSecond(List<Outcome> outcomes) {
        return settled(outcomes).filter(OverloadTest::isUseful).count()
                / (double) LENGTH.minus(SETTLED).toSeconds();
    }

    private static boolean isUseful(Outcome outcome) {
        return outcome.refused().isEmpty() && outcome.waitedNanos() <= USEFUL_NANOS;
    }

    private static Duration medianWait(List<Outcome> outcomes) {
        var waits = settled(outcomes)
                .filter(outcome -> outcome.refused().isEmpty())
                .mapToLong(Outcome::waitedNanos)
                .sorted()
                .toArray();
        return Duration.ofNanos(waits[waits.length / 2]);
    }

    private static long overtaken(List<Outcome> outcomes) {
        long latest = 0;
        long overtaken = 0;
        for (var outcome : outcomes) {
            if (outcome.refused().isEmpty()) {
                overtaken += outcome.arrivedNanos() < latest ? 1 : 0;
                latest = Math.max(latest, outcome.arrivedNanos());
            }
        }
        return overtaken;
    }

    private static Predicate<Outcome> refusedFor(RefusalReason reason) {
        return outcome -> outcome.refused().equals(Optional.of(reason));
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 1_000, 5_000, 30_000})
    void usesAllItsCapacityForAnswersInTimeAtTwiceTheLoad(int limitMillis) throws SQLException {
        var outcomes = overload(Admission.DEADLINE, 2, Duration.ofMillis(limitMillis));

        assertThat(usefulPerSecond(outcomes)).isGreaterThan(0.95 * CAPACITY);
        assertThat(medianWait(outcomes)).isLessThan(Duration.ofMillis(20));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.2, 1.5, 4})
    void usesAllItsCapacityForAnswersInTimeWhateverTheLoad(double load) throws SQLException {
        assertThat(usefulPerSecond(overload(Admission.DEADLINE, load, Duration.ofSeconds(30))))
                .isGreaterThan(0.95 * CAPACITY);
    }

    @Test
    void arrivalOrderAloneAnswersEverybodyTooLate() throws SQLException {
        assertThat(usefulPerSecond(overload(Admission.OFF, 2, Duration.ofSeconds(30))))
                .isLessThan(0.05 * CAPACITY);
    }

    @ParameterizedTest
    @EnumSource(Admission.class)
    void refusesNobodyAndKeepsTheOrderAtFourFifthsOfTheLoad(Admission admission) throws SQLException {
        var outcomes = overload(admission, 0.8, Duration.ofMillis(250));

        assertThat(outcomes)
                .hasSizeGreaterThan(5_000)
                .allMatch(outcome -> outcome.refused().isEmpty());
        assertThat(overtaken(outcomes)).isZero();
    }

    @Test
    void refusesWhoeverIsLostLongBeforeItsTimeIsOver() throws SQLException {
        var outcomes = overload(Admission.DEADLINE, 2, Duration.ofSeconds(1));

        var refused = settled(outcomes)
                .filter(outcome -> outcome.refused().isPresent())
                .toList();
        assertThat(refused).hasSizeGreaterThan(5_000).allMatch(refusedFor(RefusalReason.DEADLINE));
        assertThat(refused)
                .allMatch(outcome ->
                        outcome.waitedNanos() < Duration.ofMillis(750).toNanos());
    }

    @Test
    void refusesAtOnceTheEndOfABurstThatCannotBeServedInTime() throws SQLException {
        var moment = Duration.ofSeconds(10);
        var outcomes = new OverloadSimulation(Admission.DEADLINE, HOLD, true)
                .arrivals(0.95 * CAPACITY, START, moment, Duration.ofMillis(250))
                .arrivals(200_000, moment, moment.plusMillis(5), Duration.ofMillis(250))
                .run(LENGTH);

        var burst = outcomes.stream()
                .filter(outcome -> outcome.arrivedNanos() >= moment.toNanos())
                .toList();
        assertThat(burst.stream()
                        .filter(refusedFor(RefusalReason.DEADLINE))
                        .filter(outcome -> outcome.waitedNanos() == 0))
                .hasSizeBetween(750, 900);
        assertThat(burst.stream().filter(outcome -> outcome.refused().isEmpty()).count())
                .isGreaterThan(100);
    }

    @ParameterizedTest
    @EnumSource(value = Admission.class, mode = Mode.EXCLUDE, names = "CODEL")
    void servesEverybodyOfABurstThatTheirLimitsAllow(Admission admission) throws SQLException {
        var limit = Duration.ofSeconds(30);
        var outcomes = new OverloadSimulation(admission, HOLD, true)
                .arrivals(0.5 * CAPACITY, START, Duration.ofSeconds(30), limit)
                .arrivals(2.5 * CAPACITY, Duration.ofSeconds(5), Duration.ofSeconds(8), limit)
                .run(Duration.ofSeconds(60));

        assertThat(outcomes)
                .hasSizeGreaterThan(10_000)
                .allMatch(outcome -> outcome.refused().isEmpty());
    }

    /** Twenty times as many threads as connections wait for 2.3 s each; newest-first would starve most of them. */
    @Test
    void keepsTheOrderOfASteadyCrowdWhoseWaitsAreLong() throws SQLException {
        var outcomes = new OverloadSimulation(Admission.DEADLINE, Duration.ofMillis(120), true)
                .crowd(200, Duration.ofSeconds(5))
                .run(Duration.ofSeconds(60));

        assertThat(outcomes)
                .hasSizeGreaterThan(4_000)
                .allMatch(outcome -> outcome.refused().isEmpty());
        assertThat(overtaken(outcomes)).isZero();
    }

    @Test
    void refusesNobodyAtOnceForAStallOfTheDatabase() throws SQLException {
        var outcomes = new OverloadSimulation(Admission.DEADLINE, HOLD, true)
                .arrivals(0.8 * CAPACITY, START, LENGTH, Duration.ofSeconds(5))
                .stall(Duration.ofSeconds(8), Duration.ofMillis(9_500))
                .run(Duration.ofSeconds(40));

        assertThat(outcomes)
                .hasSizeGreaterThan(5_000)
                .allMatch(outcome -> outcome.refused().isEmpty());
    }

    @Test
    void refusesNobodyBeforeARateIsMeasured() throws SQLException {
        var outcomes = new OverloadSimulation(Admission.DEADLINE, HOLD, true)
                .arrivals(1_000_000, START, Duration.ofMillis(5), Duration.ofMillis(200))
                .run(Duration.ofSeconds(1));

        assertThat(outcomes).hasSizeGreaterThan(4_000).noneMatch(refusedFor(RefusalReason.DEADLINE));
    }

    @Test
    void keepsTheOrderWhileNothingIsGivenBack() throws SQLException {
        var outcomes = new OverloadSimulation(Admission.DEADLINE, HOLD, true)
                .arrivals(20, START, Duration.ofSeconds(4), Duration.ofSeconds(30))
                .stall(START, Duration.ofSeconds(5))
                .run(LENGTH);

        assertThat(outcomes)
                .hasSizeGreaterThan(40)
                .allMatch(outcome -> outcome.refused().isEmpty());
        assertThat(overtaken(outcomes)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 1_000, 30_000})
    void codelShedsWhatHasWaitedWhileTheLineStands(int limitMillis) throws SQLException {
        var outcomes = overload(Admission.CODEL, 2, Duration.ofMillis(limitMillis));

        assertThat(usefulPerSecond(outcomes)).isGreaterThan(0.95 * CAPACITY);
        assertThat(medianWait(outcomes)).isLessThan(Duration.ofMillis(100));
        assertThat(settled(outcomes).filter(outcome -> outcome.refused().isPresent()))
                .hasSizeGreaterThan(5_000)
                .allMatch(refusedFor(RefusalReason.SHED))
                .allMatch(outcome ->
                        outcome.waitedNanos() <= Duration.ofMillis(110).toNanos());
    }

    @Test
    void observeRefusesNobodyAndCountsWhomItWouldHave() throws SQLException {
        var simulation = new OverloadSimulation(Admission.OBSERVE, HOLD, true)
                .arrivals(2 * CAPACITY, START, LENGTH, Duration.ofSeconds(1));
        var outcomes = simulation.run(LENGTH);

        assertThat(simulation.wouldRefuse()).isGreaterThan(5_000);
        assertThat(outcomes.stream().filter(outcome -> outcome.refused().isPresent()))
                .allMatch(refusedFor(RefusalReason.TIMEOUT));
        assertThat(overtaken(outcomes)).isZero();
    }

    @Test
    void everyCallerIsServedRefusedOrStillWaiting() throws SQLException {
        var simulation = new OverloadSimulation(Admission.DEADLINE, HOLD, true)
                .arrivals(3 * CAPACITY, START, LENGTH, Duration.ofSeconds(1))
                .arrivals(CAPACITY, START, LENGTH, Duration.ofMillis(100));
        var outcomes = simulation.run(LENGTH.plusSeconds(2));

        assertThat(simulation.waiting()).isZero();
        assertThat(outcomes).hasSize((int) simulation.came());
    }
}
