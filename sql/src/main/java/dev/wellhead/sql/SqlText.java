// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import java.util.Arrays;
import java.util.List;

/**
 * An SQL text whose placeholders are known: {@code ?}, or {@code :name}, never both. Immutable; parse a text once and
 * keep it, {@link #render(QuestionMarks)} then costs nothing.
 *
 * <p>Strings, quoted names, comments and dollar quotes are left alone, and so are {@code ::}, {@code :=} and
 * {@code a[1:2]}. Within square brackets a colon directly after a name, a number or a closing bracket is a slice;
 * {@code a[:n]} is the parameter {@code n}, so a slice by column is {@code a[: n]} and one by parameters
 * {@code a[:low : :high]}.
 *
 * <p>{@code ??} is an operator's question mark everywhere. Beside named parameters a single one is an operator too
 * ({@code ?}, {@code ?|}, {@code ?&}, {@code @?}), and is refused where it has no operand on one side; without names each
 * single one is a placeholder.
 *
 * <p>The rules of quoting are PostgreSQL's, and backticks. MySQL's backslashes in plain strings and its {@code #}
 * comments are not known: keep quotes and placeholders out of them.
 */
public final class SqlText {

    /** The longest text, in characters. */
    public static final int MAX_CHARS = 1 << 20;

    /** As many question marks can a rendered text have: PostgreSQL's protocol counts them in 16 bits. */
    public static final int MAX_PARAMETERS = 65_535;

    /** In the sizes of lists: this parameter is no list. */
    public static final int NO_LIST = -1;

    private final String sql;
    private final List<String> names;
    private final Mark[] marks;
    private final int parameterCount;
    private final int firstOperator;
    private final JdbcText plain;
    private final StatementKind kind;

    private SqlText(String sql, List<String> names, Mark[] marks) {
        this.sql = sql;
        this.names = names;
        this.marks = marks;
        this.parameterCount = names.isEmpty() ? marks.length : names.size();
        this.firstOperator = Arrays.stream(marks)
                .filter(Mark::isOperator)
                .mapToInt(Mark::start)
                .findFirst()
                .orElse(-1);
        this.kind = KindFinder.of(sql);
        this.plain = names.isEmpty() ? new JdbcText(sql, marks.length, null, null) : Rendering.of(sql, marks);
    }

    /**
     * Finds the placeholders of a text.
     *
     * @throws IllegalArgumentException with place, rule and mend, when the text is empty or longer than
     *     {@link #MAX_CHARS}, has a string, quoted name or comment that never ends, both kinds of placeholders, more than
     *     {@link #MAX_PARAMETERS} of them, or the character NUL
     */
    public static SqlText parse(String sql) {
        if (sql.length() > MAX_CHARS) {
            throw new IllegalArgumentException("SQL text of " + sql.length() + " characters, of at most " + MAX_CHARS
                    + "; send data as parameters, or in several statements");
        }
        int nul = sql.indexOf('\0');
        if (nul >= 0) {
            throw Place.refuse(sql, nul, "the character NUL (U+0000) cannot be sent; take it out");
        }
        var parser = new SqlParser(sql);
        parser.parse();
        return new SqlText(sql, parser.names(), parser.marks());
    }

    /** The text as written. */
    public String sql() {
        return sql;
    }

    /** What it does, as far as its words show for certain. */
    public StatementKind kind() {
        return kind;
    }

    /** Whether its placeholders have names. */
    public boolean isNamed() {
        return !names.isEmpty();
    }

    /** How many parameters it takes: question marks, or different names. */
    public int parameterCount() {
        return parameterCount;
    }

    /** The different names, in the order of their first use; their places here are the parameters' numbers. */
    public List<String> names() {
        return names;
    }

    /** How messages call a parameter, and where it is used first: {@code :id at 1:34}, {@code 2 at 1:40}. */
    public String describe(int parameter) {
        return nameOf(parameter) + " at " + Place.of(sql, firstMark(parameter).start());
    }

    /** Whether a parameter stands directly in {@code IN (..)}, at one place at least, so that a list may be meant. */
    public boolean takesList(int parameter) {
        for (var mark : marks) {
            if (mark.parameter() == parameter && mark.takesList()) {
                return true;
            }
        }
        return false;
    }

    /**
     * The text for JDBC when no parameter is a list. Always the same object, and the very text when it has no names.
     *
     * @throws IllegalArgumentException when the text has operators with a question mark and the driver knows none
     */
    public JdbcText render(QuestionMarks questionMarks) {
        requireOperatorsCanBeSent(questionMarks);
        return plain;
    }

    /**
     * The text for JDBC with lists: each becomes as many question marks as the next power of two, the last element
     * repeated, so that few different texts reach the server. Where that would be more than {@link #MAX_PARAMETERS} in
     * all, lists are not padded.
     *
     * @param listSizes for each parameter how many elements its list has, or {@link #NO_LIST}
     * @throws IllegalArgumentException with place, rule and mend, when a list is empty, stands elsewhere than directly in
     *     {@code IN (..)}, or there are too many values; or as {@link #render(QuestionMarks)} does
     */
    public JdbcText render(QuestionMarks questionMarks, int[] listSizes) {
        requireOperatorsCanBeSent(questionMarks);
        if (listSizes.length != parameterCount) {
            throw new IllegalArgumentException(listSizes.length + " list sizes for a text with " + parameterCount
                    + " parameters; give one for each");
        }
        if (Arrays.stream(listSizes).allMatch(size -> size == NO_LIST)) {
            return plain;
        }
        return Rendering.withLists(sql, marks, padded(listSizes), listSizes);
    }

    /** The text as written. */
    @Override
    public String toString() {
        return sql;
    }

    private void requireOperatorsCanBeSent(QuestionMarks questionMarks) {
        if (firstOperator >= 0 && questionMarks == QuestionMarks.PLACEHOLDERS_ONLY) {
            throw Place.refuse(
                    sql,
                    firstOperator,
                    "a ? that is no named parameter, and the driver takes each ? for a placeholder; use :name, or a"
                            + " function in place of the operator");
        }
    }

    /** How many question marks each list becomes. */
    private int[] padded(int[] listSizes) {
        long exact = 0;
        long padded = 0;
        for (var mark : marks) {
            if (mark.isOperator()) {
                continue;
            }
            int size = listSizes[mark.parameter()];
            requireListFits(mark, size);
            exact += size == NO_LIST ? 1 : size;
            padded += size == NO_LIST ? 1 : nextPowerOfTwo(size);
            if (exact > MAX_PARAMETERS) {
                throw tooMany(sql, mark.start(), exact);
            }
        }
        if (padded > MAX_PARAMETERS) {
            return listSizes;
        }
        return Arrays.stream(listSizes)
                .map(size -> size == NO_LIST ? NO_LIST : (int) nextPowerOfTwo(size))
                .toArray();
    }

    private void requireListFits(Mark mark, int size) {
        if (size == NO_LIST) {
            return;
        }
        var name = nameOf(mark.parameter());
        if (size <= 0) {
            throw Place.refuse(
                    sql,
                    mark.start(),
                    "the list for parameter " + name
                            + " is empty, and IN () is no SQL; leave the statement out, or use = ANY(" + mark(name)
                            + ") with an array, which may be empty");
        }
        if (!mark.takesList()) {
            throw Place.refuse(
                    sql,
                    mark.start(),
                    "a list for parameter " + name + ", which stands elsewhere than directly in IN (..); write IN ("
                            + mark(name) + "), or = ANY(" + mark(name) + ") with an array");
        }
    }

    private static String mark(String name) {
        return name.startsWith(":") ? name : "?";
    }

    private String nameOf(int parameter) {
        return isNamed() ? ":" + names.get(parameter) : String.valueOf(parameter + 1);
    }

    private Mark firstMark(int parameter) {
        return Arrays.stream(marks)
                .filter(mark -> mark.parameter() == parameter)
                .findFirst()
                .orElseThrow(() -> new IndexOutOfBoundsException(
                        "parameter " + parameter + " of a text with " + parameterCount + " parameters"));
    }

    static IllegalArgumentException tooMany(String sql, int offset, long values) {
        return Place.refuse(
                sql,
                offset,
                "more than " + MAX_PARAMETERS + " values (" + values + " up to here); use = ANY(..) with an array, or"
                        + " several statements");
    }

    private static long nextPowerOfTwo(int size) {
        return size == 1 ? 1 : Long.highestOneBit(size - 1L) << 1;
    }
}
