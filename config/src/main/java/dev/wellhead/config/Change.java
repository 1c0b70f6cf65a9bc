// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/** What it takes for a new value of a key to count. */
enum Change {
    /** Counts at the next reload; what runs goes on. */
    LIVE("at reload"),
    /** Counts after a restart of the process; a reload names it. */
    RESTART("after a restart");

    private final String text;

    Change(String text) {
        this.text = text;
    }

    /** As documents say it. */
    String text() {
        return text;
    }
}
