// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import dev.wellhead.database.internal.Conversion.Compared;
import java.lang.invoke.MethodHandle;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;

/**
 * How rows with certain columns are read. Immutable; any number of threads may read with it at once.
 *
 * @param <T> what a row becomes
 */
public final class Plan<T> {

    private final MethodHandle reader;
    private final Dialect dialect;
    private final String[] labels;
    private final Compared[] compared;
    private final int[] types;
    private final int[] sizes;

    /**
     * Keeps what is compared later.
     *
     * @param reader from a row to an object
     * @param metaData of the columns it was made for
     * @param dialect of the database
     * @param compared one for each column
     */
    Plan(MethodHandle reader, ResultSetMetaData metaData, Dialect dialect, Compared[] compared) throws SQLException {
        this.reader = reader;
        this.dialect = dialect;
        this.compared = compared.clone();
        this.labels = new String[compared.length];
        this.types = new int[compared.length];
        this.sizes = new int[compared.length];
        for (int i = 0; i < compared.length; i++) {
            labels[i] = metaData.getColumnLabel(i + 1);
            types[i] = compared[i] == Compared.NOTHING ? 0 : metaData.getColumnType(i + 1);
            sizes[i] = compared[i] == Compared.TYPE_AND_SIZE ? metaData.getColumnDisplaySize(i + 1) : 0;
        }
    }

    /**
     * Whether rows with these columns are read by this plan.
     *
     * @param metaData of a result
     * @param other of the database
     * @return true when labels are equal, and types where it matters
     * @throws SQLException from the driver
     */
    boolean fits(ResultSetMetaData metaData, Dialect other) throws SQLException {
        if (other != dialect || metaData.getColumnCount() != labels.length) {
            return false;
        }
        for (int i = 0; i < labels.length; i++) {
            if (!labels[i].equals(metaData.getColumnLabel(i + 1)) || !hasSameType(metaData, i)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasSameType(ResultSetMetaData metaData, int i) throws SQLException {
        return switch (compared[i]) {
            case NOTHING -> true;
            case TYPE -> types[i] == metaData.getColumnType(i + 1);
            case TYPE_AND_SIZE ->
                types[i] == metaData.getColumnType(i + 1) && sizes[i] == metaData.getColumnDisplaySize(i + 1);
        };
    }

    /**
     * Reads the row that a result stands on. An exception of the record's own constructor comes through as it is.
     *
     * @param row of a result with the columns that this plan was asked for with
     * @return never null
     * @throws SQLException from the driver, unless it is about a value's form
     * @throws MappingProblem when a value does not fit
     */
    @SuppressWarnings("unchecked") // The handle was made for T.
    public T read(ResultSet row) throws SQLException {
        try {
            return (T) (Object) reader.invokeExact(row);
        } catch (SQLException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw Thrown.asItIs(e);
        }
    }
}
