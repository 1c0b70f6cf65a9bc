// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The connection broke after COMMIT was sent, and whether the transaction was committed could not be found out in time.
 * Code {@link ErrorCode#E2018}. {@link Database#commitOutcome} asks again, with the {@link #token()}.
 */
public final class CommitOutcomeUnknownException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String token;

    CommitOutcomeUnknownException(FailedCall call, @Nullable Throwable cause) {
        super(call, cause);
        this.token = cause instanceof OutcomeFault fault ? fault.token() : null;
    }

    /**
     * What to ask {@link Database#commitOutcome} with, for six days, also in another process. It is no secret.
     *
     * @return empty where there is none: {@code commit-outcome} is off, or the database has no way
     */
    public Optional<String> token() {
        return Optional.ofNullable(token);
    }

    /** With the token. */
    @Override
    public String getMessage() {
        return super.getMessage() + (token == null ? "" : "; token=" + token);
    }
}
