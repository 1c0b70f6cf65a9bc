// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.time.Duration;

/**
 * A place of the program from which connections were not given back in time, and how often.
 *
 * @param callSite the operation's name, else a line of the program; see {@link Lease#callSite()}
 * @param suspected leases that exceeded {@code leakThreshold}
 * @param abandoned leases whose handle became garbage without {@code close()}
 * @param reclaimed leases that were taken back by force
 * @param longest the longest that one of them had been held when it was found
 */
public record LeakSite(String callSite, long suspected, long abandoned, long reclaimed, Duration longest) {}
