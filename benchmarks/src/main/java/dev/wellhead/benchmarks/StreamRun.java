// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import com.sun.management.GarbageCollectionNotificationInfo;
import dev.wellhead.database.Database;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** Reads many rows, as a stream of records and by hand, and says how long it took and how much heap it had. */
final class StreamRun {
    private static final String SELECT = "select g as id, 'visitor ' || g as name, g % 1000 as visits"
            + " from (select generate_series(1::bigint, ?::bigint) as g) numbers";

    /** A row. */
    record Row(long id, String name, long visits) {}

    /**
     * What a run took.
     *
     * @param mostHeapAfterCollectionBytes most that a collection left, live or not yet collected; 0 when there was none
     * @param mostHeapBytes most that was ever used, garbage included
     */
    record Outcome(
            String what,
            long rows,
            long checksum,
            Duration took,
            long mostHeapAfterCollectionBytes,
            long mostHeapBytes) {

        String text() {
            return "%-22s %,d rows in %.1f s (%,.0f rows/s), heap after collection at most %.1f MB, in all %.1f MB"
                    .formatted(
                            what,
                            rows,
                            took.toMillis() / 1e3,
                            rows * 1e3 / Math.max(1, took.toMillis()),
                            mostHeapAfterCollectionBytes / 1e6,
                            mostHeapBytes / 1e6);
        }
    }

    private interface Reading {
        long checksum() throws SQLException;
    }

    private StreamRun() {}

    /** First by hand, then as a stream, after a short run of both; the argument is how many rows. */
    public static void main(String[] arguments) throws SQLException {
        long rows = Long.parseLong(arguments[0]);
        try (var real = new RealDatabase()) {
            byHand(real.database(), rows / 20);
            streamed(real.database(), rows / 20);
            System.out.println(byHand(real.database(), rows).text());
            System.out.println(streamed(real.database(), rows).text());
        }
    }

    static Outcome streamed(Database database, long rows) throws SQLException {
        return measured("Database.stream", rows, () -> {
            try (var stream = database.stream("read", Row.class, SELECT, rows)) {
                return stream.mapToLong(
                                row -> row.id() + row.visits() + row.name().length())
                        .sum();
            }
        });
    }

    static Outcome byHand(Database database, long rows) throws SQLException {
        return measured("JDBC by hand", rows, () -> {
            try (var connection = database.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                try (var statement = connection.prepareStatement(SELECT)) {
                    statement.setLong(1, rows);
                    statement.setFetchSize(1_000);
                    long sum = 0;
                    try (var result = statement.executeQuery()) {
                        while (result.next()) {
                            var row = new Row(result.getLong(1), result.getString(2), result.getLong(3));
                            sum += row.id() + row.visits() + row.name().length();
                        }
                    }
                    connection.rollback();
                    return sum;
                }
            }
        });
    }

    private static Outcome measured(String what, long rows, Reading reading) throws SQLException {
        var afterCollection = new AtomicLong();
        var heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        var collectors = ManagementFactory.getGarbageCollectorMXBeans();
        javax.management.NotificationListener listener = (notification, unused) -> {
            var info = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
            long left = info.getGcInfo().getMemoryUsageAfterGc().entrySet().stream()
                    .filter(entry ->
                            heap.stream().anyMatch(pool -> pool.getName().equals(entry.getKey())))
                    .mapToLong(entry -> entry.getValue().getUsed())
                    .sum();
            afterCollection.accumulateAndGet(left, Math::max);
        };
        System.gc();
        heap.forEach(MemoryPoolMXBean::resetPeakUsage);
        collectors.forEach(collector -> emitter(collector).addNotificationListener(listener, null, null));
        long start = System.nanoTime();
        long checksum = reading.checksum();
        var took = Duration.ofNanos(System.nanoTime() - start);
        for (var collector : collectors) {
            try {
                emitter(collector).removeNotificationListener(listener);
            } catch (javax.management.ListenerNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
        long most =
                heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
        return new Outcome(what, rows, checksum, took, afterCollection.get(), most);
    }

    private static NotificationEmitter emitter(GarbageCollectorMXBean collector) {
        return (NotificationEmitter) collector;
    }
}
