// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlLiteralsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SELECT 42 | SELECT ?",
                "SELECT * FROM t WHERE a = 'x''y' AND b IN (1, 2.5e3) | SELECT * FROM t WHERE a = ? AND b IN (?, ?)",
                "UPDATE t SET a = $$secret$$, b = E'\\'s' WHERE c1 = :name | UPDATE t SET a = ?, b = ? WHERE c1 = :name",
                "SELECT \"col 1\" FROM t2 -- secret | SELECT \"col 1\" FROM t2",
                "SELECT /* secret */ a::int  ,  b[1] FROM t | SELECT a::int , b[?] FROM t",
                "SELECT 'secret that never en | SELECT ...",
                "SELECT 1 /* secret that never en | SELECT ? ...",
            })
    void showsNoValues(String sql, String shown) {
        assertThat(SqlLiterals.hide(sql)).isEqualTo(shown);
    }

    @Test
    void showsOneLine() {
        assertThat(SqlLiterals.hide("\n  SELECT a\n\t FROM t;\n")).isEqualTo("SELECT a FROM t;");
    }

    @Test
    void emptyStaysEmpty() {
        assertThat(SqlLiterals.hide("")).isEmpty();
    }
}
