// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.table;

import dev.wellhead.database.Database;
import java.sql.Connection;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** The library with jOOQ, without generated code. */
public final class JooqLibrary implements Library {

    private static final Table<Record> BOOK = table("book");
    private static final Field<Long> ID = field("id", Long.class);
    private static final Field<String> TITLE = field("title", String.class);
    private static final Field<String> LENT_TO = field("lent_to", String.class);

    private final DSLContext dsl;

    /** Works over the pool of that database. */
    public JooqLibrary(Database database) {
        dsl = DSL.using(database.dataSource(), SQLDialect.POSTGRES);
    }

    @Override
    public long add(String title) {
        return Objects.requireNonNull(
                dsl.insertInto(BOOK, TITLE).values(title).returningResult(ID).fetchSingle(ID));
    }

    @Override
    public void addAll(List<String> titles) {
        var insert = DSL.insertInto(BOOK, TITLE).values(DSL.param("title", String.class));
        var rows = titles.stream().map(title -> new Object[] {title}).toArray(Object[][]::new);
        dsl.transaction(transaction -> transaction.dsl().batch(insert, rows).execute());
    }

    @Override
    public List<String> onShelf() {
        return dsl.select(TITLE)
                .from(BOOK)
                .where(LENT_TO.isNull())
                .orderBy(TITLE)
                .fetch(TITLE);
    }

    @Override
    public void lend(String borrower, List<Long> books) {
        dsl.transaction(transaction -> lend(transaction.dsl(), borrower, books));
    }

    @Override
    public void lendWithin(Connection transaction, String borrower, List<Long> books) {
        lend(DSL.using(transaction, SQLDialect.POSTGRES), borrower, books);
    }

    private static void lend(DSLContext dsl, String borrower, List<Long> books) {
        for (var book : books) {
            int changed = dsl.update(BOOK)
                    .set(LENT_TO, borrower)
                    .where(ID.eq(book).and(LENT_TO.isNull()))
                    .execute();
            if (changed != 1) {
                throw new IllegalStateException("book " + book + " is not on the shelf");
            }
        }
    }
}
