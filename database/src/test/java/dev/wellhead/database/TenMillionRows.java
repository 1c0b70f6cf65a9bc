// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** A program with little memory that reads many rows; see {@link StreamTest}. */
final class TenMillionRows {

    record Row(long n, String text) {}

    private TenMillionRows() {}

    @SuppressWarnings("SystemOut") // A program whose result is read by the test.
    public static void main(String[] arguments) {
        var sum = new AtomicLong();
        long count;
        try (var database = Opened.database(arguments[0], UnaryOperator.identity());
                var rows = database.stream(
                        "read",
                        Row.class,
                        "SELECT generate_series(1, 10000000::bigint) AS n, 'some text to be carried along' AS text")) {
            count = rows.peek(row -> sum.addAndGet(row.n()))
                    .filter(row -> !row.text().isEmpty())
                    .count();
        }
        System.out.println("rows=" + count + " sum=" + sum);
    }
}
