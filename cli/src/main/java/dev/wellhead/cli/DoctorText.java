// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.cli.internal.Complaint;
import dev.wellhead.cli.internal.Complaint.Kind;
import dev.wellhead.cli.internal.DatabaseReport;
import dev.wellhead.cli.internal.Status;
import dev.wellhead.cli.internal.StepResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What doctor found, for people and as JSON. */
final class DoctorText {
    private static final int WIDTH = 120;
    private static final String MARGIN = " ".repeat(31);

    private DoctorText() {}

    /** A block for each database, one line a step, problems and mends below their step; then the sum. */
    static String of(List<DatabaseReport> reports) {
        List<String> lines = new ArrayList<>();
        for (var report : reports) {
            lines.add("database " + report.name() + ": " + report.url() + " as " + report.user());
            steps(report.steps(), lines);
            lines.add("");
        }
        lines.add(sum(reports));
        return String.join("\n", lines);
    }

    /** Skipped steps that follow each other for one reason share a line. */
    private static void steps(List<StepResult> steps, List<String> lines) {
        for (int i = 0; i < steps.size(); i++) {
            var step = steps.get(i);
            if (step.status() != Status.SKIPPED) {
                step(step, lines);
                continue;
            }
            List<String> names = new ArrayList<>(List.of(step.step().text()));
            while (i + 1 < steps.size()
                    && steps.get(i + 1).status() == Status.SKIPPED
                    && steps.get(i + 1).summary().equals(step.summary())) {
                names.add(steps.get(++i).step().text());
            }
            wrapped(head("skipped", "", ""), String.join(", ", names) + ": " + step.summary(), lines);
        }
    }

    private static void step(StepResult step, List<String> lines) {
        wrapped(head(step.step().text(), mark(step.status()), millis(step.elapsedNanos())), step.summary(), lines);
        step.details().forEach(detail -> wrapped(MARGIN, detail, lines));
        for (var complaint : step.complaints()) {
            var kind = complaint.kind() == Kind.WARNING ? "warning: " : "problem: ";
            wrapped(MARGIN + kind, complaint.wrong(), lines);
            wrapped(MARGIN + "     do: ", complaint.mend(), lines);
        }
    }

    private static String head(String step, String mark, String time) {
        return String.format(Locale.ROOT, "  %-12s %-4s %9s  ", step, mark, time);
    }

    /** Breaks a text between words, so that all its lines begin below its first. */
    private static void wrapped(String head, String text, List<String> lines) {
        var line = new StringBuilder(head);
        int begin = head.length();
        for (var word : text.split(" ", -1)) {
            if (line.length() > begin && line.length() + word.length() > WIDTH) {
                lines.add(line.toString().stripTrailing());
                line = new StringBuilder(" ".repeat(begin));
            }
            line.append(word).append(' ');
        }
        lines.add(line.toString().stripTrailing());
    }

    private static String mark(Status status) {
        return switch (status) {
            case OK -> "ok";
            case WARN -> "warn";
            case FAIL -> "FAIL";
            case SKIPPED -> "";
        };
    }

    private static String millis(long nanos) {
        return nanos == 0 ? "" : String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }

    private static String sum(List<DatabaseReport> reports) {
        long problems = count(reports, false);
        long warnings = count(reports, true);
        return counted(reports.size(), "database") + ": "
                + (problems == 0 ? "no problem" : counted(problems, "problem"))
                + (warnings == 0 ? "" : ", " + counted(warnings, "warning"));
    }

    private static long count(List<DatabaseReport> reports, boolean warnings) {
        return reports.stream()
                .flatMap(report -> report.complaints().stream())
                .filter(complaint -> (complaint.kind() == Kind.WARNING) == warnings)
                .count();
    }

    private static String counted(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    static Map<String, Object> json(List<DatabaseReport> reports) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", reports.stream().noneMatch(DatabaseReport::failed));
        result.put("problems", count(reports, false));
        result.put("warnings", count(reports, true));
        result.put("databases", reports.stream().map(DoctorText::json).toList());
        return result;
    }

    private static Map<String, Object> json(DatabaseReport report) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", report.name());
        result.put("url", report.url());
        result.put("user", report.user());
        result.put("ok", !report.failed());
        result.put("reachable", !report.unreachable());
        result.put("steps", report.steps().stream().map(DoctorText::json).toList());
        return result;
    }

    private static Map<String, Object> json(StepResult step) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("step", step.step().text());
        result.put("status", step.status().text());
        result.put("elapsedMs", LoadText.rounded(step.elapsedNanos() / 1e6));
        result.put("summary", step.summary());
        result.put("details", step.details());
        result.put("facts", step.facts());
        result.put(
                "complaints", step.complaints().stream().map(DoctorText::json).toList());
        return result;
    }

    private static Map<String, Object> json(Complaint complaint) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("kind", complaint.kind().name().toLowerCase(Locale.ROOT));
        result.put("key", complaint.key());
        result.put("problem", complaint.wrong());
        result.put("mend", complaint.mend());
        return result;
    }
}
