// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Numbers and booleans. A number that the Java type cannot hold as it is, out of range or with a fraction, is refused,
 * never cut; the one exception is that a decimal read as double or float is the nearest one, as in every language.
 */
final class Numbers {

    private static final String CUT =
            "has a value that does not fit: it is out of range or has a fraction; use a wider type or BigDecimal,"
                    + " or round in the query";

    private Numbers() {}

    static Map<Class<?>, Conversion> conversions() {
        return Map.ofEntries(
                Map.entry(Long.class, column -> whole(column, Extract.LONG, "Long", BigDecimal::longValueExact)),
                Map.entry(Integer.class, Numbers::ints),
                Map.entry(Short.class, column -> whole(column, narrowed(Numbers::toShort), "Short", Numbers::shorts)),
                Map.entry(Byte.class, column -> whole(column, narrowed(Numbers::toByte), "Byte", Numbers::bytes)),
                Map.entry(Double.class, Numbers::doubles),
                Map.entry(Float.class, Numbers::floats),
                Map.entry(BigDecimal.class, column -> decimal(column, "BigDecimal", value -> value)),
                Map.entry(BigInteger.class, column -> decimal(column, "BigInteger", BigDecimal::toBigIntegerExact)),
                Map.entry(Boolean.class, Numbers::booleans));
    }

    private static Extract ints(Column column) throws SQLException {
        boolean isNarrow = column.type() == Types.INTEGER
                || column.type() == Types.SMALLINT
                || column.type() == Types.TINYINT
                || column.holds() == Column.Holds.OTHERS;
        Extract ints = isNarrow ? Extract.INT : narrowed(Math::toIntExact);
        return whole(column, ints, "Integer", BigDecimal::intValueExact);
    }

    private static Extract whole(Column column, Extract integers, String type, Function<BigDecimal, Object> exact)
            throws SQLException {
        return switch (column.holds()) {
            case INTEGERS, OTHERS -> integers;
            case DECIMALS -> decimals(exact);
            default -> throw Refusals.type(column, type, Refusals.CAST);
        };
    }

    private static Extract decimal(Column column, String type, Function<BigDecimal, Object> exact) throws SQLException {
        return switch (column.holds()) {
            case INTEGERS, DECIMALS, FLOATS, OTHERS -> decimals(exact);
            default -> throw Refusals.type(column, type, Refusals.CAST);
        };
    }

    private static Extract doubles(Column column) throws SQLException {
        return switch (column.holds()) {
            case FLOATS, DECIMALS, OTHERS -> Extract.DOUBLE;
            case INTEGERS -> column.type() == Types.BIGINT ? narrowed(Numbers::toDouble) : Extract.DOUBLE;
            default -> throw Refusals.type(column, "Double", Refusals.CAST);
        };
    }

    private static Extract floats(Column column) throws SQLException {
        return switch (column.type()) {
            case Types.REAL, Types.NUMERIC, Types.DECIMAL, Types.SMALLINT, Types.TINYINT -> Numbers::readFloat;
            case Types.INTEGER, Types.BIGINT -> narrowed(Numbers::toFloat);
            default -> throw Refusals.type(column, "Float", "declare it double, or cast the column to real");
        };
    }

    private static Extract booleans(Column column) throws SQLException {
        return switch (column.holds()) {
            case BOOLEANS, OTHERS -> Extract.BOOLEAN;
            case INTEGERS, DECIMALS -> narrowed(Numbers::toBoolean);
            default -> throw Refusals.type(column, "Boolean", Refusals.CAST);
        };
    }

    private static @Nullable Object readFloat(ResultSet row, int index) throws SQLException {
        float value = row.getFloat(index);
        return value == 0 && row.wasNull() ? null : (Float) value;
    }

    private static Extract decimals(Function<BigDecimal, Object> exact) {
        return (row, index) -> {
            @Nullable BigDecimal value = row.getBigDecimal(index);
            return value == null ? null : exactly(exact, value);
        };
    }

    /** Reads a long and makes something of it that may not hold all of them. */
    private static Extract narrowed(Function<Long, Object> exact) {
        return (row, index) -> {
            long value = row.getLong(index);
            return value == 0 && row.wasNull() ? null : exactly(exact, value);
        };
    }

    private static <T> Object exactly(Function<T, Object> exact, T value) {
        try {
            return exact.apply(value);
        } catch (ArithmeticException e) {
            throw new Unfit(CUT);
        }
    }

    private static Object shorts(BigDecimal value) {
        return value.shortValueExact();
    }

    private static Object bytes(BigDecimal value) {
        return value.byteValueExact();
    }

    private static Object toShort(long value) {
        return requireSame((short) value, value);
    }

    private static Object toByte(long value) {
        return requireSame((byte) value, value);
    }

    private static Object toDouble(long value) {
        if (BigDecimal.valueOf(value).compareTo(new BigDecimal((double) value)) != 0) {
            throw new ArithmeticException();
        }
        return (double) value;
    }

    private static Object toFloat(long value) {
        if (BigDecimal.valueOf(value).compareTo(new BigDecimal((float) value)) != 0) {
            throw new ArithmeticException();
        }
        return (float) value;
    }

    private static Object toBoolean(long value) {
        if (value != 0 && value != 1) {
            throw new Unfit("has a value that is neither 0 nor 1; compare it in the query (<> 0)");
        }
        return value == 1;
    }

    private static Number requireSame(Number narrow, long value) {
        if (narrow.longValue() != value) {
            throw new ArithmeticException();
        }
        return narrow;
    }
}
