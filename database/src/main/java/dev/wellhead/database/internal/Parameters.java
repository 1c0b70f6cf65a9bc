// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sets Java values as the parameters of statements. Stateless but for the dialect; any number of threads may use it at
 * once.
 */
public final class Parameters {

    private final Dialect dialect;
    private final ArrayParameters arrays;

    /**
     * For one database.
     *
     * @param dialect of it
     */
    public Parameters(Dialect dialect) {
        this.dialect = dialect;
        this.arrays = new ArrayParameters(dialect);
    }

    /**
     * Says why a value cannot be a parameter, before a connection is taken for it.
     *
     * @param value to be bound, or null
     * @return the rule and the mend, to follow the place and a space ("parameter 2 "); null when nothing is wrong
     */
    public @Nullable String refusal(@Nullable Object value) {
        if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
            return null;
        }
        if (value instanceof Optional<?> optional) {
            return refusal(optional.orElse(null));
        }
        if (value instanceof Record record) {
            return "is a record (" + record.getClass().getName() + ") among positional parameters, or within another"
                    + " value; give its components one by one, or give it alone and name them in the text (:component)";
        }
        if (value instanceof Map && dialect != Dialect.POSTGRESQL) {
            return "is a Map; give its values one by one, or give it alone and name them in the text (:key)";
        }
        if (value instanceof char[]) {
            return "is a char[]; give a String";
        }
        return value instanceof Collection || value.getClass().isArray() ? arrays.refusal(value) : null;
    }

    /**
     * Sets a parameter.
     *
     * @param statement to set it in
     * @param index of the parameter, from 1
     * @param value null for NULL; Optional for what it holds; an array or a collection for an SQL array
     * @throws SQLException from the driver, also for types that it does not know
     * @throws IllegalArgumentException when {@link #refusal} would have told
     */
    public void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof String text) {
            statement.setString(index, text);
        } else if (value instanceof Number number) {
            bindNumber(statement, index, number);
        } else if (value instanceof Boolean flag) {
            statement.setBoolean(index, flag);
        } else if (value instanceof UUID uuid) {
            bindUuid(statement, index, uuid);
        } else if (value instanceof Instant instant) {
            statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else {
            bindOther(statement, index, value);
        }
    }

    /**
     * Sets a parameter that stands where a column's value does ({@code VALUES (?)}, {@code SET c = ?}, {@code c = ?}):
     * PostgreSQL then gives a text the type of the column, so that json, uuid, enum and citext columns take strings.
     *
     * @param statement to set it in
     * @param index of the parameter, from 1
     * @param value as for {@link #bind}
     * @throws SQLException as there
     * @throws IllegalArgumentException as there
     */
    public void bindAsColumn(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (dialect == Dialect.POSTGRESQL && value instanceof String text) {
            statement.setObject(index, text, Types.OTHER);
        } else if (value instanceof Optional<?> optional) {
            bindAsColumn(statement, index, optional.orElse(null));
        } else {
            bind(statement, index, value);
        }
    }

    private void bindNumber(PreparedStatement statement, int index, Number value) throws SQLException {
        if (value instanceof Long number) {
            statement.setLong(index, number);
        } else if (value instanceof Integer number) {
            statement.setInt(index, number);
        } else if (value instanceof Double number) {
            statement.setDouble(index, number);
        } else if (value instanceof Float number) {
            statement.setFloat(index, number);
        } else if (value instanceof Short || value instanceof Byte) {
            statement.setShort(index, value.shortValue());
        } else if (value instanceof BigDecimal decimal) {
            statement.setBigDecimal(index, decimal);
        } else if (value instanceof BigInteger integer) {
            statement.setBigDecimal(index, new BigDecimal(integer));
        } else {
            statement.setObject(index, value);
        }
    }

    private void bindUuid(PreparedStatement statement, int index, UUID value) throws SQLException {
        if (dialect == Dialect.MYSQL || dialect == Dialect.SQLITE) {
            statement.setString(index, value.toString());
        } else {
            statement.setObject(index, value);
        }
    }

    private void bindOther(PreparedStatement statement, int index, Object value) throws SQLException {
        if (value instanceof Optional<?> optional) {
            bind(statement, index, optional.orElse(null));
        } else if (value instanceof Enum<?> constant) {
            bindText(statement, index, constant.name());
        } else if (value instanceof OffsetDateTime || value instanceof ZonedDateTime) {
            statement.setObject(index, value instanceof ZonedDateTime zoned ? zoned.toOffsetDateTime() : value);
        } else if (value instanceof Character character) {
            statement.setString(index, character.toString());
        } else if (value instanceof Duration duration && dialect == Dialect.POSTGRESQL) {
            bindText(statement, index, duration.toString());
        } else if (value instanceof Collection || value.getClass().isArray()) {
            arrays.bind(statement, index, value);
        } else {
            requireNoRefusal(index, value);
            statement.setObject(index, value);
        }
    }

    /** A text that takes the type of its place, where the database does so. */
    private void bindText(PreparedStatement statement, int index, String text) throws SQLException {
        if (dialect == Dialect.POSTGRESQL) {
            statement.setObject(index, text, Types.OTHER);
        } else {
            statement.setString(index, text);
        }
    }

    private void requireNoRefusal(int index, Object value) {
        @Nullable String refusal = refusal(value);
        if (refusal != null) {
            throw new IllegalArgumentException("parameter " + index + " " + refusal);
        }
    }
}
