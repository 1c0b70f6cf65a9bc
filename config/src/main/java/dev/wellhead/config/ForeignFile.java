// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Reads a file of another program into flat keys with their lines, by that program's rules and not by ours: of two equal
 * keys the last counts, and it may hold several documents, each under a line {@code ---} ({@code #---} in properties).
 */
final class ForeignFile {

    private static final int DEEPEST = 30;

    private ForeignFile() {}

    /** A value and the line it stands in. */
    record Value(String text, int line) {

        /** Without the value: it may be a secret. */
        @Override
        public String toString() {
            return "line " + line;
        }
    }

    /**
     * One document.
     *
     * @param line where it begins
     * @param values by flat key, in the order of the file
     */
    record Document(int line, Map<String, Value> values) {

        Optional<String> text(String key) {
            return Optional.ofNullable(values.get(key)).map(Value::text);
        }
    }

    /** The documents of a YAML file. Lists are left out, anything else is a text. */
    static List<Document> yaml(String text) throws FileRefusedException {
        var options = new LoaderOptions();
        options.setAllowRecursiveKeys(false);
        var dumper = new DumperOptions();
        var parser = new Yaml(new SafeConstructor(options), new Representer(dumper), dumper, options);
        var documents = new ArrayList<Document>();
        try {
            for (var root : parser.composeAll(new StringReader(text))) {
                var values = new LinkedHashMap<String, Value>();
                if (root instanceof MappingNode mapping) {
                    flatten(mapping, "", values, 1);
                } else if (!root.getTag().equals(Tag.NULL)) {
                    throw new FileRefusedException(
                            line(root), "must hold keys and values", "name Spring Boot's application.yml");
                }
                documents.add(new Document(line(root), values));
            }
        } catch (MarkedYAMLException malformed) {
            var mark = malformed.getProblemMark();
            throw new FileRefusedException(
                    mark == null ? FileRefusedException.NO_LINE : mark.getLine() + 1,
                    "is not YAML",
                    "correct the line; a value that begins with @ or % needs quotes");
        } catch (YAMLException other) {
            throw new FileRefusedException(FileRefusedException.NO_LINE, "is not YAML", "name the right file");
        }
        return documents;
    }

    private static void flatten(MappingNode mapping, String prefix, Map<String, Value> values, int depth)
            throws FileRefusedException {
        if (depth > DEEPEST) {
            throw new FileRefusedException(line(mapping), "is nested too deep", "name the right file");
        }
        for (var tuple : mapping.getValue()) {
            // What is merged in (<<) stands before the keys beside it, which win.
            if (tuple.getKeyNode().getTag().equals(Tag.MERGE) && tuple.getValueNode() instanceof MappingNode merged) {
                flatten(merged, prefix, values, depth + 1);
            }
        }
        for (var tuple : mapping.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode name && !name.getTag().equals(Tag.MERGE)) {
                var key = prefix.isEmpty() ? name.getValue() : prefix + "." + name.getValue();
                if (tuple.getValueNode() instanceof MappingNode nested) {
                    flatten(nested, key, values, depth + 1);
                } else if (tuple.getValueNode() instanceof ScalarNode value) {
                    values.put(key, new Value(value.getTag().equals(Tag.NULL) ? "" : value.getValue(), line(name)));
                }
            }
        }
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    /** The documents of a properties file; {@link Properties} itself reads each entry. */
    static List<Document> properties(String text) throws FileRefusedException {
        var lines = text.lines().toList();
        var documents = new ArrayList<Document>();
        var values = new LinkedHashMap<String, Value>();
        int begin = 1;
        int next = 0;
        while (next < lines.size()) {
            int line = next + 1;
            var first = lines.get(next++);
            if (first.stripTrailing().equals("#---") || first.stripTrailing().equals("!---")) {
                documents.add(new Document(begin, values));
                values = new LinkedHashMap<>();
                begin = line + 1;
                continue;
            }
            var entry = new StringBuilder(first);
            while (!isComment(first) && isContinued(entry) && next < lines.size()) {
                entry.append('\n').append(lines.get(next++));
            }
            put(entry.toString(), line, values);
        }
        documents.add(new Document(begin, values));
        return documents;
    }

    private static boolean isComment(String line) {
        var text = line.stripLeading();
        return text.startsWith("#") || text.startsWith("!");
    }

    private static boolean isContinued(CharSequence text) {
        int backslashes = 0;
        while (backslashes < text.length() && text.charAt(text.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static void put(String entry, int line, Map<String, Value> values) throws FileRefusedException {
        var one = new Properties();
        try {
            one.load(new StringReader(entry));
        } catch (IOException | IllegalArgumentException malformed) {
            throw new FileRefusedException(
                    line, "holds \\u without four hexadecimal digits after it", "write the character itself");
        }
        for (var key : one.stringPropertyNames()) {
            values.put(key, new Value(String.valueOf((@Nullable String) one.getProperty(key)), line));
        }
    }
}
