// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
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
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/** Reads {@code wellhead.yaml} into keys, each with its line. Nothing in it makes objects. */
final class YamlFile {

    private static final int MOST_VALUES = 10_000;
    private static final int DEEPEST = 20;

    private static final Pattern NAMING =
            Pattern.compile("(found (?:undefined alias|undefined tag handle|duplicate anchor)).*");

    private final String file;
    private final Statements statements;
    private final Map<String, Integer> lines = new HashMap<>();
    private int values;

    private YamlFile(String file, Statements statements) {
        this.file = file;
        this.statements = statements;
    }

    static void read(String text, String file, Statements statements) {
        var reader = new YamlFile(file, statements);
        try {
            var root = yaml().compose(new StringReader(text));
            // An empty file says nothing; so does one of comments alone.
            if (root != null && !isNothing(root)) {
                reader.root(root);
            }
        } catch (MarkedYAMLException malformed) {
            reader.malformed(malformed);
        } catch (YAMLException malformed) {
            reader.problem(file, "", "is not YAML: " + firstLine(malformed.getMessage()), "correct the file");
        }
    }

    private static Yaml yaml() {
        var options = new LoaderOptions();
        options.setMaxAliasesForCollections(50);
        options.setNestingDepthLimit(DEEPEST);
        options.setAllowRecursiveKeys(false);
        var dumper = new DumperOptions();
        return new Yaml(new SafeConstructor(options), new Representer(dumper), dumper, options);
    }

    private void malformed(MarkedYAMLException malformed) {
        var mark = malformed.getProblemMark();
        var place = mark == null ? file : file + ":" + (mark.getLine() + 1);
        var what = withoutNames(firstLine(malformed.getProblem()));
        var fix = what.contains("TAB") || what.contains("\\t")
                ? "indent with spaces; YAML takes no tabs"
                : "correct the line; check indentation, quotes and the blank after each colon; a value that begins"
                        + " with * & ! % @ or ` needs quotes";
        problem(place, "", "is not YAML: " + what, fix);
    }

    /** An unquoted password that begins with {@code *} is an alias to YAML, and its parser would quote it. */
    private static String withoutNames(String what) {
        return NAMING.matcher(what).replaceFirst("$1");
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "cannot be read" : message.lines().findFirst().orElse("");
    }

    private void root(Node root) {
        if (root instanceof MappingNode mapping) {
            mapping(mapping, "", 1);
        } else {
            problem(place(root), "", "must hold keys and values", "write key: value on each line");
        }
    }

    private void mapping(MappingNode mapping, String prefix, int depth) {
        if (depth > DEEPEST) {
            problem(place(mapping), prefix, "is nested too deep", "use at most " + DEEPEST + " levels");
            return;
        }
        var names = new HashMap<String, Integer>();
        for (var tuple : mapping.getValue()) {
            if (values > MOST_VALUES) {
                return;
            }
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                problem(place(tuple.getKeyNode()), prefix, "has a key that is no plain text", "write key: value");
                continue;
            }
            var earlier = names.putIfAbsent(name.getValue(), lineOf(name));
            if (earlier == null) {
                entry(name, tuple.getValueNode(), prefix, depth);
            } else {
                twice(path(prefix, name), name, earlier);
            }
        }
    }

    private void entry(ScalarNode name, Node node, String prefix, int depth) {
        var key = path(prefix, name);
        if (name.getTag().equals(Tag.MERGE)) {
            problem(place(name), prefix, "holds a merge (<<)", "write the keys out; merges are not read");
        } else if (node instanceof MappingNode nested) {
            if (nested.getValue().isEmpty()) {
                problem(place(name), key, "has no value", "give it one, or remove the line");
            }
            mapping(nested, key, depth + 1);
        } else if (node instanceof SequenceNode) {
            problem(place(name), key, "is a list", "give one value");
        } else if (node instanceof ScalarNode value) {
            scalar(key, name, value);
        }
    }

    private static String path(String prefix, ScalarNode name) {
        return prefix.isEmpty() ? name.getValue() : prefix + "." + name.getValue();
    }

    private void scalar(String key, ScalarNode name, ScalarNode value) {
        if (++values > MOST_VALUES) {
            problem(place(name), key, "is one of too many values", "use at most " + MOST_VALUES);
            return;
        }
        var earlier = lines.putIfAbsent(key, lineOf(name));
        if (earlier != null) {
            twice(key, name, earlier);
        } else if (value.getTag().getValue().startsWith("!")) {
            problem(
                    place(name),
                    key,
                    "has a tag (!)",
                    "put the value into quotes if it begins with !, or remove the tag");
        } else if (isNothing(value)) {
            problem(place(name), key, "has no value", "give it one, or remove the line");
        } else {
            statements.keyed(key, value.getValue(), Layer.FILE, place(name));
        }
    }

    private static boolean isNothing(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private void twice(String key, Node node, int earlier) {
        problem(place(node), key, "stands twice: also at " + file + ":" + earlier, "keep one of the two lines");
    }

    private static int lineOf(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    private String place(Node node) {
        return file + ":" + lineOf(node);
    }

    private void problem(String place, String key, String rule, String fix) {
        statements.problem(Problem.error(place, key, "", rule, fix));
    }
}
