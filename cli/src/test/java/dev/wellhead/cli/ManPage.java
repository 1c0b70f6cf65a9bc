// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of the command, as roff with the macros of man(7). */
final class ManPage {

    private final StringBuilder text = new StringBuilder();

    private ManPage() {}

    static String of(CommandLine line) {
        var page = new ManPage();
        var root = line.getCommandSpec();
        page.line(".TH WELLHEAD 1 \"\" Wellhead \"User Commands\"");
        page.line(".SH NAME");
        page.line("wellhead \\- the layer between programs and their databases");
        page.line(".SH SYNOPSIS");
        page.line(".B wellhead");
        page.line("[\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...");
        page.line(".SH DESCRIPTION");
        page.prose(root.usageMessage().description());
        page.line(".SH OPTIONS");
        page.arguments(root);
        page.line(".SH COMMANDS");
        line.getSubcommands().values().forEach(page::command);
        page.line(".SH EXIT STATUS");
        page.prose(root.usageMessage().footer());
        page.line(".SH ENVIRONMENT");
        page.prose(
                "Every key of the configuration is a variable: WELLHEAD_POOL_MAX_SIZE is pool.max-size."
                        + " DATABASE_URL names the database.",
                "WELLHEAD_SERVER_READ_TOKEN and WELLHEAD_SERVER_ADMIN_TOKEN, or with _FILE a file that holds it: what the"
                        + " commands that ask a running serve send it, where there is no --token-file. The first"
                        + " reads; the second acts, and reads where the first is not set.",
                "NO_COLOR and TERM=dumb: no colours and no screen of one's own.");
        page.line(".SH FILES");
        page.prose(
                "wellhead.yaml or wellhead.properties, and .env, of the working folder: the configuration.",
                ".wellhead/: the embedded PostgreSQL, where no database is configured.");
        return page.text.toString();
    }

    private void command(CommandLine command) {
        var spec = command.getCommandSpec();
        line(".SS " + escaped(spec.qualifiedName()));
        prose(spec.usageMessage().description());
        arguments(spec);
        command.getSubcommands().values().forEach(this::command);
    }

    private void arguments(CommandSpec spec) {
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            argument("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter);
        }
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                var names = List.of(option.names()).stream()
                        .map(name -> "\\fB" + escaped(name) + "\\fR")
                        .toList();
                var value = option.arity().max() == 0 ? "" : "=\\fI" + escaped(option.paramLabel()) + "\\fR";
                argument(String.join(", ", names) + value, option);
            }
        }
    }

    private void argument(String head, ArgSpec argument) {
        line(".TP");
        line(head);
        Arrays.stream(argument.description()).forEach(words -> line(escaped(words)));
    }

    private void prose(String... lines) {
        boolean isNew = true;
        for (var words : lines) {
            if (isNew) {
                line(".PP");
            }
            line(escaped(words));
            // Help breaks its lines by hand, also within a sentence.
            isNew = words.endsWith(".") || words.endsWith(":");
        }
    }

    private void line(String whole) {
        text.append(whole).append('\n');
    }

    /** As roff's text: nothing in it is a request. */
    private static String escaped(String words) {
        var safe = words.strip().replace("\\", "\\e").replace("-", "\\-");
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }
}
