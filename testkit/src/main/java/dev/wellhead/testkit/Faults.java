// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a connection through the proxy suffers.
 *
 * @param toServer faults of one direction
 * @param toClient faults of the other
 * @param onAccept how a new connection ends at once; null: it lives
 */
record Faults(OneWay toServer, OneWay toClient, @Nullable Cut onAccept) {
    static final Faults NONE = new Faults(OneWay.NONE, OneWay.NONE, null);

    OneWay oneWay(Direction direction) {
        return direction == Direction.TO_SERVER ? toServer : toClient;
    }

    Faults with(Direction direction, UnaryOperator<OneWay> change) {
        return direction == Direction.TO_SERVER
                ? new Faults(change.apply(toServer), toClient, onAccept)
                : new Faults(toServer, change.apply(toClient), onAccept);
    }

    Faults withBoth(UnaryOperator<OneWay> change) {
        return new Faults(change.apply(toServer), change.apply(toClient), onAccept);
    }

    boolean isBlackHole() {
        return toServer.isBlackHole() && toClient.isBlackHole();
    }

    /**
     * Faults of one direction.
     *
     * @param latencyNanos how late each byte is
     * @param bytesPerSecond 0: as fast as it goes
     * @param isStalled bytes are held until this is false again
     * @param isBlackHole bytes are thrown away, and so is the news that a side has closed
     * @param cut when the connection is cut; null: never
     */
    record OneWay(
            long latencyNanos,
            long bytesPerSecond,
            boolean isStalled,
            boolean isBlackHole,
            @Nullable CutRule cut) {
        static final OneWay NONE = new OneWay(0, 0, false, false, null);

        OneWay withLatencyNanos(long value) {
            return new OneWay(value, bytesPerSecond, isStalled, isBlackHole, cut);
        }

        OneWay withBytesPerSecond(long value) {
            return new OneWay(latencyNanos, value, isStalled, isBlackHole, cut);
        }

        OneWay withStalled(boolean value) {
            return new OneWay(latencyNanos, bytesPerSecond, value, isBlackHole, cut);
        }

        OneWay withBlackHole(boolean value) {
            return new OneWay(latencyNanos, bytesPerSecond, isStalled, value, cut);
        }

        OneWay withCut(CutRule value) {
            return new OneWay(latencyNanos, bytesPerSecond, isStalled, isBlackHole, value);
        }
    }

    /** When to cut; compared by identity, so that setting an equal rule again counts anew. */
    static final class CutRule {
        private final Cut how;
        private final long afterBytes;
        private final byte[] before;

        private CutRule(Cut how, long afterBytes, byte[] before) {
            this.how = how;
            this.afterBytes = afterBytes;
            this.before = before;
        }

        static CutRule after(long bytes, Cut how) {
            return new CutRule(how, bytes, new byte[0]);
        }

        static CutRule before(byte[] sequence, Cut how) {
            return new CutRule(how, Long.MAX_VALUE, sequence.clone());
        }

        Cut how() {
            return how;
        }

        Cutter cutter() {
            return new Cutter(afterBytes, before);
        }
    }

    /**
     * Watches the bytes of one direction of one connection, by counting or by searching (Knuth, Morris, Pratt), whatever
     * pieces they come in. Used by one thread.
     */
    static final class Cutter {
        private final byte[] sequence;
        private final int[] fallback;
        private long remaining;
        private int matched;
        private byte[] held = new byte[0];

        private Cutter(long afterBytes, byte[] sequence) {
            this.remaining = afterBytes;
            this.sequence = sequence;
            this.fallback = fallbacks(sequence);
        }

        /** What may be forwarded now, perhaps nothing, and whether the connection is to be cut after it. */
        static final class Verdict {
            private final byte[] bytes;
            private final boolean isCut;

            private Verdict(byte[] bytes, boolean isCut) {
                this.bytes = bytes;
                this.isCut = isCut;
            }

            byte[] bytes() {
                return bytes;
            }

            boolean isCut() {
                return isCut;
            }
        }

        Verdict offer(byte[] chunk) {
            return sequence.length == 0 ? count(chunk) : search(chunk);
        }

        boolean holdsBack() {
            return held.length > 0;
        }

        /** Gives out the bytes that may be the begin of the sequence; the search goes on as if it had not. */
        byte[] release() {
            byte[] released = held;
            held = new byte[0];
            return released;
        }

        private Verdict count(byte[] chunk) {
            if (chunk.length >= remaining) {
                return new Verdict(Arrays.copyOf(chunk, (int) remaining), true);
            }
            remaining -= chunk.length;
            return new Verdict(chunk, false);
        }

        private Verdict search(byte[] chunk) {
            byte[] pending = Arrays.copyOf(held, held.length + chunk.length);
            System.arraycopy(chunk, 0, pending, held.length, chunk.length);
            for (int i = held.length; i < pending.length; i++) {
                while (matched > 0 && sequence[matched] != pending[i]) {
                    matched = fallback[matched - 1];
                }
                if (sequence[matched] == pending[i]) {
                    matched++;
                }
                if (matched == sequence.length) {
                    return new Verdict(Arrays.copyOf(pending, Math.max(0, i + 1 - sequence.length)), true);
                }
            }
            int kept = Math.min(matched, pending.length);
            held = Arrays.copyOfRange(pending, pending.length - kept, pending.length);
            return new Verdict(Arrays.copyOf(pending, pending.length - kept), false);
        }

        private static int[] fallbacks(byte[] sequence) {
            int[] fallbacks = new int[sequence.length];
            for (int i = 1, length = 0; i < sequence.length; i++) {
                while (length > 0 && sequence[i] != sequence[length]) {
                    length = fallbacks[length - 1];
                }
                if (sequence[i] == sequence[length]) {
                    length++;
                }
                fallbacks[i] = length;
            }
            return fallbacks;
        }
    }
}
