// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import org.jspecify.annotations.Nullable;

/**
 * A text as JDBC wants it, with only {@code ?}, and whose value each of them takes. Immutable.
 *
 * <p>Indexes of question marks are JDBC's, from one; parameters and elements count from zero.
 */
public final class JdbcText {

    /** The element of a value that is no list. */
    public static final int WHOLE_VALUE = -1;

    private final String sql;
    private final int count;
    private final int @Nullable [] parameters;
    private final int @Nullable [] elements;

    /**
     * @param parameters which parameter each takes, or null when the first takes the first and so on
     * @param elements which element of it, or null when there are no lists
     */
    JdbcText(String sql, int count, int @Nullable [] parameters, int @Nullable [] elements) {
        this.sql = sql;
        this.count = count;
        this.parameters = parameters;
        this.elements = elements;
    }

    /** The text to prepare. */
    public String sql() {
        return sql;
    }

    /** How many question marks want a value. */
    public int count() {
        return count;
    }

    /** Which parameter the question mark with JDBC's index takes, from zero. */
    public int parameter(int jdbcIndex) {
        requireIndex(jdbcIndex);
        return parameters == null ? jdbcIndex - 1 : parameters[jdbcIndex - 1];
    }

    /** Which element of its parameter's list the question mark takes, from zero; {@link #WHOLE_VALUE} for no list. */
    public int element(int jdbcIndex) {
        requireIndex(jdbcIndex);
        return elements == null ? WHOLE_VALUE : elements[jdbcIndex - 1];
    }

    /** The text to prepare. */
    @Override
    public String toString() {
        return sql;
    }

    private void requireIndex(int jdbcIndex) {
        if (jdbcIndex < 1 || jdbcIndex > count) {
            throw new IndexOutOfBoundsException(
                    "JDBC index " + jdbcIndex + " of a text with " + count + " question marks");
        }
    }
}
