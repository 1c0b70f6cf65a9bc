// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import static dev.wellhead.sql.QuestionMarks.DOUBLED_FOR_OPERATORS;
import static dev.wellhead.sql.QuestionMarks.PLACEHOLDERS_ONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select ?",
                "select '?', ?",
                "select 'it''s ? :a', ?",
                "select E'it\\'s ? :a', ?",
                "select e'\\\\', ?",
                "select E'a\\''\n  'b\\' ? :a', ?",
                "select E'a' -- why\n 'b\\' ? ', ?",
                "select 'a\\', ?",
                "select typE'?', ?",
                "select \"a\"\"? :b\", ?",
                "select `a``? :b`, ?",
                "select $$ ? ' :a $$, ?",
                "select $a1_$ $$ ? ' :a $b$ $a1_$, ?",
                "select a$b$, ?, c$b$",
                "select $1, ?",
                "select ? -- :a ' ? \n",
                "select ? -- :a ' ?",
                "select ? -- :a ' ?\r, 1",
                "select /* ? :a ' /* \" */ $$ */ ?",
                "select ?::text",
                "select a->?, b::text, c[1:2], c[n:m], c[: n], c[:2]",
                "select a[?:n]",
                "select @x := ?",
                "call f(a := ?)",
                "select 1:2, ?",
                "select ? ; ",
                "select '{}'::jsonb ?? 'a', '{}' ??| ?, x ??& y",
                "select f(:) , ?",
            })
    void leavesEverythingButPlaceholdersAlone(String sql) {
        var text = SqlText.parse(sql);
        assertThat(text.isNamed()).isFalse();
        assertThat(text.parameterCount()).isOne();
        assertThat(text.render(DOUBLED_FOR_OPERATORS).sql()).isSameAs(sql);
        assertThat(text.render(PLACEHOLDERS_ONLY)).isSameAs(text.render(DOUBLED_FOR_OPERATORS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '~',
            value = {
                "select :a                        ¦ select ?                        ¦ a",
                "select :a, :b, :a                ¦ select ?, ?, ?                  ¦ a b a",
                "select :a::text, b::int          ¦ select ?::text, b::int          ¦ a",
                "select x=:a and y<:b             ¦ select x=? and y<?              ¦ a b",
                "select (:a),:b_1                 ¦ select (?),?                    ¦ a b_1",
                "select array[:a, :b]             ¦ select array[?, ?]              ¦ a b",
                "select x[1:n], x[:i], x[f(1):n]  ¦ select x[1:n], x[?], x[f(1):n]  ¦ i",
                "select x[:a : :b]                ¦ select x[? : ?]                 ¦ a b",
                "select x[case when y then :a end] ¦ select x[case when y then ? end] ¦ a",
                "select :größe                    ¦ select ?                        ¦ größe",
                "select ':a', \":b\", :c          ¦ select ':a', \":b\", ?          ¦ c",
                "select @v := :a                  ¦ select @v := ?                  ¦ a",
                "limit:a                          ¦ limit ?                         ¦ a",
                "select :a:b                      ¦ select ? ?                      ¦ a b",
                "select :a?'k'                    ¦ select ? ??'k'                  ¦ a",
                "select :a??'k'                   ¦ select ? ??'k'                  ¦ a",
                "select x ?:a                     ¦ select x ?? ?                   ¦ a",
                "select x[:a:n]                   ¦ select x[?:n]                   ¦ a",
                "select x ? 'k' and y = :a        ¦ select x ?? 'k' and y = ?       ¦ a",
                "select x ?| array['k'], :a       ¦ select x ??| array['k'], ?      ¦ a",
                "select x?&:a                     ¦ select x??&?                    ¦ a",
                "select x @? '$.a' and y = :a     ¦ select x @?? '$.a' and y = ?    ¦ a",
                "select x ?? 'k' and y = :a       ¦ select x ?? 'k' and y = ?       ¦ a",
                "select x ? :a                    ¦ select x ?? ?                   ¦ a",
                "select :a ? :b                   ¦ select ? ?? ?                   ¦ a b",
                "select (x)::jsonb ? 'k', :a      ¦ select (x)::jsonb ?? 'k', ?     ¦ a",
                "select ?- lseg(:a)               ¦ select ??- lseg(?)              ¦ a",
                "select ?| x, :a                  ¦ select ??| x, ?                 ¦ a",
            })
    void putsQuestionMarksForNames(String sql, String jdbc, String names) {
        var text = SqlText.parse(sql);
        var rendered = text.render(DOUBLED_FOR_OPERATORS);
        assertThat(rendered.sql()).isEqualTo(jdbc);
        assertThat(IntStream.rangeClosed(1, rendered.count())
                        .mapToObj(index -> text.names().get(rendered.parameter(index))))
                .containsExactly(names.split(" "));
        assertThat(IntStream.rangeClosed(1, rendered.count()).map(rendered::element))
                .containsOnly(JdbcText.WHOLE_VALUE);
    }

    @Test
    void aNameUsedTwiceIsOneParameter() {
        var text = SqlText.parse("select :b, :a, :b");
        assertThat(text.names()).containsExactly("b", "a");
        assertThat(text.parameterCount()).isEqualTo(2);
    }

    @Test
    void rendersToTheSameObjectEachTime() {
        var text = SqlText.parse("select :a");
        assertThat(text.render(DOUBLED_FOR_OPERATORS)).isSameAs(text.render(DOUBLED_FOR_OPERATORS));
        assertThat(text.render(DOUBLED_FOR_OPERATORS, new int[] {SqlText.NO_LIST}))
                .isSameAs(text.render(DOUBLED_FOR_OPERATORS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select ? where x in (?)              | -1 1 | select ? where x in (?)                        | 0 1     | -1 0",
                "select ? where x in (?)              | -1 2 | select ? where x in (?, ?)                     | 0 1 1   | -1 0 1",
                "select ? where x in (?)              | -1 3 | select ? where x in (?, ?, ?, ?)               | 0 1 1 1 1 | -1 0 1 2 2",
                "select x IN(:a) or y not in ( :a )   | 2    | select x IN(?, ?) or y not in ( ?, ? )         | 0 0 0 0 | 0 1 0 1",
                "select x in (:a, :b, 7)              | -1 2 | select x in (?, ?, ?, 7)                       | 0 1 1   | -1 0 1",
                "select x ? 'k', y in (:a /* in */)   | 2    | select x ?? 'k', y in (?, ? /* in */)          | 0 0     | 0 1",
                "select x in (f(y), :a)               | 2    | select x in (f(y), ?, ?)                       | 0 0     | 0 1",
                "select x in (select y in (:a))       | 2    | select x in (select y in (?, ?))               | 0 0     | 0 1",
            })
    void writesAListAsManyQuestionMarks(String sql, String sizes, String jdbc, String parameters, String elements) {
        var rendered = SqlText.parse(sql).render(DOUBLED_FOR_OPERATORS, numbers(sizes));
        assertThat(rendered.sql()).isEqualTo(jdbc);
        assertThat(IntStream.rangeClosed(1, rendered.count())
                        .map(rendered::parameter)
                        .toArray())
                .isEqualTo(numbers(parameters));
        assertThat(IntStream.rangeClosed(1, rendered.count())
                        .map(rendered::element)
                        .toArray())
                .isEqualTo(numbers(elements));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "select = ?            | 1:10 | = ANY(?)",
                "select x = :a         | 1:12 | = ANY(:a)",
                "select x in ((:a))    | 1:15 | IN (:a)",
                "select x in (:a::int) | 1:14 | IN (:a)",
                "select x in (1 + :a)  | 1:18 | IN (:a)",
                "select x in (f(:a))   | 1:16 | IN (:a)",
                "select x in [:a]      | 1:14 | IN (:a)",
                "select \"in\" (:a)    | 1:14 | IN (:a)",
                "select x in (select y, :a, z) | 1:24 | IN (:a)",
            })
    void refusesAListElsewhere(String sql, String place, String mend) {
        var text = SqlText.parse(sql);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> text.render(DOUBLED_FOR_OPERATORS, new int[] {2}))
                .withMessageContainingAll("SQL text at " + place + ": a list", "parameter", mend);
    }

    @Test
    void refusesAnEmptyList() {
        var text = SqlText.parse("select x in\n (:ids)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> text.render(DOUBLED_FOR_OPERATORS, new int[] {0}))
                .withMessage("SQL text at 2:3: the list for parameter :ids is empty, and IN () is no SQL; leave the"
                        + " statement out, or use = ANY(:ids) with an array, which may be empty");
    }

    @Test
    void refusesAnotherNumberOfListSizes() {
        var text = SqlText.parse("select x in (?)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> text.render(DOUBLED_FOR_OPERATORS, new int[2]))
                .withMessage("2 list sizes for a text with 1 parameters; give one for each");
    }

    @Test
    void doesNotPadOverTheLimitAndRefusesMore() {
        var text = SqlText.parse("select ? + x in (?)");
        var rendered = text.render(DOUBLED_FOR_OPERATORS, new int[] {SqlText.NO_LIST, 65_534});
        assertThat(rendered.count()).isEqualTo(65_535);
        assertThat(rendered.element(65_535)).isEqualTo(65_533);
        assertThat(text.render(DOUBLED_FOR_OPERATORS, new int[] {SqlText.NO_LIST, 30_000})
                        .count())
                .isEqualTo(32_769);
        for (int size : List.of(65_535, Integer.MAX_VALUE)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> text.render(DOUBLED_FOR_OPERATORS, new int[] {SqlText.NO_LIST, size}))
                    .withMessage("SQL text at 1:18: more than 65535 values (" + (size + 1L)
                            + " up to here); use = ANY(..) with an array, or several statements");
        }
    }

    @Test
    void refusesMorePlaceholdersThanTheProtocolHas() {
        assertThat(SqlText.parse("select " + "?,".repeat(65_535) + "1").parameterCount())
                .isEqualTo(65_535);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlText.parse("select " + "?,".repeat(65_536) + "1"))
                .withMessageStartingWith("SQL text at 1:131078: more than 65535 values (65536 up to here)");
    }

    @Test
    void refusesAnOperatorThatTheDriverCannotBeSent() {
        var text = SqlText.parse("select x ? 'k', :a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> text.render(PLACEHOLDERS_ONLY))
                .withMessage("SQL text at 1:10: a ? that is no named parameter, and the driver takes each ? for a"
                        + " placeholder; use :name, or a function in place of the operator");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "select 'a                   | 1:8  | the string that begins here never ends; close it with '",
                "select 'a''                 | 1:8  | the string that begins here never ends; close it with '",
                "select e'a\\'               | 1:8  | the string that begins here never ends; close it with ' (in E'..'",
                "select E'a\\                | 1:8  | the string that begins here never ends",
                "select ~~ \"a               | 1:11 | the quoted name that begins here never ends; close it with \"",
                "select `a                   | 1:8  | the quoted name that begins here never ends; close it with `",
                "select $b$ $$ $c$           | 1:8  | the dollar quote that begins here never ends; close it with $b$",
                "select /* /* */             | 1:8  | the comment that begins here never ends; close it with */",
                "select ?, :a                | 1:8  | a ? placeholder beside the named parameter :a at 1:11; use one style",
                "select x = ? and y = :a     | 1:12 | beside the named parameter",
                "select x=? and y = :a       | 1:10 | beside the named parameter",
                "select :a limit ?           | 1:17 | beside the named parameter",
                "select :a where ? = 1       | 1:17 | beside the named parameter",
                "select :a, f(?)             | 1:14 | beside the named parameter",
                "select :a, ?::int           | 1:12 | beside the named parameter",
                "select x between ? and :a   | 1:18 | beside the named parameter",
                "select x > 5 ? ; select :a  | 1:14 | beside the named parameter",
            })
    void refusesWithPlaceRuleAndMend(String sql, String place, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlText.parse(sql))
                .withMessageStartingWith("SQL text at " + place + ": ")
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n\t", "-- only this", "/* or\n /* this */ */ ;", " ; ; "})
    void refusesATextWithoutAStatement(String sql) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlText.parse(sql))
                .withMessage("SQL text at 1:1: no statement, only blanks and comments; give one");
    }

    @Test
    void refusesATextOverTheLimit() {
        var most = "select 1" + " ".repeat(SqlText.MAX_CHARS - 8);
        assertThat(SqlText.parse(most).sql()).isSameAs(most);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlText.parse(most + " "))
                .withMessage(
                        "SQL text of 1048577 characters, of at most 1048576; send data as parameters, or in several"
                                + " statements");
    }

    @Test
    void refusesNul() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlText.parse("select 'a\0'"))
                .withMessageStartingWith("SQL text at 1:10: the character NUL");
    }

    @ParameterizedTest
    @CsvSource({"'\n'", "'\r\n'", "'\r'"})
    void countsLinesByAnyLineEndAndColumnsByCharacter(String lineEnd) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlText.parse("select" + lineEnd + "'\uD83D\uDE00', 'a"))
                .withMessageStartingWith("SQL text at 2:6: ");
    }

    @Test
    void describesAParameterByItsFirstUse() {
        var named = SqlText.parse("select :a,\n  :b, :a");
        assertThat(named.describe(0)).isEqualTo(":a at 1:8");
        assertThat(named.describe(1)).isEqualTo(":b at 2:3");
        assertThat(SqlText.parse("select ?, ?").describe(1)).isEqualTo("2 at 1:11");
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    @Test
    void wideBlanksAreLettersAsInPostgres() {
        assertThat(SqlText.parse("SELECT $\u2003$ :no $\u2003$, :yes").names()).containsExactly("yes");
        assertThat(SqlText.parse("SELECT 1 AS \u2003E'\\', :yes, ''").names()).containsExactly("yes");
    }

    @Test
    void saysWhichParametersMayBeLists() {
        var text = SqlText.parse("SELECT 1 WHERE a IN (?) AND b = ANY(?)");
        assertThat(text.takesList(0)).isTrue();
        assertThat(text.takesList(1)).isFalse();
        assertThat(SqlText.parse("SELECT :x WHERE a IN (:x)").takesList(0)).isTrue();
    }
}
