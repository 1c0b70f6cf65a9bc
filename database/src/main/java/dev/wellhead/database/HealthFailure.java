// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.time.Instant;

/**
 * A health check that failed.
 *
 * @param at when it ended
 * @param verdict what it found
 * @param sqlState the SQLSTATE of its error; empty when there was none
 * @param waited how long it waited for the answer
 */
public record HealthFailure(Instant at, Verdict verdict, String sqlState, Duration waited) {}
