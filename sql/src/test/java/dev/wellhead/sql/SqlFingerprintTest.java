// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlFingerprintTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "SELECT 1|select 2",
                "SELECT * FROM t WHERE a = 'x'|select * from T where A='it''s y'",
                "SELECT * FROM t WHERE a = ?|SELECT * FROM t WHERE a = :name",
                "SELECT * FROM t WHERE a = $1|SELECT * FROM t WHERE a = 12.5e3",
                "SELECT a FROM t WHERE b IN (1)|SELECT a FROM t WHERE b IN (?, ?, -3, NULL, ?)",
                "SELECT ARRAY[1,2]|SELECT ARRAY[1, 2, 3]",
                "INSERT INTO t VALUES (1, 'a'), (2, 'b')|INSERT INTO t VALUES (?, ?), (?, ?), (?, ?)",
                "SELECT 1 -- why|/* who */ SELECT 7;",
                "SELECT $$a$$, E'\\n'|SELECT 'b', 3",
                "UPDATE t SET a=1;|update t set a = 2 ; ;"
            })
    void sameKindHasTheSameId(String one, String other) {
        assertThat(SqlFingerprint.of(one).id())
                .isEqualTo(SqlFingerprint.of(other).id());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "SELECT a|SELECT b",
                "SELECT ab|SELECT a b",
                "SELECT f(1)|SELECT f(1, 2)",
                "SELECT a FROM t WHERE b IN (1)|SELECT a FROM t WHERE b IN (SELECT 1)",
                "INSERT INTO t VALUES (1)|INSERT INTO t VALUES (1), (2)",
                "INSERT INTO t VALUES (1, 2)|INSERT INTO t VALUES (1)",
                "SELECT 1 WHERE a = 1|SELECT 1 WHERE a > 1"
            })
    void anotherKindHasAnotherId(String one, String other) {
        assertThat(SqlFingerprint.of(one).id())
                .isNotEqualTo(SqlFingerprint.of(other).id());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "SELECT  *\tFROM users WHERE name='bob' AND age>3|SELECT * FROM users WHERE name=? AND age>?",
                "SELECT a FROM t WHERE b IN (1, 2) AND c = 3|SELECT a FROM t WHERE b IN (...) AND c = ?",
                "INSERT INTO t VALUES (1, lower('a'))|INSERT INTO t VALUES (?, lower(?))",
                "INSERT INTO t VALUES (1, 2), (3, 4) RETURNING id|INSERT INTO t VALUES (?, ?), ... RETURNING id",
                "SELECT 'secret', 'never ends|SELECT ?, ..."
            })
    void textShowsNoValues(String sql, String text) {
        assertThat(SqlFingerprint.of(sql).text()).isEqualTo(text);
    }

    @Test
    void longTextsAreCutWhereTheyAreShownAndCountedWhole() {
        var columns = "a_column, ".repeat(1_000);

        var one = SqlFingerprint.of("SELECT " + columns + "b FROM t");
        var other = SqlFingerprint.of("SELECT " + columns + "c FROM t");

        assertThat(one.text()).hasSize(SqlFingerprint.LONGEST).isEqualTo(other.text());
        assertThat(one.id()).isNotEqualTo(other.id());
    }

    @Test
    void idIsReadAsItIsShown() {
        var fingerprint = SqlFingerprint.of("SELECT 1");

        assertThat(fingerprint.idText()).matches("[0-9a-f]{16}");
        assertThat(SqlFingerprint.idOf(fingerprint.idText())).isEqualTo(fingerprint.id());
        assertThatThrownBy(() -> SqlFingerprint.idOf("select"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16 hexadecimal digits");
    }

    @Test
    void idStaysTheSameInEveryVersion() {
        // Kept by others: dashboards, tickets.
        assertThat(SqlFingerprint.of("SELECT * FROM t WHERE id = ?").idText())
                .isEqualTo(SqlFingerprint.of("select * from T where ID=42").idText())
                .isEqualTo("606d9cfffe8a7523");
    }
}
