// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Dates, times and intervals. A point in time is read of columns that hold one, and a local time of those that hold
 * one: between the two stands a zone, and the mapping would have to guess it.
 */
final class Times {

    private static final String SAY_ZONE =
            "it has no time zone; read it as LocalDateTime, or say the zone in the query (AT TIME ZONE 'UTC')";
    private static final String DROP_ZONE = "it has a time zone; read it as Instant or OffsetDateTime,"
            + " or say in which zone in the query (AT TIME ZONE 'UTC')";

    private Times() {}

    static Map<Class<?>, Conversion> conversions() {
        return Map.of(
                Instant.class, new Point("Instant", OffsetDateTime::toInstant),
                OffsetDateTime.class, new Point("OffsetDateTime", value -> value),
                ZonedDateTime.class, new Point("ZonedDateTime", OffsetDateTime::toZonedDateTime),
                LocalDateTime.class, Times::dateTimes,
                LocalDate.class, Times::dates,
                LocalTime.class, Times::times,
                OffsetTime.class, Times::offsetTimes,
                Duration.class, Times::durations);
    }

    /** Of timestamptz. */
    private record Point(String name, Function<OffsetDateTime, Object> form) implements Conversion {
        @Override
        public Extract extract(Column column) throws SQLException {
            return switch (column.holds()) {
                case TIMESTAMPS -> {
                    if (!column.isZoned()) {
                        throw Refusals.type(column, name, SAY_ZONE);
                    }
                    yield read();
                }
                case OTHERS -> read();
                default -> throw Refusals.type(column, name, Refusals.CAST);
            };
        }

        private Extract read() {
            return (row, index) -> {
                @Nullable OffsetDateTime value = row.getObject(index, OffsetDateTime.class);
                return value == null ? null : form.apply(value);
            };
        }

        @Override
        public Compared compared() {
            return Compared.TYPE_AND_SIZE;
        }
    }

    private static Extract dateTimes(Column column) throws SQLException {
        return switch (column.holds()) {
            case TIMESTAMPS -> {
                if (column.isZoned() && column.dialect() != Dialect.MYSQL) {
                    throw Refusals.type(column, "LocalDateTime", DROP_ZONE);
                }
                yield as(LocalDateTime.class);
            }
            case OTHERS -> as(LocalDateTime.class);
            default -> throw Refusals.type(column, "LocalDateTime", Refusals.CAST);
        };
    }

    private static Extract dates(Column column) throws SQLException {
        return switch (column.holds()) {
            case DATES, OTHERS -> as(LocalDate.class);
            default -> throw Refusals.type(column, "LocalDate", Refusals.CAST);
        };
    }

    private static Extract times(Column column) throws SQLException {
        return switch (column.holds()) {
            case TIMES -> {
                if (column.isZoned()) {
                    throw Refusals.type(column, "LocalTime", "it has an offset; read it as OffsetTime, or cast it");
                }
                yield as(LocalTime.class);
            }
            case OTHERS -> as(LocalTime.class);
            default -> throw Refusals.type(column, "LocalTime", Refusals.CAST);
        };
    }

    private static Extract offsetTimes(Column column) throws SQLException {
        return switch (column.holds()) {
            case TIMES -> {
                if (!column.isZoned()) {
                    throw Refusals.type(column, "OffsetTime", "it has no offset; read it as LocalTime, or cast it");
                }
                yield as(OffsetTime.class);
            }
            case OTHERS -> as(OffsetTime.class);
            default -> throw Refusals.type(column, "OffsetTime", Refusals.CAST);
        };
    }

    private static Extract durations(Column column) throws SQLException {
        return switch (column.holds()) {
            case OTHERS -> column.dialect() == Dialect.POSTGRESQL ? Times::interval : as(Duration.class);
            default -> throw Refusals.type(column, "Duration", Refusals.CAST);
        };
    }

    private static @Nullable Object interval(ResultSet row, int index) throws SQLException {
        @Nullable String text = row.getString(index);
        return text == null ? null : IntervalText.parse(text);
    }

    private static Extract as(Class<?> type) {
        return (row, index) -> row.getObject(index, type);
    }
}
