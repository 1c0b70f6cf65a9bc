// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

/** How much was measured, and how well it agrees with what is reckoned from it. */
public enum Confidence {
    /** Little was measured, or what was reckoned is not what is seen. */
    LOW,
    /** Ten minutes or more. */
    MEDIUM,
    /** Half an hour or more, with 10,000 measurements or more. */
    HIGH;

    Confidence lower() {
        return this == HIGH ? MEDIUM : LOW;
    }
}
