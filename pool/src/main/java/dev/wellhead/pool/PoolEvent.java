// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a pool.
 *
 * <p>In the life of one connection they come in this order; what is indented may repeat:
 *
 * <pre>
 * OpenFailed*  Opened
 *     (Nested? (Waited | TimedOut))?  Acquired  (Failed | LeakSuspected)*  (RolledBack | Abandoned | Reclaimed)?  Released
 * Evicted  Closed
 * </pre>
 *
 * <p>What is found out about a lease ({@link LeakSuspected}, {@link Nested}, {@link RolledBack}, {@link Abandoned}, {@link
 * Reclaimed}) is told by workers and may come after the {@link Released}, {@link Evicted} or {@link Closed} of its
 * connection.
 */
public sealed interface PoolEvent {

    /** The name of the pool. */
    String pool();

    /** A physical connection was opened, in that time. */
    record Opened(String pool, long connectionId, Duration took) implements PoolEvent {}

    /** A connect failed or was abandoned at its limit. */
    record OpenFailed(String pool, Throwable cause, Duration took) implements PoolEvent {

        /** Without secrets, whatever the cause says. */
        @Override
        public String toString() {
            return "OpenFailed[pool=" + pool + ", cause=" + Secret.mask(cause) + ", took=" + took + ']';
        }
    }

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
    record Failed(String pool, long connectionId, @Nullable Throwable cause) implements PoolEvent {

        /** Without secrets, whatever the cause says. */
        @Override
        public String toString() {
            return "Failed[pool=" + pool + ", connectionId=" + connectionId + ", cause="
                    + (cause == null ? "null" : Secret.mask(cause)) + ']';
        }
    }

    /**
     * A connection is held for longer than {@code leakThreshold}; told once a lease.
     *
     * @param holderStack where its thread was when this was found, innermost frame first
     * @param acquireStack where it was acquired; empty without {@code acquireTracing}
     */
    record LeakSuspected(
            String pool, Lease lease, List<StackTraceElement> holderStack, List<StackTraceElement> acquireStack)
            implements PoolEvent {

        /** Copies the stacks. */
        public LeakSuspected {
            holderStack = List.copyOf(holderStack);
            acquireStack = List.copyOf(acquireStack);
        }
    }

    /**
     * A handle became garbage without {@code close()}.
     *
     * @param acquireStack where it was acquired; empty without {@code acquireTracing}
     * @param reclaimed whether the connection is taken back; not where {@code reclaimAbandoned} is off or the holder may
     *     still have objects of the driver's own
     */
    record Abandoned(String pool, Lease lease, List<StackTraceElement> acquireStack, boolean reclaimed)
            implements PoolEvent {

        /** Copies the stack. */
        public Abandoned {
            acquireStack = List.copyOf(acquireStack);
        }
    }

    /**
     * A lease was taken back by force after {@code leakReclaimAfter} without work; the connection is aborted.
     *
     * @param acquireStack where it was acquired; empty without {@code acquireTracing}
     */
    record Reclaimed(String pool, Lease lease, List<StackTraceElement> acquireStack) implements PoolEvent {

        /** Copies the stack. */
        public Reclaimed {
            acquireStack = List.copyOf(acquireStack);
        }
    }

    /**
     * A thread would wait for a connection while it holds another of the same pool.
     *
     * @param held what it holds
     * @param waitsAt the operation or the line of the program that asked for the other
     * @param refused whether it was refused, as {@code nestedAcquire} says, or waits
     */
    record Nested(String pool, Lease held, String waitsAt, boolean refused) implements PoolEvent {}

    /**
     * A transaction was open when its connection was given back, and was rolled back.
     *
     * @param callSite the operation's name, else the line of the program; see {@link Lease#callSite()}
     */
    record RolledBack(String pool, long connectionId, String operation, String callSite) implements PoolEvent {}

    /** One of several hosts is in another role or state than before, or the pool's own connections go there now, or no longer. */
    record HostChanged(String pool, HostSnapshot before, HostSnapshot after) implements PoolEvent {}
}
