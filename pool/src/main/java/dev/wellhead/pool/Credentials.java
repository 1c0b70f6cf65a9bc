// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * A login. It is its own {@link CredentialsProvider}, one that always says the same.
 *
 * @param username the login name; empty leaves the choice to the driver
 * @param password the password; {@link Secret#empty()} sends none
 */
public record Credentials(String username, Secret password) implements CredentialsProvider {

    /** No login name and no password. */
    public static final Credentials NONE = new Credentials("", Secret.empty());

    /** A login from plain text. */
    public static Credentials of(String username, String password) {
        return new Credentials(username, Secret.of(password));
    }

    @Override
    public Credentials credentials() {
        return this;
    }
}
