// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** Why a caller got no connection; each has its own stable SQLSTATE in class 08. */
public enum RefusalReason {
    /** None became free within the caller's limit. */
    TIMEOUT("E2001", "08W01", "no connection became free in time"),
    /** None can become free in time at the measured rate. */
    DEADLINE("E2001", "08W02", "no connection can become free in time at the present rate"),
    /** Shed by admission control. */
    SHED("E2001", "08W03", "shed because the wait stayed above its target"),
    /** {@code maxWaiting} callers wait already. */
    LINE_FULL("E2001", "08W04", "too many callers wait already"),
    /** The pool is paused. */
    PAUSED("E2004", "08W05", "the pool is paused"),
    /** The pool is closed or draining. */
    CLOSED("E2005", "08W06", "the pool is closed"),
    /** Nothing is open and the last connect failed. */
    DATABASE_DOWN("E2003", "08W07", "no connection could be opened"),
    /** The thread was interrupted while it waited. */
    INTERRUPTED("E2006", "08W08", "the waiting thread was interrupted"),
    /** The thread holds another connection of the pool, and {@code nestedAcquire} refuses to let it wait. */
    NESTED("E2001", "08W09", "this thread would wait for a connection while it holds another of the same pool");

    private final String code;
    private final String sqlState;
    private final String text;

    RefusalReason(String code, String sqlState, String text) {
        this.code = code;
        this.sqlState = sqlState;
        this.text = text;
    }

    /** The stable error code, such as {@code E2001}. */
    public String code() {
        return code;
    }

    /** The stable SQLSTATE, such as {@code 08W01}. */
    public String sqlState() {
        return sqlState;
    }

    /**
     * Whether it is for want of a connection, which other tools count as a timeout; not for the pool's state or for what the
     * caller did.
     */
    public boolean isTimeout() {
        return switch (this) {
            case TIMEOUT, DEADLINE, SHED, LINE_FULL, DATABASE_DOWN -> true;
            case PAUSED, CLOSED, INTERRUPTED, NESTED -> false;
        };
    }

    /** The reason in a few words. */
    public String text() {
        return text;
    }
}
