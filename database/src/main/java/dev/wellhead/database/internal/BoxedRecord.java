// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import dev.wellhead.database.internal.RecordShape.Presence;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a record by way of an array of its values: for a nested one that stands for NULL when all its columns are
 * NULL, which is known only after all were read, and for one too wide for a method handle.
 *
 * @param constructor canonical
 * @param slots one for each component
 */
record BoxedRecord(Constructor<?> constructor, List<Slot> slots) {

    /** A component: first read, then, when the record is to be made, turned into what its constructor takes. */
    sealed interface Slot {
        /** Null when NULL, or when all columns of a record are. */
        @Nullable
        Object read(ResultSet row) throws SQLException;

        @Nullable
        Object finish(@Nullable Object read);
    }

    record LeafSlot(ColumnReader reader, Presence presence) implements Slot {
        @Override
        public @Nullable Object read(ResultSet row) throws SQLException {
            return reader.read(row);
        }

        @Override
        public @Nullable Object finish(@Nullable Object read) {
            return switch (presence) {
                case PRIMITIVE -> {
                    if (read == null) {
                        throw reader.place().isNull();
                    }
                    yield read;
                }
                case OPTIONAL -> Optional.ofNullable(read);
                case NULLABLE, REFERENCE -> read;
            };
        }
    }

    record NestedSlot(BoxedRecord nested, Presence presence) implements Slot {
        @Override
        public @Nullable Object read(ResultSet row) throws SQLException {
            @Nullable Object[] values = nested.values(row);
            for (Object value : values) {
                if (value != null) {
                    return values;
                }
            }
            return null;
        }

        @Override
        public @Nullable Object finish(@Nullable Object read) {
            if (read == null) {
                return switch (presence) {
                    case OPTIONAL -> Optional.empty();
                    case NULLABLE -> null;
                    case PRIMITIVE, REFERENCE ->
                        nested.make(new @Nullable Object[nested.slots().size()]);
                };
            }
            Object made = nested.make((@Nullable Object[]) read);
            return presence == Presence.OPTIONAL ? Optional.of(made) : made;
        }
    }

    Object read(ResultSet row) throws SQLException {
        return make(values(row));
    }

    private @Nullable Object[] values(ResultSet row) throws SQLException {
        var values = new @Nullable Object[slots.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = slots.get(i).read(row);
        }
        return values;
    }

    private Object make(@Nullable Object[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = slots.get(i).finish(values[i]);
        }
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw Thrown.asItIs(e.getCause() == null ? e : e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the constructor of " + constructor.getDeclaringClass() + " is gone", e);
        }
    }
}
