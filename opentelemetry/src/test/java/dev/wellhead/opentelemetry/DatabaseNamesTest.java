// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.PoolConfig;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseNamesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            jdbc:postgresql://db.example:5433/shop?ssl=true   | {db.namespace=shop, db.system.name=postgresql, server.address=db.example, server.port=5433}
            jdbc:postgresql://[::1]:5432/shop                 | {db.namespace=shop, db.system.name=postgresql, server.address=::1, server.port=5432}
            jdbc:postgresql://db1,db2:5432/shop               | {db.namespace=shop, db.system.name=postgresql}
            jdbc:postgresql:shop                              | {db.system.name=postgresql}
            jdbc:mysql://db/shop                              | {db.namespace=shop, db.system.name=mysql, server.address=db}
            jdbc:mariadb:sequential://db:3306/                | {db.system.name=mariadb, server.address=db, server.port=3306}
            jdbc:mysql://ada:secret@db/shop                   | {db.namespace=shop, db.system.name=mysql, server.address=db}
            jdbc:mysql://ada:se/cret@db/shop                  | {db.namespace=shop, db.system.name=mysql, server.address=db}
            jdbc:sqlserver://db:1433;databaseName=shop        | {db.system.name=microsoft.sql_server, server.address=db, server.port=1433}
            jdbc:oracle:thin:@//db:1521/shop                  | {db.namespace=shop, db.system.name=oracle.db, server.address=db, server.port=1521}
            jdbc:h2:mem:shop                                  | {db.system.name=h2database}
            jdbc:h2:tcp://db:9092/~/shop                      | {db.namespace=~/shop, db.system.name=h2database, server.address=db, server.port=9092}
            jdbc:sqlite:/data/shop.db                         | {db.system.name=sqlite}
            jdbc:other://db/shop                              | {db.namespace=shop, db.system.name=other_sql, server.address=db}
            jdbc:postgresql://db:99999999/shop                | {db.namespace=shop, db.system.name=postgresql}
            """)
    void urlSaysWhichDatabase(String url, String attributes) {
        var names = new TreeMap<String, Object>();
        DatabaseNames.of(PoolConfig.builder().jdbcUrl(url).build())
                .forEach((key, value) -> names.put(key.getKey(), value));
        assertThat(names).hasToString(attributes);
    }
}
