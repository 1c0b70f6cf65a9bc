// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlSummaryTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT 1                                                          | SELECT
            select * from orders where id = ?                                 | SELECT orders
            SELECT a.x FROM shop.orders a JOIN "Customers" b USING (id)       | SELECT shop.orders "Customers"
            SELECT * FROM a, b AS c, d LEFT JOIN e ON a.id = e.id WHERE x = 1 | SELECT a b d e
            SELECT * FROM (SELECT id FROM songs) s, artists                   | SELECT SELECT songs artists
            SELECT * FROM a WHERE id IN (SELECT id FROM b) ORDER BY x, y      | SELECT a SELECT b
            SELECT a FROM x UNION ALL SELECT b FROM y                         | SELECT x SELECT y
            SELECT extract(day FROM t), trim(both FROM n) FROM logs           | SELECT logs
            SELECT x IS DISTINCT FROM y FROM logs                             | SELECT logs
            SELECT n FROM generate_series(1, 10) n JOIN LATERAL f(n) ON true  | SELECT
            SELECT * FROM ONLY logs FOR UPDATE                                | SELECT logs
            SELECT 'FROM secrets' FROM logs -- FROM more                      | SELECT logs
            INSERT INTO orders(a, b) VALUES (?, ?), (?, ?)                    | INSERT orders
            INSERT INTO orders (a) SELECT a FROM old.orders                   | INSERT orders SELECT old.orders
            INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET n = 2     | INSERT t
            UPDATE ONLY orders SET a = (SELECT max(a) FROM b) WHERE id = 1    | UPDATE orders SELECT b
            UPDATE orders o SET a = c.a FROM customers c WHERE c.id = o.id    | UPDATE orders customers
            DELETE FROM orders USING customers c WHERE c.id = orders.id       | DELETE orders customers
            MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET x = 1 | MERGE a b
            WITH x AS (SELECT * FROM a), y AS (SELECT * FROM x) SELECT * FROM y JOIN b ON true | SELECT a SELECT SELECT b
            WITH moved AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM moved | DELETE a INSERT b SELECT
            WITH RECURSIVE t(n) AS (VALUES (1)) SELECT n FROM t               | VALUES SELECT
            CREATE TABLE IF NOT EXISTS a.b (id int)                           | CREATE a.b
            DROP TABLE a                                                      | DROP a
            TRUNCATE TABLE a                                                  | TRUNCATE a
            CALL settle(1)                                                    | CALL settle
            COMMIT                                                            | COMMIT
            BEGIN; UPDATE a SET x = 1; COMMIT;                                | BEGIN; UPDATE a; COMMIT
            """)
    void namesWhatIsDoneToWhichTables(String sql, String summary) {
        assertThat(SqlSummary.of(sql).text()).isEqualTo(summary);
    }

    @Test
    void operationIsThatOfTheMainStatementAndTheTableTheOnlyOne() {
        assertThat(SqlSummary.of("with x as (select 1 from a) delete from b where id in (select * from x)"))
                .isEqualTo(new SqlSummary("DELETE", "", "SELECT a DELETE b SELECT"));
        assertThat(SqlSummary.of("SELECT * FROM a JOIN a ON true"))
                .isEqualTo(new SqlSummary("SELECT", "a", "SELECT a a"));
        assertThat(SqlSummary.of("")).isEqualTo(new SqlSummary("", "", ""));
        assertThat(SqlSummary.of(" ?, 'x' ;")).isEqualTo(new SqlSummary("", "", ""));
        assertThat(SqlSummary.of("SELECT * FROM a WHERE b = 'never ends"))
                .isEqualTo(new SqlSummary("SELECT", "a", "SELECT a"));
    }

    @Test
    void isBoundedAndLinear() {
        var names = "SELECT * FROM " + "t, ".repeat(200_000) + "t";
        assertThat(SqlSummary.of(names).text()).hasSize(SqlSummary.LONGEST);
        var deep = "(".repeat(200_000) + "SELECT * FROM a" + ")".repeat(200_000);
        assertThat(SqlSummary.of(deep).text()).isEqualTo("SELECT a");
    }

    @Test
    void anyTextHasASummary() {
        var random = new Random(7);
        var pieces = new String[] {
            "SELECT", "FROM", "a", "(", ")", ",", ";", "WITH", "AS", "UPDATE", ".", "'x'", "INTO", "JOIN", "\"q", "--",
            "/*", "?", " "
        };
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]).append(random.nextBoolean() ? " " : "");
            }
            assertThat(SqlSummary.of(text.toString()).text().length()).isLessThanOrEqualTo(SqlSummary.LONGEST);
        }
    }
}
