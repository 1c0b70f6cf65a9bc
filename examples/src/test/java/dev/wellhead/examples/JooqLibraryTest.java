// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.Database;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

class JooqLibraryTest extends LibraryContract {

    @Override
    Library open(Database database) {
        return new JooqLibrary(database);
    }

    @Override
    String operation() {
        return "";
    }

    @Override
    void spoil(Library library) {
        var dsl = DSL.using(database().dataSource(), SQLDialect.POSTGRES);
        dsl.connection(connection -> {
            setOtherwise(connection);
            assertThat(DSL.using(connection, SQLDialect.POSTGRES).fetchValue("SELECT 1"))
                    .isEqualTo(1);
        });
    }
}
