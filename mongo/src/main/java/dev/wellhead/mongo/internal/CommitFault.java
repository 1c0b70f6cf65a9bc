// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

/** How a commit ended whose answer was lost; the driver's error is the cause. */
public final class CommitFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean isAborted;

    private CommitFault(String text, boolean isAborted, Throwable cause) {
        super(text, cause);
        this.isAborted = isAborted;
    }

    /** Found out: it was not committed. */
    public static CommitFault aborted(Throwable cause) {
        return new CommitFault(
                "the answer to the commit was lost; it was not committed, as was found out since", true, cause);
    }

    /** Nobody can say. */
    public static CommitFault unknown(Throwable cause) {
        return new CommitFault(
                "the answer to the commit was lost, and nobody can say whether it took effect", false, cause);
    }

    /** Whether the whole may be run again. */
    public boolean isAborted() {
        return isAborted;
    }
}
