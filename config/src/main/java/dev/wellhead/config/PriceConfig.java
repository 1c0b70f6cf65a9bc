// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/**
 * What databases cost, so that advice can say it in money.
 *
 * @param connectionHour one connection held open for an hour; 0: not known
 * @param databaseHour one hour in which a database works for one statement; 0: not known
 * @param currency shown behind the amount
 */
public record PriceConfig(double connectionHour, double databaseHour, String currency) {

    /** Nothing is known. */
    public static final PriceConfig NONE = new PriceConfig(0, 0, "");
}
