// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds passwords on a command line. A command line can be read by every user of the machine and is kept in the shell's
 * history, so none is accepted there.
 */
final class SecretFlags {
    /** Where a password may come from instead. */
    static final String WAY_OUT = "give it by the environment (DATABASE_URL or DB_PASSWORD) or in a .env file";

    // Not one that names a file: --token-file.
    private static final Pattern SECRET_NAME =
            Pattern.compile("(^|[-._])(password|passwd|passphrase|pwd|pw|pass|secret|token)([-._](?!file$)|$)");
    // A colon that no port follows; a password may hold any character, also a slash.
    private static final Pattern PASSWORD_IN_AUTHORITY =
            Pattern.compile("[a-zA-Z][\\w+.:-]*://[^/?#@\\s]*:(?!\\d+(?:[/?,]|$))\\S*@");
    private static final Pattern PASSWORD_PARAMETER =
            Pattern.compile("(?i)[?&;](password|passwd|pwd|sslpassword|token|secret)=[^&;]");

    private SecretFlags() {}

    /**
     * The refusal, if one of the arguments is or holds a password.
     *
     * @param arguments the whole command line
     * @return a message without the password
     */
    static Optional<String> refusal(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            var name = nameOf(i > 0 ? arguments.get(i - 1) : "", argument);
            if (SECRET_NAME.matcher(name.toLowerCase(Locale.ROOT)).find()) {
                return Optional.of("A password is not accepted on the command line (" + name + "): " + WAY_OUT);
            }
            if (PASSWORD_IN_AUTHORITY.matcher(argument).find()
                    || PASSWORD_PARAMETER.matcher(argument).find()) {
                return Optional.of("A URL with a password is not accepted on the command line (argument " + (i + 1)
                        + "): leave the password out, or " + WAY_OUT);
            }
        }
        return Optional.empty();
    }

    // The flag's name without its value, or the key of "--set key=value".
    private static String nameOf(String before, String argument) {
        int equals = argument.indexOf('=');
        if (argument.startsWith("--set=")) {
            return nameOf("--set", argument.substring("--set=".length()));
        }
        if (argument.startsWith("-") || before.equals("--set")) {
            return equals < 0 ? argument : argument.substring(0, equals);
        }
        return "";
    }
}
