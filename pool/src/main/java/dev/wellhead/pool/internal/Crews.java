// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

/**
 * The workers of one pool by kind of work, each with a limit that only a hanging driver can reach, so that one kind that
 * hangs does not stop the others, nor any other pool.
 *
 * @param opens connects
 * @param validations validations and keepalives
 * @param closes closes of physical connections
 * @param aborts aborts and cancels, of what hangs in one of the others
 * @param logs logging
 * @param probes questions to hosts about their role, and to name servers
 * @param rest what only touches memory, apart from callers and timers
 */
record Crews(Crew opens, Crew validations, Crew closes, Crew aborts, Crew logs, Crew probes, Crew rest) {

    /**
     * {@link Opener} lets 64 hang and then goes on with one attempt at a time, each for {@code connectTimeout}: this is
     * reached only by a driver none of whose connects returns for more than an hour at the defaults. From then on the
     * pool opens nothing until one returns.
     */
    private static final int MOST_OPENS = 512;

    private static final int MOST_CALLS = 64;
    private static final int MOST_REST = 2;

    Crews() {
        this(
                new Crew(MOST_OPENS),
                new Crew(MOST_CALLS),
                new Crew(MOST_CALLS),
                new Crew(MOST_CALLS),
                new Crew(MOST_REST),
                new Crew(MOST_CALLS),
                new Crew(MOST_REST));
    }
}
