// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.util.EnumSet;
import java.util.Set;

/**
 * What is looked at, and what the settings are made for.
 *
 * @param steps which; those that later ones need are done all the same, but not reported
 * @param maxTotal the most connections of all databases together; 0: no such limit
 * @param expectsPooler whether the profile is made for a pooler in front
 * @param embedded whether the database is the embedded server's
 */
public record Plan(Set<Step> steps, int maxTotal, boolean expectsPooler, boolean embedded) {

    /** Copies the set. */
    public Plan {
        steps = Set.copyOf(steps);
    }

    /** All steps. */
    public static Plan everything(int maxTotal, boolean expectsPooler, boolean embedded) {
        return new Plan(EnumSet.allOf(Step.class), maxTotal, expectsPooler, embedded);
    }

    /** The steps that show whether a configuration fits its servers. */
    public static Plan configuration(int maxTotal, boolean expectsPooler) {
        return new Plan(
                EnumSet.complementOf(EnumSet.of(Step.LATENCY, Step.PERMISSIONS)), maxTotal, expectsPooler, false);
    }
}
