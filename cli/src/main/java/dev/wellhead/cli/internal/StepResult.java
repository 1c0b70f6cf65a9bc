// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one step found.
 *
 * @param step which
 * @param status how it ended
 * @param elapsedNanos how long it took; 0 for a step that was skipped
 * @param summary what was found, one line; for a skipped step, why
 * @param details more lines, for people
 * @param facts what was found, by name, for programs: numbers, texts, lists and maps of those
 * @param complaints what is wrong, with its mend; empty when the step is good
 */
public record StepResult(
        Step step,
        Status status,
        long elapsedNanos,
        String summary,
        List<String> details,
        Map<String, Object> facts,
        List<Complaint> complaints) {

    /** Copies the collections. */
    public StepResult {
        details = List.copyOf(details);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        complaints = List.copyOf(complaints);
    }

    static StepResult skipped(Step step, String reason) {
        return new StepResult(step, Status.SKIPPED, 0, reason, List.of(), Map.of(), List.of());
    }
}
