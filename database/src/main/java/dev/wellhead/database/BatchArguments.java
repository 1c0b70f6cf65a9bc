// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.internal.Parameters;
import dev.wellhead.sql.JdbcText;
import dev.wellhead.sql.QuestionMarks;
import dev.wellhead.sql.SqlText;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One statement and the rows of its batch, all of them checked before a connection is taken. */
final class BatchArguments {

    /** Rows sent to the server at once. */
    private static final int ROWS_AT_ONCE = 1_000;

    private final SqlText text;
    private final JdbcText jdbc;
    private final List<?> rows;
    private final Parameters writer;

    private BatchArguments(SqlText text, JdbcText jdbc, List<?> rows, Parameters writer) {
        this.text = text;
        this.jdbc = jdbc;
        this.rows = rows;
        this.writer = writer;
    }

    static BatchArguments of(String operation, SqlText text, QuestionMarks marks, List<?> rows, Parameters writer) {
        int index = 0;
        try {
            for (Object row : rows) {
                Arguments.ofRow(text, row, writer);
                index++;
            }
            index = -1;
            return new BatchArguments(text, text.render(marks), rows, writer);
        } catch (IllegalArgumentException e) {
            var place = index < 0 ? "" : "row " + index + " of the batch: ";
            throw new IllegalArgumentException("operation \"" + operation + "\": " + place + e.getMessage(), e);
        }
    }

    String sql() {
        return jdbc.sql();
    }

    /** Sends all rows and collects what each changed. */
    int[] run(PreparedStatement statement) throws SQLException {
        var counts = new int[rows.size()];
        int sent = 0;
        int pending = 0;
        for (Object row : rows) {
            bind(statement, Arguments.ofRow(text, row, writer));
            statement.addBatch();
            if (++pending == ROWS_AT_ONCE) {
                sent = send(statement, counts, sent);
                pending = 0;
            }
        }
        if (pending > 0) {
            send(statement, counts, sent);
        }
        return counts;
    }

    private void bind(PreparedStatement statement, @Nullable Object[] values) throws SQLException {
        int count = jdbc.count();
        for (int i = 1; i <= count; i++) {
            writer.bind(statement, i, values[jdbc.parameter(i)]);
        }
    }

    private static int send(PreparedStatement statement, int[] counts, int sent) throws SQLException {
        var part = statement.executeBatch();
        System.arraycopy(part, 0, counts, sent, part.length);
        return sent + part.length;
    }
}
