// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.util.List;
import java.util.Optional;

/**
 * What was found of one database.
 *
 * @param name as configured
 * @param url without secrets
 * @param user who logs in
 * @param steps in order, also those that were skipped
 */
public record DatabaseReport(String name, String url, String user, List<StepResult> steps) {

    /** Copies the list. */
    public DatabaseReport {
        steps = List.copyOf(steps);
    }

    /** What is wrong, in the order of the steps. */
    public List<Complaint> complaints() {
        return steps.stream().flatMap(step -> step.complaints().stream()).toList();
    }

    /** Whether something does not work. */
    public boolean failed() {
        return steps.stream().anyMatch(step -> step.status() == Status.FAIL);
    }

    /** Whether the database could not be reached. */
    public boolean unreachable() {
        return complaints().stream().anyMatch(complaint -> complaint.kind() == Complaint.Kind.UNREACHABLE);
    }

    /** One step, if it was planned. */
    public Optional<StepResult> step(Step step) {
        return steps.stream().filter(result -> result.step() == step).findFirst();
    }
}
