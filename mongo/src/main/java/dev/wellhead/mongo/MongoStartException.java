// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import dev.wellhead.database.ErrorCode;
import dev.wellhead.pool.Secret;

/** MongoDB could not be reached when its client was opened. Nothing was left open. */
public final class MongoStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final int attempts;

    MongoStartException(String name, ErrorCode code, int attempts, long elapsedMillis, Throwable cause) {
        super(
                code.title() + ": code=" + code.code() + " database=" + name + " attempts=" + attempts + " elapsedMs="
                        + elapsedMillis + "; " + firstLine(cause),
                Secret.mask(cause));
        this.code = code;
        this.attempts = attempts;
    }

    private static String firstLine(Throwable cause) {
        return Secret.mask(String.valueOf(cause.getMessage()))
                .lines()
                .findFirst()
                .orElse("");
    }

    /** What kind of failure it is. */
    public ErrorCode code() {
        return code;
    }

    /** How often it was tried. */
    public int attempts() {
        return attempts;
    }
}
