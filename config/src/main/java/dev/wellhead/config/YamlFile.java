// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.io.StringReader;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Set;
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
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.representer.Representer;

/** Reads {@code wellhead.yaml} into keys, each with its line. Nothing in it makes objects. */
final class YamlFile {

    private static final int DEEPEST = 20;

    /** So that a small file cannot stand for a huge one. */
    private static final int MOST_REPEATS = 50;

    private static final Pattern NAMING =
            Pattern.compile("(found (?:undefined alias|undefined tag handle|duplicate anchor)).*");

    private final FileEntries entries;
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private int repeats;

    private YamlFile(String file) {
        this.entries = new FileEntries(file);
    }

    static void read(String text, String file, Statements statements) {
        var reader = new YamlFile(file);
        try {
            var root = yaml().compose(new StringReader(text));
            // An empty file says nothing; so does one of comments alone.
            if (root != null && !isNothing(root)) {
                reader.root(root);
            }
            reader.entries.handTo(statements);
        } catch (FileRefusedException refused) {
            statements.problem(reader.entries.refused(refused));
        } catch (MarkedYAMLException malformed) {
            statements.problem(reader.entries.refused(malformed(malformed)));
        } catch (ReaderException unreadable) {
            statements.problem(reader.entries.refused(unreadable(text, unreadable)));
        } catch (YAMLException tooDeep) {
            // The only one without a place: what is nested deeper than this parser goes.
            statements.problem(reader.entries.refused(new FileRefusedException(
                    FileRefusedException.NO_LINE,
                    "is not YAML: " + firstLine(tooDeep.getMessage()),
                    "use at most " + DEEPEST + " levels")));
        }
    }

    private static Yaml yaml() {
        var options = new LoaderOptions();
        options.setNestingDepthLimit(5 * DEEPEST);
        options.setAllowRecursiveKeys(false);
        // Counted here instead, where the line is known.
        options.setMaxAliasesForCollections(Integer.MAX_VALUE);
        var dumper = new DumperOptions();
        return new Yaml(new SafeConstructor(options), new Representer(dumper), dumper, options);
    }

    private static FileRefusedException unreadable(String text, ReaderException unreadable) {
        int position =
                text.offsetByCodePoints(0, Math.min(unreadable.getPosition(), text.codePointCount(0, text.length())));
        int line =
                (int) text.substring(0, position).chars().filter(c -> c == '\n').count() + 1;
        return new FileRefusedException(
                line, "holds a control character", "remove it, or write it as an escape in double quotes");
    }

    private static FileRefusedException malformed(MarkedYAMLException malformed) {
        var mark = malformed.getProblemMark();
        var what = withoutNames(firstLine(malformed.getProblem()));
        var fix = what.contains("TAB") || what.contains("\\t")
                ? "indent with spaces; YAML takes no tabs"
                : what.contains("another document")
                        ? "keep one document; remove ---"
                        : "correct the line; check indentation, quotes and the blank after each colon; a value that begins"
                                + " with * & ! % @ or ` needs quotes";
        int line = mark == null ? FileRefusedException.NO_LINE : mark.getLine() + 1;
        return new FileRefusedException(line, "is not YAML: " + what, fix);
    }

    /** An unquoted password that begins with {@code *} is an alias to YAML, and its parser would quote it. */
    private static String withoutNames(String what) {
        return NAMING.matcher(what).replaceFirst("$1");
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "cannot be read" : message.lines().findFirst().orElse("");
    }

    private void root(Node root) throws FileRefusedException {
        if (root instanceof MappingNode mapping) {
            mapping(mapping, "", lineOf(root), 1);
        } else {
            entries.problem(lineOf(root), "", "must hold keys and values", "write key: value on each line");
        }
    }

    /**
     * Takes all entries of a mapping.
     *
     * @param line where the key of the mapping stands, or the alias that stands for it
     */
    private void mapping(MappingNode mapping, String prefix, int line, int depth) throws FileRefusedException {
        if (depth > DEEPEST) {
            throw new FileRefusedException(line, "is nested too deep", "use at most " + DEEPEST + " levels");
        }
        if (!seen.add(mapping) && ++repeats > MOST_REPEATS) {
            throw new FileRefusedException(
                    line,
                    "repeats other parts (*) more than " + MOST_REPEATS + " times",
                    "write the values out, or repeat fewer parts");
        }
        if (!open.add(mapping)) {
            throw new FileRefusedException(
                    line, "holds itself: an alias (*) stands inside of what it stands for", "remove the alias");
        }
        var names = new HashMap<String, Integer>();
        for (var tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                entries.problem(
                        lineOf(tuple.getKeyNode()), prefix, "has a key that is no plain text", "write key: value");
                continue;
            }
            var earlier = names.putIfAbsent(name.getValue(), lineOf(name));
            if (earlier == null) {
                entry(name, tuple.getValueNode(), prefix, depth);
            } else {
                entries.twice(path(prefix, name), lineOf(name), earlier);
            }
        }
        open.remove(mapping);
    }

    private void entry(ScalarNode name, Node node, String prefix, int depth) throws FileRefusedException {
        var key = path(prefix, name);
        int line = lineOf(name);
        if (name.getTag().equals(Tag.MERGE)) {
            entries.problem(line, prefix, "holds a merge (<<)", "write the keys out; merges are not read");
        } else if (node instanceof MappingNode nested) {
            if (nested.getValue().isEmpty()) {
                entries.noValue(key, line);
            }
            mapping(nested, key, line, depth + 1);
        } else if (node instanceof SequenceNode) {
            entries.problem(line, key, "is a list", "give one value");
        } else if (node instanceof ScalarNode value) {
            scalar(key, line, value);
        }
    }

    private static String path(String prefix, ScalarNode name) {
        return prefix.isEmpty() ? name.getValue() : prefix + "." + name.getValue();
    }

    private void scalar(String key, int line, ScalarNode value) throws FileRefusedException {
        if (value.getTag().getValue().startsWith("!")) {
            entries.problem(
                    line, key, "has a tag (!)", "put the value into quotes if it begins with !, or remove the tag");
        } else if (isNothing(value)) {
            entries.noValue(key, line);
        } else {
            entries.put(key, value.getValue(), line);
        }
    }

    private static boolean isNothing(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static int lineOf(Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
