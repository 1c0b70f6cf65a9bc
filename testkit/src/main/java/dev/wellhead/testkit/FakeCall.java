// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

/**
 * One call that reached a {@link FakeDriver}.
 *
 * @param operation its kind
 * @param method name of the JDBC method
 * @param connection number of the connection, from 1; 0 for an open
 * @param thread name of the calling thread
 * @param atNanos {@code System.nanoTime} at its begin
 */
public record FakeCall(FakeOperation operation, String method, int connection, String thread, long atNanos) {}
