// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate that a server has signed itself, for {@link PostgresServer.Builder#tls}.
 *
 * @param certificate its file, PEM; also what clients are told to trust
 * @param key the file of its private key, PEM, readable by its owner only
 */
public record TestCertificate(Path certificate, Path key) {
    private static final String STORE_PASSWORD = "changeit";
    private static final int KEYTOOL_SECONDS = 60;

    /**
     * Makes one with the JDK's keytool.
     *
     * @param folder for its files, of which the caller disposes
     * @param name of the files and of the subject
     * @param hosts as in keytool's {@code san=}, such as {@code dns:localhost,ip:127.0.0.1}
     * @param keytoolArguments more, such as {@code -validity 10}
     * @return with both files written
     */
    public static TestCertificate create(Path folder, String name, String hosts, String... keytoolArguments) {
        try {
            var store = folder.resolve(name + ".p12");
            runKeytool(folder.resolve(name + ".log"), store, name, hosts, List.of(keytoolArguments));
            var keys = KeyStore.getInstance(store.toFile(), STORE_PASSWORD.toCharArray());
            var certificate = folder.resolve(name + ".crt");
            Files.writeString(
                    certificate,
                    pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
            var key = folder.resolve(name + ".key");
            var secret = keys.getKey("server", STORE_PASSWORD.toCharArray());
            Files.writeString(key, pem("PRIVATE KEY", secret.getEncoded()));
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
            return new TestCertificate(certificate, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("what keytool wrote cannot be read. folder=" + folder, e);
        }
    }

    private static void runKeytool(Path log, Path store, String name, String hosts, List<String> more)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of("-genkeypair", "-alias", "server", "-keyalg", "RSA"));
        command.addAll(List.of("-dname", "CN=" + name, "-ext", "san=" + hosts));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", STORE_PASSWORD));
        command.addAll(more);
        var keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IOException("keytool made no certificate. log=" + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", e);
        } finally {
            keytool.destroyForcibly();
        }
    }

    private static String pem(String type, byte[] bytes) {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
    }
}
