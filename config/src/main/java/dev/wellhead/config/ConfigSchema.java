// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The JSON Schema (draft 2020-12) of {@code wellhead.yaml}, made from the table of keys, so that editors complete and check.
 *
 * <p>Whatever the loader takes, the schema takes: keys nested, dotted or mixed; numbers and switches also in quotes. What
 * only the loader can know stays with it: that files exist, what a URL must hold, that one value must not exceed another,
 * that a key stands twice.
 */
public final class ConfigSchema {

    private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";
    private static final String NAME = "[A-Za-z0-9_-]{1,64}";
    private static final String OF_ANY_DATABASE = "^(?:databases\\." + NAME + "\\.)?";

    private static final String LANE_NAME = "(?!default$)[A-Za-z0-9._-]{1,64}";
    private static final String PAIR = "[^=,][^,]*=[^,]*";
    private static final String WHOLE = "^\\s*[+-]?[0-9]+\\s*$";
    private static final String FRACTION = "^\\s*[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?\\s*$";
    private static final String UNIT = "(?:[NnUuMm]?[Ss]|[Mm]|[Hh]|[Dd])";
    private static final String ISO = "[+-]?[Pp](?:[+-]?[0-9]+[Dd])?"
            + "(?:[Tt](?:[+-]?[0-9]+[Hh])?(?:[+-]?[0-9]+[Mm])?(?:[+-]?[0-9]+(?:[.,][0-9]{0,9})?[Ss])?)?";
    private static final String LONGER = "(?:[0-9]+\\s*" + UNIT + "\\s*)+|" + ISO;

    private final Map<String, Object> definitions = new TreeMap<>();

    private ConfigSchema() {}

    /** The schema. Ends with a line break. */
    public static String text() {
        return JsonText.of(new ConfigSchema().root());
    }

    private Map<String, Object> root() {
        var databaseKeys = Keys.DATABASE.stream().map(Key::name).toList();
        var databasePaths = paths(databaseKeys);
        var database = mapping(properties("", databaseKeys), patterns("", databaseKeys, path -> "^"));
        database.put(
                "description", "One database; the keys are those of the top, without profile, max-total and server.");
        definitions.put("database", database);

        var properties = properties("", Keys.names());
        var patterns = patterns("", Keys.names(), path -> databasePaths.contains(path) ? OF_ANY_DATABASE : "^");
        var databases = new LinkedHashMap<String, Object>();
        properties.put("databases", mapping(Map.of(), databases));
        databases.put("^" + NAME + "$", reference("database"));
        patterns.put("^databases\\." + NAME + "$", reference("database"));
        for (var path : databasePaths) {
            databases.put("^" + NAME + "\\." + escaped(path) + "$", reference(path));
            if (!path.contains(".")) {
                patterns.put("^databases\\." + NAME + "\\." + escaped(path) + "$", reference(path));
            }
        }
        var schema = ordered("$schema", DRAFT, "title", "wellhead.yaml");
        schema.put("description", "The settings of Wellhead. Made from its table of keys.");
        schema.putAll(mapping(properties, patterns));
        // An empty file says nothing, which is allowed.
        schema.put("type", List.of("object", "null"));
        schema.remove("minProperties");
        schema.put("$defs", definitions);
        return schema;
    }

    /**
     * The keys below a prefix, each group of them one level down; defines what it refers to.
     *
     * @param prefix empty at the top
     * @param names what stands below it
     */
    private Map<String, Object> properties(String prefix, List<String> names) {
        var properties = new LinkedHashMap<String, Object>();
        var groups = new LinkedHashMap<String, List<String>>();
        for (var name : names) {
            int dot = name.indexOf('.');
            if (dot < 0) {
                var key = Keys.find(prefix + name).orElseThrow();
                definitions.put(key.name(), leaf(key));
                properties.put(name, reference(key.name()));
            } else {
                groups.computeIfAbsent(name.substring(0, dot), group -> new ArrayList<>())
                        .add(name.substring(dot + 1));
            }
        }
        groups.forEach((group, below) -> {
            var inner = prefix + group + ".";
            definitions.put(prefix + group, mapping(properties(inner, below), patterns(inner, below, path -> "^")));
            properties.put(group, reference(prefix + group));
        });
        return properties;
    }

    /**
     * The same keys dotted.
     *
     * @param start how the pattern of a path begins
     */
    private static Map<String, Object> patterns(String prefix, List<String> names, UnaryOperator<String> start) {
        var patterns = new LinkedHashMap<String, Object>();
        for (var path : paths(names)) {
            var pattern = start.apply(path) + escaped(path);
            if (path.contains(".")) {
                patterns.put(pattern + "$", reference(prefix + path));
            }
            if (Keys.PAIRS.equals(prefix + path)) {
                patterns.put(pattern + "\\..+$", scalar());
            }
            if (Keys.LANES.equals(prefix + path)) {
                patterns.put(pattern + "\\." + LANE_NAME + "$", lane());
            }
        }
        return patterns;
    }

    /** All names and the groups that they are in. */
    private static List<String> paths(List<String> names) {
        var paths = new ArrayList<String>();
        for (var name : names) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                if (!paths.contains(name.substring(0, dot))) {
                    paths.add(name.substring(0, dot));
                }
            }
            paths.add(name);
        }
        return paths;
    }

    private static Map<String, Object> leaf(Key<?, ?, ?> key) {
        var leaf = new LinkedHashMap<String, Object>();
        var standard = KeyDefault.of(key);
        var text = new StringBuilder(key.text());
        text.append(' ').append(ConfigTemplate.unit(key)).append('.');
        if (!standard.isEmpty() && !key.equals(Keys.PROFILE)) {
            text.append(" Default: ").append(standard.text()).append('.');
        }
        text.append(" Counts ").append(key.change().text()).append('.');
        leaf.put("description", text.toString());
        leaf.putAll(type(key.type().shape()));
        if (standard.isCommon() && !standard.isEmpty()) {
            leaf.put("default", value(key.type().shape(), standard.at(Profile.PRODUCTION)));
        }
        var example = ConfigTemplate.example(key.name());
        if (key.secret()) {
            leaf.put("writeOnly", true);
        } else if (!example.isEmpty()) {
            leaf.put("examples", List.of(value(key.type().shape(), example)));
        }
        return leaf;
    }

    private static Map<String, Object> type(Shape shape) {
        var type = new LinkedHashMap<String, Object>();
        if (shape instanceof Shape.Whole whole) {
            type.put("type", List.of("integer", "string"));
            type.put("minimum", whole.least());
            type.put("maximum", whole.most());
            type.put("pattern", WHOLE);
        } else if (shape instanceof Shape.Fraction fraction) {
            type.put("type", List.of("number", "string"));
            type.put("minimum", value(fraction.least()));
            type.put("maximum", value(fraction.most()));
            type.put("pattern", FRACTION);
        } else if (shape instanceof Shape.Time time) {
            if (time.zero()) {
                type.put("type", List.of("string", "integer"));
                type.put("minimum", 0);
                type.put("maximum", 0);
            } else {
                type.put("type", "string");
            }
            type.put("pattern", "^\\s*(?:" + (time.zero() ? "0+|" : "") + LONGER + ")\\s*$");
        } else if (shape instanceof Shape.Matching matching) {
            type.put("type", "string");
            type.put("pattern", "^" + matching.pattern() + "$");
        } else if (shape instanceof Shape.Flag) {
            type.put("anyOf", List.of(ordered("type", "boolean"), words(List.of("true", "false"))));
        } else if (shape instanceof Shape.Choice choice) {
            var forms = new ArrayList<>(List.of(ordered("enum", choice.words()), words(choice.words())));
            if (choice.words().contains("off")) {
                // What most YAML readers make of a bare off.
                forms.add(ordered("const", false));
            }
            type.put("anyOf", forms);
        } else if (shape instanceof Shape.Lanes) {
            var lanes = LaneText.NAME + "=" + LaneText.PATTERN;
            type.put(
                    "anyOf",
                    List.of(
                            ordered("type", "string", "pattern", "^" + lanes + "(?:," + lanes + ")*$"),
                            ordered(
                                    "type",
                                    "object",
                                    "minProperties",
                                    1,
                                    "patternProperties",
                                    Map.of("^" + LANE_NAME + "$", lane()),
                                    "additionalProperties",
                                    false)));
        } else if (shape instanceof Shape.Pairs) {
            type.put(
                    "anyOf",
                    List.of(
                            ordered("type", "string", "pattern", "^" + PAIR + "(?:," + PAIR + ")*$"),
                            ordered("type", "object", "minProperties", 1, "additionalProperties", scalar())));
        } else {
            type.putAll(scalar());
        }
        return type;
    }

    private static Map<String, Object> lane() {
        return ordered("type", "string", "pattern", "^" + LaneText.PATTERN + "$");
    }

    /** Those words in any case, with {@code _} for {@code -}. */
    private static Map<String, Object> words(List<String> words) {
        var any = words.stream()
                .map(word -> word.chars()
                        .mapToObj(c -> c == '-' ? "[_-]" : "[" + Character.toUpperCase((char) c) + (char) c + "]")
                        .collect(Collectors.joining()))
                .collect(Collectors.joining("|"));
        return ordered("type", "string", "pattern", "^\\s*(?:" + any + ")\\s*$");
    }

    /** A scalar, which every text may be written as. */
    private static Map<String, Object> scalar() {
        return ordered("type", List.of("string", "number", "boolean"));
    }

    private static Map<String, Object> mapping(Map<String, Object> properties, Map<String, Object> patterns) {
        return ordered(
                "type",
                "object",
                "minProperties",
                1,
                "properties",
                properties,
                "patternProperties",
                patterns,
                "additionalProperties",
                false);
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return map;
    }

    private static Object value(Shape shape, String text) {
        if (shape instanceof Shape.Whole) {
            return Integer.parseInt(text);
        }
        if (shape instanceof Shape.Fraction) {
            return value(Double.parseDouble(text));
        }
        if (shape instanceof Shape.Flag) {
            return Boolean.parseBoolean(text);
        }
        return text;
    }

    /** A whole number without a point. */
    private static Number value(double number) {
        return number == Math.rint(number) ? (Number) (long) number : (Number) number;
    }

    private static Map<String, Object> reference(String definition) {
        return Map.of("$ref", "#/$defs/" + definition);
    }

    private static String escaped(String path) {
        return path.replace(".", "\\.");
    }
}
