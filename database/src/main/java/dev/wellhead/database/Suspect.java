// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;

/**
 * A statement that may lack an index; see {@link Database#examine}.
 *
 * @param sql without values, with {@code ?} for parameters
 * @param calls how often it ran
 * @param mean how long one run takes
 */
public record Suspect(String sql, long calls, Duration mean) {}
