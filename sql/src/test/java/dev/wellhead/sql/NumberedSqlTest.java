// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberedSqlTest {

    @Test
    void numbersQuestionMarksAndLeavesThoseInStringsAndNames() {
        assertThat(NumberedSql.of("SELECT * FROM t WHERE a=? AND b = '?' AND \"c?\" ?? ? -- why?\n AND d IN (?,?);"))
                .hasValue("SELECT * FROM t WHERE a=$1 AND b = '?' AND \"c?\" ? $2 AND d IN ($3,$4)");
        assertThat(NumberedSql.of("with x as (select 1) select * from x"))
                .hasValue("with x as (select 1) select * from x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1; DROP TABLE t",
                "SELECT 1;;SELECT 2",
                "DROP TABLE t",
                "ANALYZE SELECT 1",
                "(ANALYZE) SELECT 1",
                "; SELECT 1",
                "SELECT 'open",
                "/* SELECT",
                ""
            })
    void refusesWhatIsNotOneSingleStatementWithAPlan(String sql) {
        assertThat(NumberedSql.of(sql)).isEmpty();
    }
}
