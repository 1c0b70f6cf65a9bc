// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.database.ErrorCode;
import dev.wellhead.database.ErrorJudge;
import dev.wellhead.database.ErrorRow;
import dev.wellhead.database.Phase;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a code means, why it comes, and what to do. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Say what an error means, why it comes, and what to do. Asks no database.")
// Picocli fills the fields before call().
@SuppressWarnings("NullAway.Init")
final class ExplainCommand implements Callable<Integer> {
    private static final Pattern ORACLE = Pattern.compile("ORA-(\\d{1,5})");
    private static final Pattern VENDOR = Pattern.compile("#?(\\d{1,5})");

    private final Terminal terminal;

    @Parameters(
            paramLabel = "CODE",
            description = "A code such as E2001, a SQLSTATE such as 40001, a vendor's code such as 1213 or ORA-00060,"
                    + " or P1001, P2024.")
    private String asked;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var name = asked.strip().toUpperCase(Locale.ROOT);
        var rows = rows(name);
        Set<ErrorCode> codes = Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(name) || code.aliases().contains(name))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        rows.forEach(row -> codes.add(row.judgement().code()));
        if (codes.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "nothing is known of \"" + asked + "\": give a code (E2001 to "
                            + Collections.max(List.of(ErrorCode.values()))
                            + "), a SQLSTATE such as 40001, or a vendor's code such as 1213 or ORA-00060. An error that"
                            + " is not known is not tried again, and is in doubt once COMMIT was sent");
        }
        if (json) {
            terminal.out().println(Json.text(json(codes, rows)));
        } else {
            terminal.out().print(text(codes, rows));
        }
        return ExitCode.DONE;
    }

    /** The rows for a SQLSTATE, or where none names it those for its class, and for a vendor's code. */
    private static List<ErrorRow> rows(String name) {
        var oracle = ORACLE.matcher(name);
        if (oracle.matches()) {
            return keyed("#" + Integer.parseInt(oracle.group(1))).stream()
                    .filter(row -> row.dialect() == ErrorRow.Dialect.ORACLE)
                    .toList();
        }
        var found = new LinkedHashSet<ErrorRow>();
        if (name.length() == 5) {
            found.addAll(keyed(name));
            if (found.isEmpty()) {
                found.addAll(keyed(name.substring(0, 2)));
            }
        }
        var vendor = VENDOR.matcher(name);
        if (vendor.matches()) {
            found.addAll(keyed("#" + Integer.parseInt(vendor.group(1))));
        }
        return List.copyOf(found);
    }

    private static List<ErrorRow> keyed(String key) {
        return ErrorJudge.rows().stream().filter(row -> row.key().equals(key)).toList();
    }

    private static String text(Set<ErrorCode> codes, List<ErrorRow> rows) {
        var text = new StringBuilder();
        for (var row : rows) {
            text.append("%s, %s%s%n".formatted(row.key(), row.dialect().title(), holds(row)));
            text.append("  %-10s%s, %s, %s%n"
                    .formatted(
                            "judged",
                            row.judgement().kind(),
                            row.judgement().meaning(),
                            row.judgement().code()));
            text.append("  %-10s%s%n".formatted("source", row.source()));
        }
        for (var code : codes) {
            text.append(text.isEmpty() ? "" : System.lineSeparator());
            text.append("%s %s%n".formatted(code, code.title()));
            text.append("  %-10s%s%n".formatted("severity", code.severity()));
            text.append("  %-10s%s%n".formatted("cause", code.cause()));
            text.append("  %-10s%s%n".formatted("mend", code.nextStep()));
            text.append("  %-10s%s%n".formatted("shown", code.safeMessage()));
            if (!code.aliases().isEmpty()) {
                text.append("  %-10s%s%n".formatted("also", String.join(", ", code.aliases())));
            }
        }
        return text.toString();
    }

    private static String holds(ErrorRow row) {
        var phases = row.phases().size() == Phase.values().length
                ? ", at any time"
                : ", " + String.join(" or ", phases(row));
        return phases + (row.textContains() == null ? "" : ", with the words \"" + row.textContains() + "\"");
    }

    private static List<String> phases(ErrorRow row) {
        return row.phases().stream().sorted().map(Enum::name).toList();
    }

    private static Map<String, Object> json(Set<ErrorCode> codes, List<ErrorRow> rows) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("codes", codes.stream().map(ExplainCommand::json).toList());
        all.put("rows", rows.stream().map(ExplainCommand::json).toList());
        return all;
    }

    private static Map<String, Object> json(ErrorCode code) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("code", code.code());
        one.put("title", code.title());
        one.put("severity", code.severity().name());
        one.put("cause", code.cause());
        one.put("mend", code.nextStep());
        one.put("shown", code.safeMessage());
        one.put("aliases", code.aliases());
        return one;
    }

    private static Map<String, Object> json(ErrorRow row) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("database", row.dialect().title());
        one.put("key", row.key());
        one.put("phases", phases(row));
        one.put("words", row.textContains() == null ? "" : row.textContains());
        one.put("kind", row.judgement().kind().name());
        one.put("meaning", row.judgement().meaning().name());
        one.put("code", row.judgement().code().code());
        one.put("source", row.source());
        return one;
    }
}
