// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.nio.file.Path;

/** The data in the folder was written by another major version of PostgreSQL; nothing was touched. */
public final class EmbeddedServerVersionException extends EmbeddedServerException {
    private static final long serialVersionUID = 1L;

    private final String found;
    private final String wanted;

    EmbeddedServerVersionException(Path data, String found, String wanted) {
        super("The data folder belongs to another major version of PostgreSQL. folder=" + data + ": found version "
                + found + ", this program brings version " + wanted
                + "; move the folder away to start with an empty database, or dump it with PostgreSQL " + found
                + " (pg_dumpall) and load the dump afterwards");
        this.found = found;
        this.wanted = wanted;
    }

    /**
     * The major version that wrote the data.
     *
     * @return as the file PG_VERSION has it, for instance {@code 15}
     */
    public String found() {
        return found;
    }

    /**
     * The major version of the binaries.
     *
     * @return for instance {@code 18}
     */
    public String wanted() {
        return wanted;
    }
}
