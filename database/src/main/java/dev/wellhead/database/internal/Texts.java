// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Text and what is read of text, bytes, and UUIDs. */
final class Texts {

    /** So many constants of an enum are named in an error text. */
    private static final int NAMED_CONSTANTS = 50;

    private Texts() {}

    static Map<Class<?>, Conversion> conversions() {
        return Map.of(
                String.class,
                untyped(Texts::strings),
                Character.class,
                untyped(Texts::characters),
                UUID.class,
                Texts::uuids,
                byte[].class,
                Texts::bytes);
    }

    /** A conversion whose reading is the same whatever the column's type. */
    private static Conversion untyped(Conversion conversion) {
        return new Conversion() {
            @Override
            public Extract extract(Column column) throws SQLException {
                return conversion.extract(column);
            }

            @Override
            public Compared compared() {
                return Compared.NOTHING;
            }
        };
    }

    static Conversion enums(Class<?> type) {
        Map<String, Object> constants = new HashMap<>();
        var names = new StringJoiner(", ");
        for (Object constant : type.getEnumConstants()) {
            String name = ((Enum<?>) constant).name();
            constants.put(name, constant);
            if (constants.size() <= NAMED_CONSTANTS) {
                names.add(name);
            }
        }
        if (constants.size() > NAMED_CONSTANTS) {
            names.add("...");
        }
        var byName = Map.copyOf(constants);
        String unknown = "has a value that is no constant of enum " + type.getSimpleName() + " (" + names
                + "); add the constant, correct the value, or use a RowMapper";
        return untyped(column -> switch (column.holds()) {
            case TEXT, OTHERS -> (row, index) -> constant(byName, row.getString(index), unknown);
            default -> throw Refusals.type(column, type.getSimpleName() + ", an enum by name", Refusals.CAST);
        });
    }

    private static @Nullable Object constant(Map<String, Object> byName, @Nullable String name, String unknown) {
        if (name == null) {
            return null;
        }
        Object constant = byName.get(name);
        if (constant == null) {
            throw new Unfit(unknown);
        }
        return constant;
    }

    /** Bytes and arrays have no text form that drivers agree on; PostgreSQL's has two for bytes. */
    private static Extract strings(Column column) throws SQLException {
        return switch (column.holds()) {
            case BYTES -> throw Refusals.type(column, "String", "read it as byte[], or encode it in the query");
            case ARRAYS -> throw Refusals.type(column, "String", "read it as String[] or List<String>");
            default -> Extract.STRING;
        };
    }

    private static Extract characters(Column column) throws SQLException {
        return switch (column.holds()) {
            case TEXT, OTHERS -> Texts::readCharacter;
            default -> throw Refusals.type(column, "Character", Refusals.CAST);
        };
    }

    private static @Nullable Object readCharacter(ResultSet row, int index) throws SQLException {
        @Nullable String text = row.getString(index);
        if (text != null && text.length() != 1) {
            throw new Unfit(
                    "has a text of " + text.length() + " characters, and a Character is one; read it as String");
        }
        return text == null ? null : (Character) text.charAt(0);
    }

    private static Extract uuids(Column column) throws SQLException {
        return switch (column.holds()) {
            case TEXT -> Texts::parseUuid;
            case OTHERS, BYTES -> (row, index) -> row.getObject(index, UUID.class);
            default -> throw Refusals.type(column, "UUID", Refusals.CAST);
        };
    }

    private static @Nullable Object parseUuid(ResultSet row, int index) throws SQLException {
        @Nullable String text = row.getString(index);
        if (text == null) {
            return null;
        }
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new Unfit("has a text that is no UUID; correct it, or read it as String");
        }
    }

    private static Extract bytes(Column column) throws SQLException {
        return switch (column.holds()) {
            case BYTES, OTHERS -> ResultSet::getBytes;
            default -> throw Refusals.type(column, "byte[]", Refusals.CAST);
        };
    }
}
