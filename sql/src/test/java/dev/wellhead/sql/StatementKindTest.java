// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementKindTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "  -- a comment\n select id, name from orders where id = ? ;",
                "(SELECT a FROM x) UNION ALL (SELECT b FROM y)",
                "VALUES (1, 2), (3, 4)",
                "TABLE orders",
                "WITH t(a, b) AS (SELECT 1, 2) SELECT * FROM t",
                "WITH \"T\"(c) AS (SELECT 3) SELECT * FROM \"T\"",
                "WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 9) SELECT sum(n) FROM t",
                "SELECT count(*), coalesce(max(x), 0), lower(y) FROM t WHERE z IN (:ids) AND NOT (a OR b)",
                "SELECT CAST(x AS varchar(10)), y::numeric(10, 2), now() FROM t",
                "SELECT 'DELETE FROM x; DROP TABLE y' AS \"update\", $$ nextval('s') $$ /* INTO z */",
                "SELECT row_number() OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
                "SELECT replace(name, 'a', 'b') FROM t",
                "SELECT (payload ->> 'a')::int FROM t WHERE EXISTS (SELECT 1) AND x = ANY(?)",
                "SELECT pg_sleep(1)"
            })
    void reads(String sql) {
        assertThat(SqlText.parse(sql).kind()).isEqualTo(StatementKind.READ);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES (1)",
                "update t set x = 1",
                "DELETE FROM t",
                "MERGE INTO t USING s ON (t.id = s.id) WHEN MATCHED THEN DELETE",
                "SELECT * FROM t FOR UPDATE",
                "SELECT * FROM t FOR NO KEY UPDATE SKIP LOCKED",
                "SELECT * FROM t FOR SHARE",
                "SELECT * FROM t LOCK IN SHARE MODE",
                "SELECT * INTO copy FROM t",
                "SELECT x FROM t INTO OUTFILE '/tmp/x'",
                "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
                "SELECT nextval('s')",
                "SELECT setval('s', 1)",
                "SELECT transfer_money(1, 2, 100)",
                "SELECT pg_catalog.set_config('a.b', 'c', false)",
                "SELECT mine.count(1)",
                "SELECT \"count\"(1)",
                "SELECT * FROM pg_advisory_lock(7)",
                "SELECT lower(x), evil () FROM t",
                "SELECT a.lower(x) FROM t"
            })
    void mayWriteAllOrNothing(String sql) {
        assertThat(SqlText.parse(sql).kind()).isEqualTo(StatementKind.WRITE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1; SELECT 2",
                "SELECT 1; DELETE FROM t",
                "UPDATE t SET x = 1; UPDATE u SET x = 1",
                "CALL transfer(1, 2)",
                "DO $$ BEGIN COMMIT; END $$",
                "CREATE TABLE t (id int)",
                "VACUUM",
                "SET search_path = x",
                "BEGIN",
                "EXPLAIN ANALYZE DELETE FROM t",
                "SELECT /*! nextval('s') */ 1",
                "SELECT '\\'' , evil() , '''",
                "SELECT 1 # ' \n , evil() # '",
                "SELECT @a := 1"
            })
    void anythingElse(String sql) {
        assertThat(SqlText.parse(sql).kind()).isEqualTo(StatementKind.OTHER);
    }
}
