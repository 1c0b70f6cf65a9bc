// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Instant;

/**
 * The last call of a database that failed; no text of the driver's and none of the statement's.
 *
 * @param at when it failed
 * @param code its code
 * @param meaning what it says about the database or the statement
 * @param sqlState the SQLSTATE; empty when there was none
 * @param operation the name that the caller gave to the work
 */
public record LastError(Instant at, ErrorCode code, Meaning meaning, String sqlState, String operation) {}
