// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Certificates and keys, given as a path or as the PEM text itself. Drivers want files: a text is written once per
 * process into a temporary file that only this user can read and that goes when the process ends.
 */
final class PemFile {

    /** In place of a certificate: the authorities that the platform trusts. */
    static final String SYSTEM = "system";

    private static final String MARK = "-----BEGIN ";

    /** A path, or the text. */
    static final ValueType<String> TYPE =
            new ValueType<>("path or PEM", PemFile::check, value -> value.contains(MARK) ? "(PEM text)" : value);

    private static final Map<String, Path> WRITTEN = new ConcurrentHashMap<>();

    private PemFile() {}

    private static String check(String value) throws BadValueException {
        if (value.contains("-----BEGIN RSA PRIVATE KEY") || value.contains("-----BEGIN EC PRIVATE KEY")) {
            throw new BadValueException(
                    "must be a key in PKCS #8",
                    "convert it: openssl pkcs8 -topk8 -nocrypt -in client.key -out client.pk8.pem");
        }
        if (!value.contains(MARK) && !value.equals(SYSTEM) && !isReadable(value.strip())) {
            throw new BadValueException("is neither PEM text nor a file that can be read", "check the path");
        }
        return value;
    }

    private static boolean isReadable(String path) {
        try {
            return Files.isReadable(Path.of(path));
        } catch (InvalidPathException noPath) {
            // Such as one with a NUL character: no file has that name.
            return false;
        }
    }

    /** The file that holds it. */
    static String path(String value) throws BadValueException {
        if (!value.contains(MARK)) {
            return value.strip();
        }
        // Environments often hold PEM on one line with the two characters \n for each line break.
        var text = value.replace("\\n", "\n");
        try {
            var known = WRITTEN.get(text);
            return (known != null ? known : write(text)).toString();
        } catch (IOException failed) {
            throw new BadValueException(
                    "could not be written to a temporary file: " + failed.getMessage(), "give the path of a file");
        }
    }

    private static Path write(String text) throws IOException {
        // Created readable by its owner alone.
        var file = Files.createTempFile("wellhead-", ".pem");
        file.toFile().deleteOnExit();
        Files.writeString(file, text, StandardCharsets.US_ASCII);
        var earlier = WRITTEN.putIfAbsent(text, file);
        return earlier != null ? earlier : file;
    }
}
