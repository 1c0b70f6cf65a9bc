// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** One answer of {@code /metrics}, and what of an expression it does not hold. */
final class Scrape {

    private static final Pattern LINE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern SHOWN = Pattern.compile("\\{\\{\\s*(?:\\$labels\\.)?([a-z]\\w*)\\s*}}");

    private final List<Sample> samples = new ArrayList<>();

    private record Sample(String metric, Map<String, String> labels, double value) {}

    Scrape(String text) {
        for (var line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
            var matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(line);
            }
            Map<String, String> labels = new LinkedHashMap<>();
            var label = LABEL.matcher(matcher.group(2) == null ? "" : matcher.group(2));
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
            var value = matcher.group(3);
            samples.add(new Sample(
                    matcher.group(1),
                    labels,
                    value.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value)));
        }
    }

    /** The sum of a metric's samples that have that label; keys and values. */
    double sum(String metric, String... labels) {
        return samples.stream()
                .filter(sample -> sample.metric.equals(metric))
                .filter(sample -> {
                    for (int i = 0; i < labels.length; i += 2) {
                        if (!labels[i + 1].equals(sample.labels.get(labels[i]))) {
                            return false;
                        }
                    }
                    return true;
                })
                .mapToDouble(Sample::value)
                .sum();
    }

    /** What the expression, and the texts that show labels of its result, name and this does not hold. */
    List<String> missing(String expression, String... texts) {
        List<String> wrong = new ArrayList<>();
        PromQl.Names names;
        try {
            names = PromQl.names(expression);
        } catch (IllegalArgumentException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
        if (names.selectors().isEmpty()) {
            wrong.add("no metric in " + expression);
        }
        for (var selector : names.selectors()) {
            var own = samples.stream()
                    .filter(sample -> sample.metric.equals(selector.metric()))
                    .toList();
            if (own.isEmpty()) {
                wrong.add("no metric " + selector.metric());
                continue;
            }
            selector.matchers().forEach(matcher -> check(matcher, selector.metric(), own, wrong));
            names.grouping().stream()
                    .filter(label -> !own.get(0).labels.containsKey(label))
                    .forEach(label -> wrong.add("no label " + label + " to group " + selector.metric() + " by"));
            Set<String> left = names.grouping().isEmpty() ? own.get(0).labels.keySet() : names.grouping();
            for (var text : texts) {
                var shown = SHOWN.matcher(text);
                while (shown.find()) {
                    if (!left.contains(shown.group(1))) {
                        wrong.add("no label " + shown.group(1) + " of " + selector.metric() + " to show in " + text);
                    }
                }
            }
        }
        return wrong;
    }

    private static void check(PromQl.Matcher matcher, String metric, List<Sample> own, List<String> wrong) {
        var values =
                own.stream().map(sample -> sample.labels.get(matcher.label())).toList();
        if (values.contains(null)) {
            wrong.add("no label " + matcher.label() + " of " + metric);
            return;
        }
        if (matcher.value().startsWith("$")) {
            return;
        }
        // One value, or several with | between them: each must be one that there is.
        for (var wanted : matcher.value().split("\\|", -1)) {
            if (!values.contains(wanted)) {
                wrong.add("no " + matcher.label() + "=" + wanted + " of " + metric);
            }
        }
    }
}
