// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.sql.SQLException;
import java.util.Optional;

/**
 * What a program knows of the errors of its database that Wellhead does not: rows for {@link ErrorJudge}, asked before its
 * own table. Given by {@link DatabaseConfig#withErrors}.
 *
 * <pre>{@code
 * config.withErrors((error, phase) -> "U0429".equals(error.getSQLState())
 *         ? Optional.of(new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.OVERLOADED, ErrorCode.E2011))
 *         : Optional.empty());
 * }</pre>
 *
 * <p>Called by the thread whose call failed, for the error and those that it brings along, in turn, until one is known.
 * It must be quick, may be called by many threads at once, and asks no database. What it throws is logged once a minute,
 * and counts as "not known".
 */
@FunctionalInterface
public interface ErrorClassifier {

    /**
     * What the error is; empty when it is not known.
     *
     * <p>Mind the phase: {@link ErrorKind#RETRY_ANYWHERE} and {@link ErrorKind#RETRY_TRANSACTION} say that nothing took
     * effect, and work is run again because of them.
     *
     * @param error one error of the chain, not its cause and not its next one
     * @param phase how far the work had come
     */
    Optional<Judgement> classify(SQLException error, Phase phase);
}
