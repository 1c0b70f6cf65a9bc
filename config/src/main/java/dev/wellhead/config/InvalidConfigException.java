// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration was refused; lists every problem at once. Nothing was started. */
public final class InvalidConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** Refuses a configuration for those problems, of which at least one is an error. */
    public InvalidConfigException(List<Problem> problems) {
        super("Invalid configuration: " + problems.size() + (problems.size() == 1 ? " problem" : " problems")
                + problems.stream().map(problem -> "\n  " + problem).collect(Collectors.joining()));
        this.problems = List.copyOf(problems);
    }

    /** All problems, errors first; never empty. */
    public List<Problem> problems() {
        return problems;
    }
}
