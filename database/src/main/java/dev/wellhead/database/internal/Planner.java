// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import dev.wellhead.database.internal.Conversion.Compared;
import java.lang.invoke.MethodHandle;
import java.sql.SQLException;
import java.util.List;

/** Finds out how rows with certain columns become one type. */
interface Planner {

    /**
     * Goes through the columns once.
     *
     * @param columns of a result
     * @return how to read its rows
     * @throws SQLException from the driver
     * @throws MappingProblem when they do not fit; names all reasons
     */
    Planned planned(List<Column> columns) throws SQLException;

    /**
     * What comes of it.
     *
     * @param reader from a row to an object
     * @param compared what of each column has to be the same next time, in order
     */
    record Planned(MethodHandle reader, List<Compared> compared) {}
}
