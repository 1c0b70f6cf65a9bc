// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.SQLException;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server with a certificate of its own: trusted when told so, refused when not. */
class VerifiedTlsTest {

    private static final String STORE_PASSWORD = "changeit";

    @TempDir
    static Path certificates;

    private static PostgresServer server;
    private static String certificate;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        writeCertificate();
        server = PostgresServer.builder()
                .setting("ssl", "on")
                .setting("ssl_cert_file", certificates.resolve("server.crt").toString())
                .setting("ssl_key_file", certificates.resolve("server.key").toString())
                .start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aCertificateGivenAsTextIsTrusted() throws Exception {
        var given = given().env("DB_CA_CERT", certificate);
        assertThat(tlsVersion(given)).startsWith("TLSv1.");
    }

    @Test
    void aCertificateNamedInTheUrlIsTrusted() throws Exception {
        var given = new Given(folder)
                .env("DATABASE_URL", url() + "?sslmode=verify-full&sslrootcert=" + certificates.resolve("server.crt"));
        assertThat(tlsVersion(given)).startsWith("TLSv1.");
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() {
        assertThatThrownBy(() -> tlsVersion(given().env("DB_CA_CERT", "system")))
                .hasStackTraceContaining("unable to find valid certification path");
    }

    private Given given() {
        return new Given(folder).env("DATABASE_URL", url()).env("WELLHEAD_TLS_MODE", "verify-full");
    }

    private static String url() {
        return "postgresql://" + server.user() + "@localhost:" + server.port() + "/postgres";
    }

    private static String tlsVersion(Given given) throws SQLException {
        var config = given.env("WELLHEAD_POOL_START_MODE", "fail-fast").database();
        try (var pool = new WellheadDataSource(config.pool());
                var connection = pool.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void writeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        var store = certificates.resolve("server.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        STORE_PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(certificates.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        var keys = KeyStore.getInstance(store.toFile(), STORE_PASSWORD.toCharArray());
        certificate = pem("CERTIFICATE", keys.getCertificate("server").getEncoded());
        Files.writeString(certificates.resolve("server.crt"), certificate);
        var key = certificates.resolve("server.key");
        Files.writeString(
                key,
                pem(
                        "PRIVATE KEY",
                        keys.getKey("server", STORE_PASSWORD.toCharArray()).getEncoded()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    private static String pem(String type, byte[] bytes) {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
    }
}
