// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

/**
 * 128 bytes in front of the fields of a subclass: two cache lines, which processors fetch in pairs. Objects that are
 * made one after the other lie side by side; without it, what one thread writes into the first would slow down another
 * that uses the second.
 *
 * <p>A superclass, because the virtual machine orders the fields of one class as it likes, but puts those of a
 * superclass first.
 */
abstract class CacheLinePadding {
    long p0;
    long p1;
    long p2;
    long p3;
    long p4;
    long p5;
    long p6;
    long p7;
    long p8;
    long p9;
    long p10;
    long p11;
    long p12;
    long p13;
    long p14;
    long p15;
}
