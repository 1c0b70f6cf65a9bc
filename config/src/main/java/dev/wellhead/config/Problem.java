// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/**
 * One thing that is wrong with the configuration. No part of it ever holds a secret.
 *
 * @param severity whether the configuration can still be used
 * @param place where it was written, such as {@code wellhead.yaml:12} or {@code environment DB_POOL_MAX}
 * @param key the setting, such as {@code pool.max-size}; empty where none is meant
 * @param value what was given, masked where it may be secret; empty if nothing was
 * @param rule what must hold
 * @param fix what to do
 */
public record Problem(Severity severity, String place, String key, String value, String rule, String fix) {

    /** A problem that forbids the use of the configuration. */
    static Problem error(String place, String key, String value, String rule, String fix) {
        return new Problem(Severity.ERROR, place, key, value, rule, fix);
    }

    /** A problem that does not. */
    static Problem warning(String place, String key, String value, String rule, String fix) {
        return new Problem(Severity.WARNING, place, key, value, rule, fix);
    }

    /** Whether this is an error. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** One line: place, key and value, rule, fix. */
    @Override
    public String toString() {
        var subject = key.isEmpty() ? "" : value.isEmpty() ? key + ": " : key + "=" + value + ": ";
        return place + ": " + subject + rule + "; " + fix;
    }
}
