// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a pool.
 *
 * <p>In the life of one connection they come in this order; what is indented may repeat:
 *
 * <pre>
 * OpenFailed*  Opened
 *     (Waited | TimedOut)?  Acquired  (Failed | LeakSuspected)*  Released
 * Evicted  Closed
 * </pre>
 */
public sealed interface PoolEvent {

    /** The name of the pool. */
    String pool();

    /** A physical connection was opened, in that time. */
    record Opened(String pool, long connectionId, Duration took) implements PoolEvent {}

    /** A connect failed or was abandoned at its limit. */
    record OpenFailed(String pool, Throwable cause, Duration took) implements PoolEvent {}

    /** A caller got a connection after that time ({@link Duration#ZERO} when it did not wait). */
    record Acquired(String pool, long connectionId, String operation, Duration waited) implements PoolEvent {}

    /** A caller gave its connection back after that time; exact to the pool's clock tick. */
    record Released(String pool, long connectionId, String operation, Duration held) implements PoolEvent {}

    /** A caller had to wait and was served. */
    record Waited(String pool, Duration waited) implements PoolEvent {}

    /** A caller got no connection. */
    record TimedOut(String pool, RefusalReason reason, Duration waited) implements PoolEvent {}

    /** The pool decided to remove a connection. */
    record Evicted(String pool, long connectionId, EvictReason reason) implements PoolEvent {}

    /** A removed connection's socket is closed. */
    record Closed(String pool, long connectionId, EvictReason reason) implements PoolEvent {}

    /** An error made a connection unusable; nothing else ends by it. */
    record Failed(String pool, long connectionId, @Nullable Throwable cause) implements PoolEvent {}

    /** A connection is held for longer than {@code leakThreshold}. */
    record LeakSuspected(String pool, Lease lease) implements PoolEvent {}
}
