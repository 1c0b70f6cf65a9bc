// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.util.Locale;

/**
 * What databases cost, so that advice can say it in money.
 *
 * @param connectionHour one connection held open for an hour; 0: not known
 * @param databaseHour one hour in which the database works for one statement; 0: not known
 * @param currency shown behind the number
 */
public record Prices(double connectionHour, double databaseHour, String currency) {

    /** Nothing is known. */
    public static final Prices NONE = new Prices(0, 0, "");

    /** Refuses prices that are negative or no numbers. */
    public Prices {
        if (!(connectionHour >= 0) || !(databaseHour >= 0)) {
            throw new IllegalArgumentException("a price must be 0 or more, not " + connectionHour + " and "
                    + databaseHour + "; use 0 where it is not known");
        }
    }

    String text(double amount) {
        return String.format(Locale.ROOT, "%.2f %s", amount, currency).strip();
    }
}
