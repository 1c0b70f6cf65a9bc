// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import dev.wellhead.database.Database;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;

class JdbiLibraryTest extends LibraryContract {

    @Override
    Library open(Database database) {
        return new JdbiLibrary(database);
    }

    @Override
    String operation() {
        return "library";
    }

    @Override
    void spoil(Library library) throws Exception {
        var jdbi = Jdbi.create(database().dataSource());
        // Else Jdbi itself complains of the transaction that is left open.
        jdbi.getConfig(Handles.class).setForceEndTransactions(false);
        jdbi.useHandle(handle -> setOtherwise(handle.getConnection()));
    }
}
