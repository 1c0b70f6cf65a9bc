// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.cli.internal.Complaint.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects what one step finds. Used by one thread. */
final class Findings {
    private final List<String> summary = new ArrayList<>();
    private final List<String> details = new ArrayList<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final List<Complaint> complaints = new ArrayList<>();

    /** Adds a part of the one line that sums the step up. */
    void say(String part) {
        summary.add(part);
    }

    /** Adds a line of its own. */
    void detail(String line) {
        details.add(line);
    }

    /** Adds a value under a name. */
    void fact(String name, Object value) {
        facts.put(name, value);
    }

    void warn(String key, String wrong, String mend) {
        complaints.add(new Complaint(Kind.WARNING, key, wrong, mend));
    }

    void refused(String key, String wrong, String mend) {
        complaints.add(new Complaint(Kind.REFUSED, key, wrong, mend));
    }

    void unreachable(String wrong, String mend) {
        complaints.add(new Complaint(Kind.UNREACHABLE, "url", wrong, mend));
    }

    boolean failed() {
        return complaints.stream().anyMatch(complaint -> complaint.kind() != Kind.WARNING);
    }

    StepResult result(Step step, long elapsedNanos) {
        var status = failed() ? Status.FAIL : complaints.isEmpty() ? Status.OK : Status.WARN;
        return new StepResult(step, status, elapsedNanos, String.join("; ", summary), details, facts, complaints);
    }

    /** Milliseconds with a precision that suits their size. */
    static String millis(long nanos) {
        double millis = nanos / 1e6;
        return String.format(Locale.ROOT, millis < 100 ? "%.2f ms" : "%.0f ms", millis);
    }

    /** Milliseconds for programs, to the microsecond. */
    static double roundedMillis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
