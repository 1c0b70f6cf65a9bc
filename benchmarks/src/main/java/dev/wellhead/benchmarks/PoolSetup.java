// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.time.Duration;

/**
 * What a measurement says of a pool. Everything else is at the pool's own defaults.
 *
 * @param jdbcUrl as the driver wants it
 * @param user empty for none
 * @param password empty for none
 * @param minIdle opened at the start
 * @param maxSize at most so many connections
 * @param acquireTimeout how long an acquire may take
 * @param validating whether pools that hand connections out untested by default (Agroal, c3p0, Tomcat) are told to test
 *     them, by {@code isValid}; the others test by default and are left as they are
 */
public record PoolSetup(
        String jdbcUrl,
        String user,
        String password,
        int minIdle,
        int maxSize,
        Duration acquireTimeout,
        boolean validating) {

    /** All pools as they are by default, validation too. */
    public PoolSetup(String jdbcUrl, String user, String password, int minIdle, int maxSize, Duration acquireTimeout) {
        this(jdbcUrl, user, password, minIdle, maxSize, acquireTimeout, false);
    }

    /** A pool of fixed size over the driver that does nothing; acquires wait for 30 s. */
    public static PoolSetup noop(int size) {
        return new PoolSetup(NoopDriver.URL, "", "", size, size, Duration.ofSeconds(30));
    }

    /** The same, with validation also where it is off by default. */
    public PoolSetup withValidation() {
        return new PoolSetup(jdbcUrl, user, password, minIdle, maxSize, acquireTimeout, true);
    }
}
