// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small text files, and says precisely why one cannot be read. */
final class TextFile {

    private static final long MOST_BYTES = 1024 * 1024;

    private TextFile() {}

    static String read(Path file) throws BadValueException {
        if (Files.isDirectory(file)) {
            throw new BadValueException("is a directory", "name a file");
        }
        if (!Files.exists(file)) {
            throw new BadValueException("does not exist", "check the path, or create it");
        }
        if (!Files.isReadable(file)) {
            throw new BadValueException(
                    "cannot be read by this user", "give read permission to the user that runs this");
        }
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes((int) MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new BadValueException("is larger than 1 MiB", "name the right file, or make it smaller");
            }
            return decode(bytes);
        } catch (IOException failed) {
            throw new BadValueException("cannot be read: " + failed.getMessage(), "check the file and its permissions");
        }
    }

    private static String decode(byte[] bytes) throws BadValueException {
        var buffer = ByteBuffer.wrap(bytes);
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(buffer).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException notUtf8) {
            int line = 1;
            for (int i = 0; i < buffer.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new BadValueException("is not UTF-8 from line " + line + " on", "save it as UTF-8");
        }
    }
}
