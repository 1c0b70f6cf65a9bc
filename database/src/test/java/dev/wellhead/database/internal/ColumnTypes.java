// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each type of column, as text and in the binary form that the driver turns to after some executions. */
abstract class ColumnTypes {

    enum Mood {
        HAPPY,
        SAD
    }

    record Lists(List<String> texts, Set<Integer> numbers, Collection<Mood> moods, List<Instant> times) {}

    final Rows rows;

    ColumnTypes(Rows rows) {
        this.rows = rows;
    }

    @AfterEach
    void close() throws SQLException {
        rows.close();
    }

    @Test
    void integers() throws SQLException {
        assertThat(rows.one(int.class, "SELECT 7::smallint")).isEqualTo(7);
        assertThat(rows.one(int.class, "SELECT 0")).isZero();
        assertThat(rows.one(int.class, "SELECT 7::bigint")).isEqualTo(7);
        assertThat(rows.one(long.class, "SELECT 7")).isEqualTo(7L);
        assertThat(rows.one(Long.class, "SELECT 9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(rows.one(long.class, "SELECT count(*) FROM (VALUES (1), (2)) t"))
                .isEqualTo(2L);
        assertThat(rows.one(short.class, "SELECT 32767")).isEqualTo(Short.MAX_VALUE);
        assertThat(rows.one(byte.class, "SELECT -128")).isEqualTo(Byte.MIN_VALUE);
        assertThat(rows.one(BigInteger.class, "SELECT 12")).isEqualTo(BigInteger.valueOf(12));
    }

    @Test
    void decimalsAndFloats() throws SQLException {
        assertThat(rows.one(BigDecimal.class, "SELECT 1.50::numeric")).isEqualTo(new BigDecimal("1.50"));
        assertThat(rows.one(BigDecimal.class, "SELECT 12")).isEqualTo(new BigDecimal(12));
        assertThat(rows.one(BigInteger.class, "SELECT 98765432109876543210::numeric"))
                .isEqualTo(new BigInteger("98765432109876543210"));
        assertThat(rows.one(long.class, "SELECT sum(x) FROM (VALUES (1::bigint), (2)) t(x)"))
                .isEqualTo(3L);
        assertThat(rows.one(int.class, "SELECT 3.00::numeric")).isEqualTo(3);
        assertThat(rows.one(short.class, "SELECT 3::numeric")).isEqualTo((short) 3);
        assertThat(rows.one(byte.class, "SELECT 3::numeric")).isEqualTo((byte) 3);
        assertThat(rows.one(double.class, "SELECT avg(x) FROM (VALUES (1), (2)) t(x)"))
                .isEqualTo(1.5);
        assertThat(rows.one(double.class, "SELECT 1.5::real")).isEqualTo(1.5);
        assertThat(rows.one(double.class, "SELECT 'NaN'::float8")).isNaN();
        assertThat(rows.one(double.class, "SELECT 4::bigint")).isEqualTo(4.0);
        assertThat(rows.one(float.class, "SELECT 1.5::real")).isEqualTo(1.5f);
        assertThat(rows.one(float.class, "SELECT 4")).isEqualTo(4f);
    }

    @Test
    void booleans() throws SQLException {
        assertThat(rows.one(boolean.class, "SELECT true")).isTrue();
        assertThat(rows.one(Boolean.class, "SELECT false")).isFalse();
        assertThat(rows.one(boolean.class, "SELECT 1")).isTrue();
        assertThat(rows.one(boolean.class, "SELECT 0::numeric")).isFalse();
    }

    @Test
    void texts() throws SQLException {
        rows.execute("CREATE TYPE mood AS ENUM ('HAPPY', 'SAD')");
        assertThat(rows.one(String.class, "SELECT 'x'::text")).isEqualTo("x");
        assertThat(rows.one(String.class, "SELECT ''::varchar")).isEmpty();
        assertThat(rows.one(String.class, "SELECT '{\"a\": 1}'::jsonb")).isEqualTo("{\"a\": 1}");
        assertThat(rows.one(String.class, "SELECT '{\"a\":1}'::json")).isEqualTo("{\"a\":1}");
        assertThat(rows.one(String.class, "SELECT interval '1 mon'")).isEqualTo("1 mon");
        assertThat(rows.one(String.class, "SELECT 12")).isEqualTo("12");
        assertThat(rows.one(String.class, "SELECT 'SAD'::mood")).isEqualTo("SAD");
        assertThat(rows.one(char.class, "SELECT 'x'::char(1)")).isEqualTo('x');
        assertThat(rows.one(Mood.class, "SELECT 'HAPPY'")).isEqualTo(Mood.HAPPY);
        assertThat(rows.one(Mood.class, "SELECT 'SAD'::mood")).isEqualTo(Mood.SAD);
        assertThat(rows.one(byte[].class, "SELECT '\\x0102'::bytea")).containsExactly(1, 2);
    }

    @Test
    void uuids() throws SQLException {
        var id = UUID.fromString("0b0e0c6e-3b0a-4b53-9d6e-3f0f6f3f0f6f");
        assertThat(rows.one(UUID.class, "SELECT '" + id + "'::uuid")).isEqualTo(id);
        assertThat(rows.one(UUID.class, "SELECT '" + id + "'::text")).isEqualTo(id);
        assertThat(rows.one(String.class, "SELECT '" + id + "'::uuid")).isEqualTo(id.toString());
    }

    @Test
    void times() throws SQLException {
        var point = "SELECT '2026-03-29 02:30:00.123456+00'::timestamptz";
        assertThat(rows.one(Instant.class, point)).isEqualTo(Instant.parse("2026-03-29T02:30:00.123456Z"));
        assertThat(rows.one(OffsetDateTime.class, point))
                .isEqualTo(OffsetDateTime.parse("2026-03-29T02:30:00.123456Z"));
        assertThat(rows.one(ZonedDateTime.class, point)).isEqualTo(ZonedDateTime.parse("2026-03-29T02:30:00.123456Z"));
        assertThat(rows.one(LocalDateTime.class, "SELECT '2026-03-29 02:30'::timestamp"))
                .isEqualTo("2026-03-29T02:30");
        assertThat(rows.one(LocalDate.class, "SELECT '2026-03-29'::date")).isEqualTo("2026-03-29");
        assertThat(rows.one(LocalTime.class, "SELECT '12:34:56.5'::time")).isEqualTo("12:34:56.5");
        assertThat(rows.one(OffsetTime.class, "SELECT '12:34+02'::timetz")).isEqualTo(OffsetTime.parse("12:34+02:00"));
    }

    @Test
    void intervals() throws SQLException {
        assertThat(rows.one(Duration.class, "SELECT interval '2 days 03:04:05.000006'"))
                .isEqualTo(Duration.parse("P2DT3H4M5.000006S"));
        assertThat(rows.one(Duration.class, "SELECT interval '1 day -00:00:01.5'"))
                .isEqualTo(Duration.parse("PT23H59M58.5S"));
        assertThat(rows.one(Duration.class, "SELECT interval '0'")).isEqualTo(Duration.ZERO);
        assertThat(rows.one(Duration.class, "SELECT interval '-3 days'")).isEqualTo(Duration.ofDays(-3));
        rows.execute("SET intervalstyle = 'iso_8601'");
        assertThat(rows.one(Duration.class, "SELECT interval '2 days 03:04:05.000006'"))
                .isEqualTo(Duration.parse("P2DT3H4M5.000006S"));
    }

    @Test
    void arrays() throws SQLException {
        assertThat(rows.one(String[].class, "SELECT ARRAY['a', NULL]")).containsExactly("a", null);
        assertThat(rows.one(int[].class, "SELECT ARRAY[1, 2]")).containsExactly(1, 2);
        assertThat(rows.one(int[].class, "SELECT '{}'::integer[]")).isEmpty();
        assertThat(rows.one(String[].class, "SELECT '{}'::text[]")).isEmpty();
        assertThat(rows.one(Instant[].class, "SELECT '{}'::timestamptz[]")).isEmpty();
        assertThat(rows.one(int[].class, "SELECT ARRAY[1::bigint, 2]")).containsExactly(1, 2);
        assertThat(rows.one(long[].class, "SELECT ARRAY[1, 2]")).containsExactly(1, 2);
        assertThat(rows.one(Integer[].class, "SELECT ARRAY[1, NULL]")).containsExactly(1, null);
        assertThat(rows.one(boolean[].class, "SELECT ARRAY[true, false]")).containsExactly(true, false);
        assertThat(rows.one(double[].class, "SELECT ARRAY[1.5::float8]")).containsExactly(1.5);
        assertThat(rows.one(BigDecimal[].class, "SELECT ARRAY[1.50]")).containsExactly(new BigDecimal("1.50"));
        assertThat(rows.one(UUID[].class, "SELECT ARRAY['0b0e0c6e-3b0a-4b53-9d6e-3f0f6f3f0f6f'::uuid]"))
                .containsExactly(UUID.fromString("0b0e0c6e-3b0a-4b53-9d6e-3f0f6f3f0f6f"));
        assertThat(rows.one(Instant[].class, "SELECT ARRAY['2026-03-29 02:30:00.123456+00'::timestamptz, NULL]"))
                .containsExactly(Instant.parse("2026-03-29T02:30:00.123456Z"), null);
        assertThat(rows.one(LocalDateTime[].class, "SELECT ARRAY['2026-03-29 02:30'::timestamp]"))
                .containsExactly(LocalDateTime.parse("2026-03-29T02:30"));
        assertThat(rows.one(LocalDate[].class, "SELECT ARRAY['2026-03-29'::date]"))
                .containsExactly(LocalDate.parse("2026-03-29"));
        assertThat(rows.one(byte[][].class, "SELECT ARRAY['\\x01'::bytea]")).isDeepEqualTo(new byte[][] {{1}});
        assertThat(rows.one(String[].class, "SELECT ARRAY['{\"a\": 1}'::jsonb]"))
                .containsExactly("{\"a\": 1}");
        assertThat(rows.one(Mood[].class, "SELECT ARRAY['SAD', 'HAPPY']")).containsExactly(Mood.SAD, Mood.HAPPY);
    }

    @Test
    void collectionsOfArrays() throws SQLException {
        rows.execute("CREATE TYPE mood AS ENUM ('HAPPY', 'SAD')");
        var read = rows.one(
                Lists.class,
                "SELECT ARRAY['a', NULL] AS texts, ARRAY[2, 1, 2] AS numbers, '{SAD,HAPPY}'::mood[] AS moods,"
                        + " ARRAY['2026-03-29 02:30+00'::timestamptz] AS times");
        assertThat(read.texts()).containsExactly("a", null);
        assertThat(read.numbers()).containsExactly(2, 1);
        assertThat(read.moods()).containsExactly(Mood.SAD, Mood.HAPPY);
        assertThat(read.times()).containsExactly(Instant.parse("2026-03-29T02:30:00Z"));
    }
}
