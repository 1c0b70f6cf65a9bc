// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The numbers of one database over time: the last hour by seconds, the last day by ten seconds. 0.6 MB, all of it at once.
 * Written by the thread of its {@link Watch}, read by any; nobody waits for more than a copy.
 */
public final class History {

    /** How far back, and how fine. */
    public enum Range {
        /** The last hour by seconds. */
        HOUR(1, 3_600),
        /** The last day by ten seconds. */
        DAY(10, 8_640);

        private final int stepSeconds;
        private final int steps;

        Range(int stepSeconds, int steps) {
            this.stepSeconds = stepSeconds;
            this.steps = steps;
        }

        /** The time between two values. */
        public Duration step() {
            return Duration.ofSeconds(stepSeconds);
        }
    }

    /** Values over time, the oldest first. Immutable. */
    public static final class Columns {
        private final long[] epochSeconds;
        private final Map<HistorySeries, float[]> values;

        private Columns(long[] epochSeconds, Map<HistorySeries, float[]> values) {
            this.epochSeconds = epochSeconds;
            this.values = values;
        }

        /** Of how many steps something is known. */
        public int size() {
            return epochSeconds.length;
        }

        /** The begin of that step, in seconds since 1970. */
        public long epochSecond(int step) {
            return epochSeconds[step];
        }

        /** What was seen in that step; NaN where nothing was. */
        public float value(HistorySeries series, int step) {
            return Objects.requireNonNull(values.get(series))[step];
        }
    }

    /** Values in a ring: the place of a step is its number modulo the number of steps. */
    private static final class Ring {
        private final Range range;
        private final long[] numbers;
        /** How many seconds a step has seen. */
        private final byte[] seen;

        private final Map<HistorySeries, float[]> values = new EnumMap<>(HistorySeries.class);

        Ring(Range range) {
            this.range = range;
            this.numbers = new long[range.steps];
            this.seen = new byte[range.steps];
            for (var series : HistorySeries.values()) {
                values.put(series, new float[range.steps]);
            }
        }

        void add(long epochSecond, Map<HistorySeries, Double> sample) {
            long number = epochSecond / range.stepSeconds;
            int place = (int) (number % range.steps);
            boolean isNew = numbers[place] != number;
            numbers[place] = number;
            seen[place] = isNew ? 1 : (byte) (seen[place] + 1);
            int count = seen[place];
            values.forEach((series, column) -> {
                float value = sample.getOrDefault(series, Double.NaN).floatValue();
                column[place] = isNew ? value : together(series, column[place], value, count);
            });
        }

        private static float together(HistorySeries series, float before, float value, int count) {
            if (Float.isNaN(before) || Float.isNaN(value)) {
                return Float.isNaN(before) ? value : before;
            }
            return series.isPeak() ? Math.max(before, value) : before + (value - before) / count;
        }

        Columns read(long newest) {
            long last = newest / range.stepSeconds;
            long first = last - range.steps + 1;
            var times = new long[range.steps];
            var places = new int[range.steps];
            int found = 0;
            for (long number = Math.max(first, 1); number <= last; number++) {
                int place = (int) (number % range.steps);
                if (numbers[place] == number) {
                    times[found] = number * range.stepSeconds;
                    places[found++] = place;
                }
            }
            Map<HistorySeries, float[]> read = new EnumMap<>(HistorySeries.class);
            int length = found;
            values.forEach((series, column) -> {
                var copy = new float[length];
                for (int i = 0; i < length; i++) {
                    copy[i] = column[places[i]];
                }
                read.put(series, copy);
            });
            return new Columns(Arrays.copyOf(times, length), read);
        }
    }

    private final List<Ring> rings = Stream.of(Range.values()).map(Ring::new).toList();
    private long newest;
    private Map<HistorySeries, Double> latest = Map.of();

    History() {}

    /** Notes what was seen in that second; one that is not after the last noted is left out. */
    synchronized void add(long epochSecond, Map<HistorySeries, Double> sample) {
        latest = Collections.unmodifiableMap(new EnumMap<>(sample));
        if (epochSecond > newest) {
            newest = epochSecond;
            rings.forEach(ring -> ring.add(epochSecond, sample));
        }
    }

    /** All that is known of that time. */
    public synchronized Columns read(Range range) {
        return rings.get(range == Range.HOUR ? 0 : 1).read(newest);
    }

    /** What was seen last; a series without a value is missing, and all are before the first look. */
    public synchronized Map<HistorySeries, Double> latest() {
        return latest;
    }
}
