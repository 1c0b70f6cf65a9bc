// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The names in a PromQL expression: enough of the language for alert rules and dashboards, and whatever is not understood
 * is refused.
 */
final class PromQl {

    private static final Pattern TOKEN = Pattern.compile("\\s*(?:(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
            + "|(?<variable>\\$\\{?\\w+}?)"
            + "|(?<number>\\d+(?:\\.\\d+)?(?:ms|[smhdwy])?)"
            + "|(?<word>[a-zA-Z_:][a-zA-Z0-9_:]*)"
            + "|(?<sign>=~|!~|!=|==|>=|<=|[-=<>+*/%^(){}\\[\\],]))\\s*");

    private static final Set<String> GROUPING = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "offset");
    private static final Set<String> FUNCTIONS =
            Set.of("sum", "max", "min", "avg", "count", "rate", "increase", "histogram_quantile", "absent");

    private final String text;
    private final List<String> tokens = new ArrayList<>();
    private final List<Selector> selectors = new ArrayList<>();
    private final Set<String> grouping = new TreeSet<>();
    private int at;

    /** A metric and what its labels must be. */
    record Selector(String metric, List<Matcher> matchers) {}

    /** What one label must be. */
    record Matcher(String label, String operator, String value) {}

    /** The expression's metrics, and the labels that it groups by. */
    record Names(List<Selector> selectors, Set<String> grouping) {}

    private PromQl(String text) {
        this.text = text;
        var matcher = TOKEN.matcher(text);
        int end = 0;
        while (end < text.length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw new IllegalArgumentException("not understood at " + end + ": " + text);
            }
            tokens.add(matcher.group().strip());
            end = matcher.end();
        }
    }

    static Names names(String text) {
        var expression = new PromQl(text);
        expression.read();
        return new Names(List.copyOf(expression.selectors), Set.copyOf(expression.grouping));
    }

    private void read() {
        int open = 0;
        while (at < tokens.size()) {
            var token = next();
            if (Character.isLetter(token.charAt(0)) || token.charAt(0) == '_') {
                word(token);
            } else if (token.equals("[")) {
                next();
                expect("]");
            } else if (token.equals("(")) {
                open++;
            } else if (token.equals(")")) {
                open--;
            } else if (Set.of("{", "}", "]", "=", "=~", "!~").contains(token)) {
                throw wrong(token);
            }
        }
        if (open != 0) {
            throw wrong("parentheses");
        }
    }

    private void word(String word) {
        if (GROUPING.contains(word)) {
            expect("(");
            for (var label = next(); !label.equals(")"); label = next()) {
                if (!label.equals(",")) {
                    grouping.add(label);
                }
            }
        } else if (peek().equals("(") || GROUPING.contains(peek())) {
            if (!FUNCTIONS.contains(word)) {
                throw wrong(word);
            }
        } else if (!OPERATORS.contains(word)) {
            selectors.add(new Selector(word, matchers()));
        }
    }

    private List<Matcher> matchers() {
        List<Matcher> all = new ArrayList<>();
        if (!peek().equals("{")) {
            return all;
        }
        next();
        while (!peek().equals("}")) {
            var label = next();
            var operator = next();
            var value = next();
            if (!Set.of("=", "!=", "=~", "!~").contains(operator) || !value.startsWith("\"")) {
                throw wrong(label + operator + value);
            }
            all.add(new Matcher(label, operator, value.substring(1, value.length() - 1)));
            if (peek().equals(",")) {
                next();
            }
        }
        next();
        return all;
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private String next() {
        if (at == tokens.size()) {
            throw wrong("end");
        }
        return tokens.get(at++);
    }

    private void expect(String sign) {
        if (!next().equals(sign)) {
            throw wrong("no " + sign);
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("not understood, " + what + ": " + text);
    }
}
