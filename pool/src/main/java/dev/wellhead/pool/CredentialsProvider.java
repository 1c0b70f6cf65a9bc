// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * Says which login a new physical connection uses; asked once for each.
 *
 * <p>Called on a background thread of the pool under the limit {@code connectTimeout}; it may block. Two pool
 * configurations are equal only if their providers are.
 */
@FunctionalInterface
public interface CredentialsProvider {

    /**
     * The login for the connection that is about to be opened.
     *
     * @throws Exception when none can be had; the open counts as failed and is tried again later
     */
    Credentials credentials() throws Exception;
}
