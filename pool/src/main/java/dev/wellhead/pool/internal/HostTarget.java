// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.HostRole;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which of several hosts the pool's own connections go to, in libpq's words. */
enum HostTarget {
    ANY("any"),
    READ_WRITE("read-write"),
    READ_ONLY("read-only"),
    PRIMARY("primary"),
    STANDBY("standby"),
    PREFER_STANDBY("prefer-standby"),
    PREFER_PRIMARY("prefer-primary");

    /** Not acceptable. */
    static final int NEVER = Integer.MAX_VALUE;

    static final String WORDS = Stream.of(values()).map(target -> target.word).collect(Collectors.joining(", "));

    private final String word;

    HostTarget(String word) {
        this.word = word;
    }

    static Optional<HostTarget> of(String word) {
        return Stream.of(values()).filter(target -> target.word.equals(word)).findFirst();
    }

    /** How much a host of that role is liked, 0 the most. */
    int rank(HostRole role) {
        if (role == HostRole.UNKNOWN) {
            return NEVER;
        }
        return switch (this) {
            case ANY -> 0;
            case READ_WRITE, PRIMARY -> role == HostRole.PRIMARY ? 0 : NEVER;
            case READ_ONLY -> role == HostRole.PRIMARY ? NEVER : 0;
            case STANDBY -> role == HostRole.REPLICA ? 0 : NEVER;
            case PREFER_STANDBY -> role == HostRole.REPLICA ? 0 : 1;
            case PREFER_PRIMARY -> role == HostRole.PRIMARY ? 0 : 1;
        };
    }

    boolean writes() {
        return this == READ_WRITE || this == PRIMARY;
    }

    String word() {
        return word;
    }
}
