// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import dev.wellhead.database.internal.Conversion.Compared;
import dev.wellhead.database.internal.Planner.Planned;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * From rows to one Java type: a record, or a simple type for results of one column.
 *
 * <h2>Plans</h2>
 *
 * How rows are read depends on the type and on the columns. The type is looked at once, the columns once for each
 * different set of them; what comes of it, a {@link Plan}, is kept with the mapping. A mapping is kept with its class
 * (by {@link ClassValue}), so that it goes with the class; the mappings of the JDK's own types, which stay, are kept
 * here, so that they do not hold this library when an application that brought it is unloaded. No more than
 * {@value #MOST_PLANS} plans are kept for a type: one more takes the place of the oldest.
 *
 * <p>Any number of threads may use a mapping at once.
 *
 * @param <T> what a row becomes
 */
public final class Mapping<T> {

    private static final int MOST_PLANS = 16;

    private static final ClassValue<Mapping<?>> OF_OTHERS = new ClassValue<>() {
        @Override
        protected Mapping<?> computeValue(Class<?> type) {
            return make(type);
        }
    };

    /** Bounded by the simple types and their arrays: no other type of the JDK gets so far. */
    private static final Map<Class<?>, Mapping<?>> OF_JDK = new ConcurrentHashMap<>();

    private final Planner planner;
    private volatile Plan<?>[] plans = {};

    private Mapping(Planner planner) {
        this.planner = planner;
    }

    /**
     * The mapping to a type.
     *
     * @param type a record, or a simple type: a primitive or its box, BigDecimal, BigInteger, String, an enum, UUID, a
     *     type of java.time, or a one-dimensional array of these
     * @param <T> the type
     * @return the same each time for nearly all types
     * @throws MappingProblem when rows are never mapped to it
     */
    @SuppressWarnings("unchecked") // A class is the key of the mapping to it.
    public static <T> Mapping<T> of(Class<T> type) {
        if (type.getClassLoader() == null) {
            Mapping<?> known = OF_JDK.get(type);
            return (Mapping<T>) (known == null ? OF_JDK.computeIfAbsent(type, Mapping::make) : known);
        }
        return (Mapping<T>) OF_OTHERS.get(type);
    }

    /**
     * The mapping to a record some of whose components are in columns of other names.
     *
     * @param type a record
     * @param columns by the name of the component
     * @param <T> the record
     * @return a new one with plans of its own, to be kept by the caller
     * @throws MappingProblem when rows are never mapped to it
     */
    public static <T extends Record> Mapping<T> of(Class<T> type, Map<String, String> columns) {
        return new Mapping<>(new RecordPlanner(RecordShape.of(type), Map.copyOf(columns)));
    }

    /**
     * The way to read the rows of a result. Costs a comparison of labels and types when such columns were there before.
     *
     * @param metaData of the result
     * @param dialect of the database
     * @return good for all rows of the result
     * @throws SQLException from the driver
     * @throws MappingProblem when columns and type do not fit; names all that is in the way
     */
    @SuppressWarnings("unchecked") // The plans of a mapping to T make T.
    public Plan<T> plan(ResultSetMetaData metaData, Dialect dialect) throws SQLException {
        for (Plan<?> plan : plans) {
            if (plan.fits(metaData, dialect)) {
                return (Plan<T>) plan;
            }
        }
        Plan<T> made = made(metaData, dialect);
        keep(made);
        return made;
    }

    private Plan<T> made(ResultSetMetaData metaData, Dialect dialect) throws SQLException {
        List<Column> columns = new ArrayList<>();
        for (int i = 1; i <= metaData.getColumnCount(); i++) {
            columns.add(Column.of(metaData, i, dialect));
        }
        Planned planned = planner.planned(columns);
        return new Plan<>(
                planned.reader(), metaData, dialect, planned.compared().toArray(new Compared[0]));
    }

    private synchronized void keep(Plan<T> made) {
        Plan<?>[] now = plans;
        int dropped = now.length < MOST_PLANS ? 0 : 1;
        Plan<?>[] next = Arrays.copyOfRange(now, dropped, now.length + 1);
        next[next.length - 1] = made;
        plans = next;
    }

    private static Mapping<?> make(Class<?> type) {
        return new Mapping<>(
                type.isRecord() ? new RecordPlanner(RecordShape.of(type), Map.of()) : SimplePlanner.of(type));
    }

    /** How error texts begin. */
    static String start(String target) {
        return "row cannot be mapped to " + target + ": ";
    }

    /** How error texts name a type. */
    static String name(Class<?> type) {
        return type.isRecord() ? "record " + type.getName() : type.getSimpleName();
    }
}
