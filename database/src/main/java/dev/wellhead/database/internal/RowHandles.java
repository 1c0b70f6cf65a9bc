// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static java.lang.invoke.MethodType.methodType;

import dev.wellhead.database.internal.BoxedRecord.LeafSlot;
import dev.wellhead.database.internal.BoxedRecord.NestedSlot;
import dev.wellhead.database.internal.RecordShape.Leaf;
import dev.wellhead.database.internal.RecordShape.Nested;
import dev.wellhead.database.internal.RecordShape.Part;
import dev.wellhead.database.internal.RecordShape.Presence;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts together one method handle that reads a row: the constructor with each of its parameters replaced by the reading
 * of its column. Compiled by the JIT as if written by hand: primitives are never boxed and no array of values is made.
 */
final class RowHandles {

    /** Parameters of a constructor that a handle is made for; the JVM's own limit is 255, less some for handles. */
    private static final int WIDEST_HANDLE = 200;

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodHandle READ = find(ColumnReader.class, "read", Object.class);
    private static final MethodHandle READ_REQUIRED = find(ColumnReader.class, "readRequired", Object.class);
    private static final MethodHandle READ_OPTIONAL = find(ColumnReader.class, "readOptional", Optional.class);
    private static final MethodHandle READ_BOXED = find(BoxedRecord.class, "read", Object.class);
    private static final MethodHandle READ_NESTED = find(RowHandles.NestedReader.class, "read", Object.class);
    private static final Map<Extract, MethodHandle> READ_PRIMITIVE = Map.of(
            Extract.INT, find(ColumnReader.class, "readInt", int.class),
            Extract.LONG, find(ColumnReader.class, "readLong", long.class),
            Extract.DOUBLE, find(ColumnReader.class, "readDouble", double.class),
            Extract.BOOLEAN, find(ColumnReader.class, "readBoolean", boolean.class));

    private final Map<Leaf, ColumnReader> readers;

    /**
     * Starts with what reads each leaf.
     *
     * @param readers of all leaves
     */
    RowHandles(Map<Leaf, ColumnReader> readers) {
        this.readers = readers;
    }

    /** Reads a nested record that may be NULL as a whole. */
    record NestedReader(NestedSlot slot) {
        @Nullable
        Object read(ResultSet row) throws SQLException {
            return slot.finish(slot.read(row));
        }
    }

    /**
     * The reading of a simple type.
     *
     * @param reader of the only column
     * @return from a row to an object, never null
     */
    static MethodHandle simple(ColumnReader reader) {
        return READ_REQUIRED.bindTo(reader);
    }

    /**
     * The reading of a record.
     *
     * @param shape of the record
     * @return from a row to an object, never null
     */
    MethodHandle record(RecordShape shape) {
        return made(shape).asType(methodType(Object.class, ResultSet.class));
    }

    private MethodHandle made(RecordShape shape) {
        if (slots(shape) > WIDEST_HANDLE) {
            return READ_BOXED.bindTo(boxed(shape)).asType(methodType(shape.type(), ResultSet.class));
        }
        MethodHandle[] arguments = shape.parts().stream()
                .map(part -> argument(part).asType(methodType(part.declared(), ResultSet.class)))
                .toArray(MethodHandle[]::new);
        MethodHandle made = MethodHandles.filterArguments(constructor(shape), 0, arguments);
        MethodType fromRow = methodType(shape.type(), ResultSet.class);
        return MethodHandles.permuteArguments(made, fromRow, new int[arguments.length]);
    }

    private MethodHandle argument(Part part) {
        if (part instanceof Nested nested) {
            return nested.presence() == Presence.REFERENCE
                    ? made(nested.shape())
                    : READ_NESTED.bindTo(new NestedReader(nestedSlot(nested)));
        }
        ColumnReader reader = reader((Leaf) part);
        return switch (part.presence()) {
            case PRIMITIVE -> primitive(reader, part.declared());
            case OPTIONAL -> READ_OPTIONAL.bindTo(reader);
            case NULLABLE, REFERENCE -> READ.bindTo(reader);
        };
    }

    private static MethodHandle primitive(ColumnReader reader, Class<?> type) {
        MethodHandle direct = READ_PRIMITIVE.get(reader.extract());
        boolean isDirect = direct != null && direct.type().returnType() == type;
        return (isDirect && direct != null ? direct : READ_REQUIRED).bindTo(reader);
    }

    private BoxedRecord boxed(RecordShape shape) {
        List<BoxedRecord.Slot> slots = shape.parts().stream()
                .<BoxedRecord.Slot>map(part -> part instanceof Nested nested
                        ? nestedSlot(nested)
                        : new LeafSlot(reader((Leaf) part), part.presence()))
                .toList();
        return new BoxedRecord(shape.constructor(), slots);
    }

    private NestedSlot nestedSlot(Nested nested) {
        return new NestedSlot(boxed(nested.shape()), nested.presence());
    }

    private ColumnReader reader(Leaf leaf) {
        ColumnReader reader = readers.get(leaf);
        if (reader == null) {
            throw new IllegalStateException("no column was chosen for component " + leaf.path());
        }
        return reader;
    }

    private static int slots(RecordShape shape) {
        return shape.parts().stream()
                .mapToInt(part -> part.declared() == long.class || part.declared() == double.class ? 2 : 1)
                .sum();
    }

    private static MethodHandle constructor(RecordShape shape) {
        try {
            return LOOKUP.unreflectConstructor(shape.constructor());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the constructor of " + shape.type() + " was accessible", e);
        }
    }

    private static MethodHandle find(Class<?> type, String method, Class<?> result) {
        try {
            return LOOKUP.findVirtual(type, method, methodType(result, ResultSet.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
