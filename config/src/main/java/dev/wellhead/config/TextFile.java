// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Reads small text files, and says precisely why one cannot be read. A file that changes meanwhile is read once more; it
 * is refused when it changes again, because half of an old and half of a new file is neither.
 */
final class TextFile {

    private static final int MOST_BYTES = 1024 * 1024;
    private static final int ATTEMPTS = 2;

    private TextFile() {}

    /** Reads the bytes of a file; a place for tests to change it at that moment. */
    @FunctionalInterface
    interface Reader {
        byte[] read(Path file) throws IOException;
    }

    static String read(Path file) throws BadValueException {
        return read(file, TextFile::bytes);
    }

    static String read(Path file, Reader reader) throws BadValueException {
        check(file);
        try {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                var before = attributes(file);
                var bytes = reader.read(file);
                if (bytes.length > MOST_BYTES) {
                    throw new BadValueException("is larger than 1 MiB", "name the right file, or make it smaller");
                }
                if (isUnchanged(before, attributes(file), bytes.length)) {
                    return decode(bytes);
                }
            }
        } catch (IOException failed) {
            throw new BadValueException("cannot be read: " + failed.getMessage(), "check the file and its permissions");
        }
        throw new BadValueException(
                "changed while it was read, and again when it was read once more",
                "let the program that writes it finish, and try again; best write another file and rename it");
    }

    private static void check(Path file) throws BadValueException {
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
    }

    private static byte[] bytes(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(MOST_BYTES + 1);
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class);
    }

    private static boolean isUnchanged(BasicFileAttributes before, BasicFileAttributes after, int bytes) {
        // A pipe has neither size nor time; nor has a file that the kernel makes up, whose size is said to be zero.
        boolean whole = !after.isRegularFile() || after.size() == 0 || after.size() == bytes;
        return whole
                && before.size() == after.size()
                && (!after.isRegularFile() || before.lastModifiedTime().equals(after.lastModifiedTime()))
                && Objects.equals(before.fileKey(), after.fileKey());
    }

    private static String decode(byte[] bytes) throws BadValueException {
        if (startsWith(bytes, 0xFE, 0xFF) || startsWith(bytes, 0xFF, 0xFE)) {
            throw new BadValueException("is UTF-16, not UTF-8", "save it as UTF-8");
        }
        var buffer = ByteBuffer.wrap(bytes);
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(buffer).toString();
            int nul = text.indexOf('\0');
            if (nul >= 0) {
                long line =
                        text.substring(0, nul).chars().filter(c -> c == '\n').count() + 1;
                throw new BadValueException(
                        "holds a NUL character in line " + line,
                        "save it as UTF-8 text; it may be UTF-16, or no text at all");
            }
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException notUtf8) {
            throw new BadValueException(
                    "is not UTF-8 from line " + line(bytes, buffer.position()) + " on", "save it as UTF-8");
        }
    }

    private static boolean startsWith(byte[] bytes, int first, int second) {
        return bytes.length >= 2 && bytes[0] == (byte) first && bytes[1] == (byte) second;
    }

    private static int line(byte[] bytes, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }
}
