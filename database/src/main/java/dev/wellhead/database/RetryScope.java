// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/**
 * The outermost call on a thread that may be run again. Calls of the same database that its work makes are tried once:
 * their failures are left to it, so that attempts do not multiply, and nobody pauses while the outer call holds a
 * connection.
 */
final class RetryScope {}
