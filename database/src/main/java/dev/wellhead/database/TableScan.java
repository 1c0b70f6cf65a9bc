// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/**
 * A statement whose plan reads all rows of a large table to find those that it wants.
 *
 * @param sql without values, at most 100 characters
 * @param table as the plan names it
 * @param rows that the server believes to be there
 * @param filter the plan's condition, at most 200 characters; nothing of it can be found by an index
 * @param calls how often it ran, as far as whoever asked knew
 * @param mean how long one run takes
 */
public record TableScan(String sql, String table, long rows, String filter, long calls, Duration mean) {}
