// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * Says which login a new physical connection uses; asked once for each.
 *
 * <p>Called on a background thread of the pool, by several at once, under the limit {@code connectTimeout}; it may block.
 * One that hangs counts as a connect that hangs and holds up nobody else. Two pool configurations are equal only if their
 * providers are.
 *
 * <h2>When the login changes</h2>
 *
 * Tell it with {@link WellheadDataSource#credentialsChanged()}, after this provider says the new one and before the
 * server ends sessions of the old one: connections opened before are then renewed without a caller noticing. Without a
 * word, the next connect that the server refuses (SQLSTATE class 28, ORA-01017, SQL Server 18456) asks {@link #credentialsAfterRefusal}, and a login
 * that proves right starts the same.
 */
@FunctionalInterface
public interface CredentialsProvider {

    /**
     * The login for the connection that is about to be opened.
     *
     * @throws Exception when none can be had; the open counts as failed and is tried again later. Its class is shown, its
     *     text is not
     */
    Credentials credentials() throws Exception;

    /**
     * The login to use after the server has refused one; asked once, at once, for the connect that was refused. A
     * provider that remembers what it said overrides this to look anew; by default it is asked as ever.
     *
     * @param refused what the server has refused
     * @return the same to let the connect fail
     * @throws Exception when none can be had; the open counts as failed
     */
    default Credentials credentialsAfterRefusal(Credentials refused) throws Exception {
        return credentials();
    }
}
