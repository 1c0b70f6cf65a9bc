// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a value goes from and to, for error texts.
 *
 * @param target the type that a row is mapped to, as texts name it
 * @param component path of the component, or empty when the target is a simple type
 * @param type of the component, or of the simple type
 * @param column label of the column
 */
record Place(String target, String component, String type, String column) {

    /** SQLSTATE classes with which drivers say that a value cannot be had in the form asked for. */
    private static final Set<String> CONVERSIONS = Set.of("07", "0A", "22", "42", "S1");

    MappingProblem unfit(Unfit unfit) {
        return new MappingProblem(start() + unfit.rule());
    }

    MappingProblem isNull() {
        if (component.isEmpty()) {
            return new MappingProblem(start() + "is NULL, and a row of a simple type has a value;"
                    + " use COALESCE in the query, or a RowMapper");
        }
        return new MappingProblem(start() + "is NULL, and a primitive cannot be null; declare the component " + box()
                + " or Optional<" + box() + ">, or use COALESCE in the query");
    }

    /**
     * Tells a conversion that the driver refused. The driver's own exception is left out, as its text may hold the
     * value; one that is not about a conversion is thrown as it is.
     */
    MappingProblem refused(SQLException refusal) throws SQLException {
        @Nullable String state = refusal.getSQLState();
        if (state == null || state.length() < 2 || !CONVERSIONS.contains(state.substring(0, 2))) {
            throw refusal;
        }
        return new MappingProblem(start() + "cannot be read as " + type + ", says the driver (SQLSTATE " + state
                + "); cast the column in the query, change the type, or use a RowMapper");
    }

    /** Such as {@code column item_count for component itemCount (int) }, for a rule to follow. */
    String columnAndComponent() {
        String into = component.isEmpty() ? "" : " for component " + component + " (" + type + ")";
        return "column " + column + into + " ";
    }

    private String box() {
        return switch (type) {
            case "int" -> "Integer";
            case "char" -> "Character";
            default -> Character.toUpperCase(type.charAt(0)) + type.substring(1);
        };
    }

    private String start() {
        return Mapping.start(target) + columnAndComponent();
    }
}
