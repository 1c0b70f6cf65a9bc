// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.ErrorRow.Dialect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/error-codes.md}. */
class ErrorCodesDocumentTest {

    private static final Map<ErrorKind, String> LETTERS = Map.of(
            ErrorKind.RETRY_ANYWHERE, "A",
            ErrorKind.RETRY_TRANSACTION, "T",
            ErrorKind.AMBIGUOUS, "?",
            ErrorKind.NEVER, "-");

    @Test
    void theDocumentIsFresh() throws Exception {
        var text = text();
        var fresh = Path.of("target", "docs", "error-codes.md");
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, text);
        assertThat(Files.readString(Path.of("..", "docs", "error-codes.md")))
                .as("docs/error-codes.md is stale: copy database/%s over it", fresh)
                .isEqualTo(text);
    }

    @Test
    void everyCodeSaysWhyAndWhatToDo() {
        for (var code : ErrorCode.values()) {
            assertThat(List.of(code.title(), code.cause(), code.nextStep(), code.safeMessage()))
                    .as("%s", code)
                    .allSatisfy(text -> assertThat(text).isNotBlank().doesNotEndWith("."));
        }
    }

    private static String text() {
        var text = new StringBuilder("""
                # Error codes
                Made from the code; a test fails when this file is stale. `wellhead explain E2001` prints the same, also
                for a SQLSTATE or a vendor's code.

                Every failure of a `Database` is a `DatabaseException` with one of these codes. Codes are never given
                another meaning.

                | code | severity | what | exception |
                |---|---|---|---|
                """);
        for (var code : ErrorCode.values()) {
            text.append("| [%s](#%s) | %s | %s | `%s` |\n"
                    .formatted(
                            code,
                            code.name().toLowerCase(Locale.ROOT),
                            code.severity(),
                            code.title(),
                            exception(code)));
        }
        for (var code : ErrorCode.values()) {
            text.append("\n### %s\n**%s.** %s.\n\n*Mend*: %s.\n\n*Shown to anybody*: %s.\n"
                    .formatted(code, code.title(), code.cause(), code.nextStep(), code.safeMessage()));
            if (!code.aliases().isEmpty()) {
                text.append("\n*Other tools call it*: %s.\n".formatted(String.join(", ", code.aliases())));
            }
        }
        text.append("""

                ## How errors of databases are judged
                By SQLSTATE (a whole class by its first two characters) or vendor's code (`#`), and by how far the work had
                come: while **c**onnecting, with nothing **s**ent, in a **t**ransaction, with COMMIT sent (**C**), with a
                statement sent that commits by **i**tself.

                `A`: nothing ran, any work may be run again. `T`: all of it was rolled back, a transaction or a single
                statement may be run again. `?`: it may have run or not; only a query that is known to read, or is marked
                so, is run again. `-`: running it again would fail again. What is not listed is `-`, and `?` once COMMIT was
                sent. A program adds rows of its own by `DatabaseConfig.withErrors`.
                """);
        for (var dialect : Dialect.values()) {
            append(dialect, text);
        }
        return text.toString();
    }

    private static void append(Dialect dialect, StringBuilder text) {
        var rows = ErrorJudge.rows().stream()
                .filter(row -> row.dialect() == dialect)
                .toList();
        text.append("\n### ")
                .append(Character.toUpperCase(dialect.title().charAt(0)))
                .append(dialect.title().substring(1))
                .append('\n');
        rows.stream()
                .map(ErrorRow::source)
                .distinct()
                .forEach(source -> text.append("Source: ").append(source).append(".\n"));
        text.append("\n| errors | c s t C i | meaning | code |\n|---|---|---|---|\n");
        Map<String, List<String>> keysByRest = new LinkedHashMap<>();
        var keys = rows.stream()
                .map(row -> row.key() + (row.textContains() == null ? "" : " (" + row.textContains() + ")"))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (var key : keys) {
            var own = rows.stream()
                    .filter(row ->
                            key.equals(row.key() + (row.textContains() == null ? "" : " (" + row.textContains() + ")")))
                    .toList();
            keysByRest.computeIfAbsent(rest(own), rest -> new ArrayList<>()).add(key);
        }
        keysByRest.forEach((rest, of) ->
                text.append("| ").append(String.join(", ", of)).append(rest).append('\n'));
    }

    private static String rest(List<ErrorRow> rows) {
        var letters = new StringBuilder();
        var meanings = new LinkedHashSet<String>();
        var codes = new LinkedHashSet<String>();
        for (var phase : Phase.values()) {
            var holding =
                    rows.stream().filter(row -> row.phases().contains(phase)).findFirst();
            letters.append(holding.map(row -> LETTERS.get(row.judgement().kind()))
                            .orElse("."))
                    .append(' ');
            holding.ifPresent(row -> meanings.add(row.judgement().meaning().name()));
            holding.ifPresent(row -> codes.add(row.judgement().code().name()));
        }
        return " | `" + letters.toString().strip() + "` | " + String.join(", ", meanings) + " | "
                + String.join(", ", codes) + " |";
    }

    private static String exception(ErrorCode code) {
        var call = new FailedCall(
                "",
                "",
                new Judgement(ErrorKind.NEVER, Meaning.OTHER, code),
                Phase.NOT_SENT,
                "",
                1,
                Duration.ZERO,
                null);
        return DatabaseException.of(call, null).getClass().getSimpleName();
    }
}
