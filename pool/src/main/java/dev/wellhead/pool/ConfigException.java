// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.util.List;
import java.util.stream.Collectors;

/** Settings were refused; lists every violation at once. Nothing was started or changed. */
public final class ConfigException extends PoolException {

    private static final long serialVersionUID = 1L;

    /**
     * One setting that breaks a rule.
     *
     * @param key the setting's name as files spell it, such as {@code max-size}
     * @param value what was given, masked where it is secret
     * @param rule what must hold
     * @param fix what to do
     */
    public record Violation(String key, String value, String rule, String fix) {

        @Override
        public String toString() {
            return key + "=" + value + ": " + rule + "; " + fix;
        }
    }

    private final transient List<Violation> violations;

    /** Refuses the settings of {@code subject} ("pool orders") for at least one violation. */
    public ConfigException(String subject, List<Violation> violations) {
        super("Invalid configuration of " + subject + ": " + violations.size()
                + (violations.size() == 1 ? " problem" : " problems")
                + violations.stream().map(v -> "\n  " + v).collect(Collectors.joining()));
        this.violations = List.copyOf(violations);
    }

    /** All violations, in the order of the settings; never empty. */
    public List<Violation> violations() {
        return violations;
    }
}
