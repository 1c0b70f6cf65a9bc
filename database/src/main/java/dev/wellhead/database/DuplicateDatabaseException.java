// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/**
 * A database was asked for that contradicts one already open: other settings under the same name, or for the same URL
 * and user without a name of its own. The text shows both; it holds no password. Nothing was opened or changed.
 */
public final class DuplicateDatabaseException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    DuplicateDatabaseException(String message) {
        super(message);
    }
}
