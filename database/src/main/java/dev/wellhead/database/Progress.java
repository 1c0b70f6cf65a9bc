// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** How far one attempt has come. Written and read by the calling thread alone. */
final class Progress {

    private Phase phase = Phase.NOT_SENT;

    Phase phase() {
        return phase;
    }

    /** From now on an error belongs to that phase. */
    void reached(Phase next) {
        phase = next;
    }
}
