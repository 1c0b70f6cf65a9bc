// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.internal.Dialect;
import dev.wellhead.database.internal.Mapping;
import dev.wellhead.database.internal.MappingProblem;
import dev.wellhead.database.internal.Parameters;
import dev.wellhead.sql.QuestionMarks;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How statements, parameters and results are spoken with one database. Any thread may use it. */
final class Language {

    private final Dialect dialect;
    private final Parameters parameters;
    private final QuestionMarks marks;
    private final StatementTexts texts = new StatementTexts();
    private final Timeouts timeouts = new Timeouts();

    Language(Dialect dialect) {
        this.dialect = dialect;
        this.parameters = new Parameters(dialect);
        this.marks =
                dialect == Dialect.POSTGRESQL ? QuestionMarks.DOUBLED_FOR_OPERATORS : QuestionMarks.PLACEHOLDERS_ONLY;
    }

    /**
     * A statement with its values.
     *
     * @throws IllegalArgumentException when they do not agree
     */
    Arguments arguments(String operation, String sql, @Nullable Object @Nullable [] values) {
        return Arguments.of(operation, texts.of(operation, sql), values, parameters, marks);
    }

    /**
     * A statement with the values of many rows.
     *
     * @throws IllegalArgumentException when they do not agree
     */
    BatchArguments batch(String operation, String sql, List<?> rows) {
        return BatchArguments.of(operation, texts.of(operation, sql), marks, rows, parameters);
    }

    /**
     * What rows become by a class.
     *
     * @throws IllegalArgumentException when rows never become that
     */
    <T> ResultType<T> resultType(String operation, Class<T> type) {
        try {
            return ResultType.of(Mapping.of(type), dialect);
        } catch (MappingProblem problem) {
            throw new IllegalArgumentException("operation \"" + operation + "\": " + problem.getMessage(), problem);
        }
    }

    /** What rows become by a mapping. */
    <T> ResultType<T> resultType(Mapping<T> mapping) {
        return ResultType.of(mapping, dialect);
    }

    /** The statements that time limits have ended. */
    Timeouts timeouts() {
        return timeouts;
    }

    Parameters parameters() {
        return parameters;
    }

    Dialect dialect() {
        return dialect;
    }

    /** What names are quoted with. */
    char quote() {
        return dialect == Dialect.MYSQL ? '`' : '"';
    }
}
