// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * How a pool stands under its {@link Ceiling} at one moment.
 *
 * @param maxTotal most connections of all its pools together
 * @param total places taken by all of them: connections open, being opened and being closed
 * @param held places taken by this pool
 * @param waits whether callers of this pool wait for room under the ceiling
 * @param poolsWaiting pools whose callers do
 */
public record CeilingUse(int maxTotal, int total, int held, boolean waits, int poolsWaiting) {}
