// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * A kind of callers that has a share of the pool of its own, such as batch jobs or administration.
 *
 * <p>Callers who name no lane are in the lane {@link #DEFAULT}, which needs no configuration: what the others leave of
 * {@code maxSize} is guaranteed to it, and it may use what others lend. A lane that holds less than its guaranteed
 * share is served before all that hold their share or more, so whoever has no share of its own is served only when
 * nobody else lacks a part of theirs.
 *
 * @param name chosen by callers; 1 to 64 letters, digits, {@code . _ -}; not {@value #DEFAULT}
 * @param guaranteed connections that are this lane's as soon as it asks for them; 0 for none
 * @param ceiling most connections it holds at once; at least 1 and at least {@code guaranteed}
 * @param lent whether others may use the guaranteed connections while the lane does not need them; if not, they are
 *     kept for it
 * @param leakExempt whether its leases may last as long as they like without being reported as leaks
 */
public record Lane(String name, int guaranteed, int ceiling, boolean lent, boolean leakExempt) {

    /** The name of the lane of those who name none. */
    public static final String DEFAULT = "default";

    /** A lane that lends what it does not need and whose leases are watched for leaks. */
    public static Lane of(String name, int guaranteed, int ceiling) {
        return new Lane(name, guaranteed, ceiling, true, false);
    }

    /** This lane with its guaranteed connections kept for it, also while it does not need them. */
    public Lane kept() {
        return new Lane(name, guaranteed, ceiling, false, leakExempt);
    }

    /** This lane with leases that may last as long as they like. */
    public Lane exempt() {
        return new Lane(name, guaranteed, ceiling, lent, true);
    }

    /** As configuration spells it, such as {@code admin=1..2 kept exempt}. */
    @Override
    public String toString() {
        return name + "=" + guaranteed + ".." + ceiling + (lent ? "" : " kept") + (leakExempt ? " exempt" : "");
    }
}
