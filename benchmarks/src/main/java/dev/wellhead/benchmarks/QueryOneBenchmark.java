// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.Table;
import dev.wellhead.pool.PoolConfig;
import java.sql.SQLException;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * One row by its id, made a record: by hand over JDBC, by Wellhead, by Jdbi and by Spring's JdbcClient, all over the same
 * Wellhead data source and a driver that does nothing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QueryOneBenchmark {
    private static final Table<Visitor> VISITORS =
            Table.of("visitor", Visitor.class).id("id");

    private final DatabaseManager manager = DatabaseManager.builder()
            .database(DatabaseConfig.of(PoolConfig.builder()
                    .name("noop")
                    .jdbcUrl(NoopDriver.URL)
                    .minIdle(1)
                    .maxSize(4)
                    .build()))
            .open();
    private final Database database = manager.database("noop");
    private final Jdbi jdbi = Jdbi.create(database.dataSource())
            .registerRowMapper(ConstructorMapper.factory(Visitor.class))
            .registerRowMapper(ConstructorMapper.factory(Visitor.Spelled.class));
    private final JdbcClient spring = JdbcClient.create(database.dataSource());
    private long id = Visitor.ANSWER.id();

    /** Ends the pool. */
    @TearDown
    public void close() {
        manager.close();
    }

    /** What all others are compared with. */
    @Benchmark
    public Visitor plainJdbc() throws SQLException {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.prepareStatement(Visitor.SELECT)) {
            statement.setLong(1, id);
            try (var row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new NoSuchElementException("no visitor");
                }
                return new Visitor(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getInt(4),
                        row.getBoolean(5),
                        row.getBigDecimal(6));
            }
        }
    }

    /** A question mark. */
    @Benchmark
    public Visitor wellhead() {
        return database.queryOne("visitor", Visitor.class, Visitor.SELECT, id).orElseThrow();
    }

    /** By id, without SQL. */
    @Benchmark
    public Visitor wellheadFind() {
        return database.find(VISITORS, id).orElseThrow();
    }

    /** A name. */
    @Benchmark
    public Visitor wellheadNamed() {
        return database.queryOne("visitor", Visitor.class, Visitor.SELECT_NAMED, Map.of("id", id))
                .orElseThrow();
    }

    /** Columns in snake_case. */
    @Benchmark
    public Visitor.Spelled wellheadSnakeCase() {
        return database.queryOne("visitor", Visitor.Spelled.class, Visitor.Spelled.SELECT, id)
                .orElseThrow();
    }

    /** A question mark. */
    @Benchmark
    public Visitor jdbi() {
        return jdbi.withHandle(handle -> handle.createQuery(Visitor.SELECT)
                .bind(0, id)
                .mapTo(Visitor.class)
                .one());
    }

    /** A name. */
    @Benchmark
    public Visitor jdbiNamed() {
        return jdbi.withHandle(handle -> handle.createQuery(Visitor.SELECT_NAMED)
                .bind("id", id)
                .mapTo(Visitor.class)
                .one());
    }

    /** Columns in snake_case. */
    @Benchmark
    public Visitor.Spelled jdbiSnakeCase() {
        return jdbi.withHandle(handle -> handle.createQuery(Visitor.Spelled.SELECT)
                .bind(0, id)
                .mapTo(Visitor.Spelled.class)
                .one());
    }

    /** A question mark. */
    @Benchmark
    public Visitor spring() {
        return spring.sql(Visitor.SELECT).param(id).query(Visitor.class).single();
    }

    /** A name. */
    @Benchmark
    public Visitor springNamed() {
        return spring.sql(Visitor.SELECT_NAMED)
                .param("id", id)
                .query(Visitor.class)
                .single();
    }

    /** Columns in snake_case. */
    @Benchmark
    public Visitor.Spelled springSnakeCase() {
        return spring.sql(Visitor.Spelled.SELECT)
                .param(id)
                .query(Visitor.Spelled.class)
                .single();
    }
}
