// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import static dev.wellhead.sql.QuestionMarks.DOUBLED_FOR_OPERATORS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assertions;

class SqlTextPropertiesTest {

    /** What the lexer looks at, and some that it does not. */
    private static final String[] PIECES = {
        "'", "''", "\"", "`", "$", "$a$", "$$", "$1", "?", "??", "?|", ":", "::", ":=", ":a", ":b", "--", "/*", "*/",
        "\n", "\r", "\t", " ", "(", ")", "[", "]", ",", ";", "\\", "E'", "e", "in", "IN (", "select", "1", "1.5e3", "@",
        "é", "\uD83D\uDE00", "\uD83D", "\u00a0", "\u2028", "\0", "x", "_", "=", "and"
    };

    @Provide
    Arbitrary<String> texts() {
        var pieces = Arbitraries.of(PIECES).list().ofMaxSize(40).map(list -> String.join("", list));
        var anything = Arbitraries.strings().all().ofMaxLength(60);
        return Arbitraries.oneOf(List.of(pieces, pieces, anything));
    }

    /** Of contents that a quote can hold, and that would be something outside of it. */
    @Provide
    Arbitrary<String> contents() {
        return texts().map(text -> text.replace("\0", ""));
    }

    @Property(tries = 20_000)
    void everyTextIsParsedOrRefused(@ForAll("texts") String sql) {
        SqlText text;
        try {
            text = SqlText.parse(sql);
        } catch (IllegalArgumentException e) {
            assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class);
            assertThat(e.getMessage()).startsWith("SQL text at ").contains("; ");
            return;
        }
        var jdbc = text.render(DOUBLED_FOR_OPERATORS);
        assertThat(jdbc.count()).isGreaterThanOrEqualTo(text.parameterCount());
        IntStream.rangeClosed(1, jdbc.count())
                .forEach(index -> assertThat(jdbc.parameter(index)).isBetween(0, text.parameterCount() - 1));
        IntStream.range(0, text.parameterCount())
                .forEach(parameter -> assertThat(text.describe(parameter)).contains(" at "));
    }

    /** A text for JDBC is read the same again: only question marks, as many as it was said to have. */
    @Property(tries = 20_000)
    void whatIsRenderedHasTheSamePlaceholders(@ForAll("texts") String sql) {
        SqlText text;
        try {
            text = SqlText.parse(sql);
        } catch (IllegalArgumentException e) {
            Assume.that(false);
            return;
        }
        var jdbc = text.render(DOUBLED_FOR_OPERATORS);
        var again = SqlText.parse(jdbc.sql());
        assertThat(again.isNamed()).isFalse();
        assertThat(again.parameterCount()).isEqualTo(jdbc.count());
    }

    @Property
    void stringsAreLeftAlone(@ForAll("contents") String content) {
        assertHidden("'" + content.replace("'", "''") + "'");
        assertHidden("E'" + content.replace("\\", "\\\\").replace("'", "\\'") + "'");
        assertHidden("e'" + content.replace("\\", "\\\\").replace("'", "''") + "'");
    }

    @Property
    void quotedNamesAreLeftAlone(@ForAll("contents") String content) {
        assertHidden("\"" + content.replace("\"", "\"\"") + "\"");
        assertHidden("`" + content.replace("`", "``") + "`");
    }

    @Property
    void dollarQuotesAreLeftAlone(@ForAll("contents") String content) {
        Assume.that(!content.contains("$q9_$"));
        assertHidden("$q9_$" + content.replaceAll("\\$(q9_?)?$", "") + "$q9_$");
    }

    @Property
    void commentsAreLeftAlone(@ForAll("contents") String content) {
        var inOneLine = content.replaceAll("[\r\n]", " ");
        assertHidden("1 --" + inOneLine + "\n");
        var notNested = content.replace("/*", "").replace("*/", "").replaceAll("/$|\\*$", "");
        Assume.that(!notNested.contains("/*") && !notNested.contains("*/"));
        assertHidden("1 /* " + notNested + " /* " + notNested + " */ */");
    }

    @Property
    void eachElementOfAListHasItsPlaceAndTheLastFillsUp(@ForAll @IntRange(min = 1, max = 3_000) int size) {
        var text = SqlText.parse("select :a where b in (:ids)");
        var jdbc = text.render(DOUBLED_FOR_OPERATORS, new int[] {SqlText.NO_LIST, size});
        int width = jdbc.count() - 1;
        assertThat(width).isBetween(size, Math.max(1, 2 * size - 1));
        assertThat(Integer.bitCount(width)).isOne();
        var expected = new ArrayList<Integer>();
        expected.add(JdbcText.WHOLE_VALUE);
        IntStream.range(0, width).forEach(i -> expected.add(Math.min(i, size - 1)));
        assertThat(IntStream.rangeClosed(1, jdbc.count()).map(jdbc::element).boxed())
                .isEqualTo(expected);
        assertThat(SqlText.parse(jdbc.sql()).parameterCount()).isEqualTo(jdbc.count());
    }

    /** The worst that can be packed into the longest text; quadratic work would take minutes. */
    @Property(tries = 100)
    void aHostileTextOfFullLengthIsDealtWithSoon(@ForAll("units") String unit) {
        var sql = unit.repeat(SqlText.MAX_CHARS / unit.length());
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            try {
                SqlText.parse(sql);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).startsWith("SQL text at ");
            }
        });
    }

    @Provide
    Arbitrary<String> units() {
        return Arbitraries.of(Arrays.stream(PIECES)
                        .filter(piece -> !piece.equals("\0"))
                        .toList())
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(list -> list.stream().collect(Collectors.joining()));
    }

    private static void assertHidden(String quoted) {
        var positional = SqlText.parse("select ?, " + quoted + " , ?");
        assertThat(positional.parameterCount()).isEqualTo(2);
        assertThat(positional.isNamed()).isFalse();
        var named = SqlText.parse("select :x, " + quoted + " , :y");
        assertThat(named.names()).containsExactly("x", "y");
        assertThat(named.render(DOUBLED_FOR_OPERATORS).sql()).isEqualTo("select ?, " + quoted + " , ?");
    }
}
