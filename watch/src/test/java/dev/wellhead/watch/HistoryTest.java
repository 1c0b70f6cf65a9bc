// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is kept of the past; time is the test's own. */
class HistoryTest {

    private static final long BEGIN = 1_800_000_000;

    private final History history = new History();

    private static Map<HistorySeries, Double> sample(double active, double calls) {
        return new EnumMap<>(Map.of(HistorySeries.ACTIVE, active, HistorySeries.CALLS, calls));
    }

    @Test
    void keepsTheLastHourBySeconds() {
        for (int i = 0; i < 5_000; i++) {
            history.add(BEGIN + i, sample(i, 1));
        }

        var hour = history.read(History.Range.HOUR);

        assertThat(hour.size()).isEqualTo(3_600);
        assertThat(hour.epochSecond(0)).isEqualTo(BEGIN + 1_400);
        assertThat(hour.epochSecond(3_599)).isEqualTo(BEGIN + 4_999);
        assertThat(hour.value(HistorySeries.ACTIVE, 3_599)).isEqualTo(4_999);
        assertThat(hour.value(HistorySeries.WAITING, 0)).isNaN();
    }

    @Test
    void keepsTheLastDayByTenSecondsWithPeaksOfGaugesAndMeansOfRates() {
        for (int i = 0; i < 100_000; i++) {
            history.add(BEGIN + i, sample(i % 10 == 3 ? 7 : 1, i % 10));
        }

        var day = history.read(History.Range.DAY);

        assertThat(day.size()).isEqualTo(8_640);
        assertThat(day.epochSecond(8_639)).isEqualTo(BEGIN + 99_990);
        assertThat(day.value(HistorySeries.ACTIVE, 100)).isEqualTo(7);
        assertThat(day.value(HistorySeries.CALLS, 100)).isEqualTo(4.5f);
    }

    @Test
    void leavesOutWhatNobodySaw() {
        history.add(BEGIN, sample(1, 1));
        history.add(BEGIN + 5, sample(2, 1));
        history.add(BEGIN + 5, sample(9, 1));
        history.add(BEGIN + 2, sample(9, 1));

        var hour = history.read(History.Range.HOUR);

        assertThat(IntStream.range(0, hour.size()).mapToLong(hour::epochSecond)).containsExactly(BEGIN, BEGIN + 5);
        assertThat(hour.value(HistorySeries.ACTIVE, 1)).isEqualTo(2);
    }

    @Test
    void tenDatabasesTakeAtMostSixteenMegabytes() {
        long before = used();
        var ten = Stream.generate(History::new).limit(10).toList();
        ten.forEach(each -> {
            for (int i = 0; i < 90_000; i += 7) {
                each.add(BEGIN + i, sample(1, 1));
            }
        });

        assertThat(used() - before).isLessThan(16L << 20);
        assertThat(ten.get(9).read(History.Range.DAY).size()).isEqualTo(8_640);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
