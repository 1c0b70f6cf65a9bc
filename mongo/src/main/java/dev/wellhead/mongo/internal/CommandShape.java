// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The text by which commands count as one: name, collection and the names of fields and operators, with {@code ?} for every
 * value, such as {@code find orders {status: ?, total: {$gt: ?}} sort {at: ?}}. Of a bulk the first part alone is shown;
 * documents to be inserted are not looked at.
 */
final class CommandShape {

    private static final int LONGEST = 1_000;
    private static final int DEEPEST = 8;
    private static final int MOST_ELEMENTS = 50;
    private static final Pattern UNSAFE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}\"]");
    private static final String VALUE = "?";

    /** What of a command is shown, by its name; of all others the collection alone. */
    private static final Map<String, List<String>> SHOWN = Map.of(
            "find", List.of("filter", "sort"),
            "aggregate", List.of("pipeline"),
            "count", List.of("query"),
            "distinct", List.of("key", "query"),
            "findAndModify", List.of("query", "update", "sort"),
            "update", List.of("updates"),
            "delete", List.of("deletes"));

    private CommandShape() {}

    /** Such as {@code find orders}. */
    static String operation(String command, BsonDocument text) {
        var collection = collection(command, text);
        return safe(collection == null ? command : command + ' ' + collection, LONGEST);
    }

    /** The name of the collection, where the command has one; others say 1 there, a cursor's its number. */
    private static @Nullable String collection(String command, BsonDocument text) {
        BsonValue target = text.get(command.equals("getMore") ? "collection" : command);
        return target != null && target.isString() ? target.asString().getValue() : null;
    }

    static String of(String command, BsonDocument text) {
        var shape = new StringBuilder(operation(command, text));
        for (var key : SHOWN.getOrDefault(command, List.of())) {
            BsonValue value = text.get(key);
            if (value != null) {
                shape.append(' ');
                part(shape, key, value);
            }
        }
        return safe(shape.toString().strip(), LONGEST);
    }

    private static void part(StringBuilder shape, String key, BsonValue value) {
        switch (key) {
            case "filter", "query", "pipeline" -> append(shape, value, 0);
            case "key" -> shape.append(value.isString() ? value.asString().getValue() : VALUE);
            case "updates", "deletes" -> first(shape, value);
            default -> append(shape.append(key).append(' '), value, 0);
        }
    }

    /** Of a bulk of updates or deletes. */
    private static void first(StringBuilder shape, BsonValue bulk) {
        if (!bulk.isArray()) {
            return;
        }
        var all = bulk.asArray().iterator();
        var head = all.hasNext() ? all.next() : null;
        if (head == null || !head.isDocument()) {
            return;
        }
        var one = head.asDocument();
        append(shape, one.get("q"), 0);
        BsonValue change = one.get("u");
        if (change != null) {
            append(shape.append(" with "), change, 0);
        }
    }

    private static void append(StringBuilder shape, @Nullable BsonValue value, int depth) {
        if (value == null || depth > DEEPEST || shape.length() > LONGEST) {
            shape.append(VALUE);
        } else if (value.isDocument()) {
            append(shape, value.asDocument(), depth);
        } else if (value.isArray()) {
            append(shape, value.asArray(), depth);
        } else {
            shape.append(VALUE);
        }
    }

    private static void append(StringBuilder shape, BsonDocument document, int depth) {
        shape.append('{');
        var separator = "";
        for (var entry : document.entrySet()) {
            if (shape.length() > LONGEST) {
                break;
            }
            shape.append(separator).append(entry.getKey()).append(": ");
            append(shape, entry.getValue(), depth + 1);
            separator = ", ";
        }
        shape.append('}');
    }

    /** Elements of one shape are shown once, so that the length of a list of values makes no difference. */
    private static void append(StringBuilder shape, BsonArray array, int depth) {
        Set<String> shapes = new LinkedHashSet<>();
        int seen = 0;
        // By an iterator: the driver's arrays are read from their bytes, and have neither size nor index by themselves.
        for (var element : array) {
            if (seen++ == MOST_ELEMENTS) {
                break;
            }
            var one = new StringBuilder();
            append(one, element, depth + 1);
            shapes.add(one.toString());
        }
        shape.append('[').append(String.join(", ", shapes)).append(']');
    }

    /** Without what would disturb a line of a log. */
    static String safe(String text, int longest) {
        return UNSAFE.matcher(text.length() <= longest ? text : text.substring(0, longest))
                .replaceAll(VALUE);
    }
}
