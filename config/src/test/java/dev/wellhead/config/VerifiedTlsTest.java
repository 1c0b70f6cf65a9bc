// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server with a certificate of its own: trusted when told so, refused when not. */
class VerifiedTlsTest {

    @TempDir
    static Path certificates;

    private static PostgresServer server;
    private static String certificate;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        var own = TestCertificate.create(certificates, "localhost", "dns:localhost");
        certificate = Files.readString(own.certificate());
        server = PostgresServer.builder().tls(own).start();
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
                .env(
                        "DATABASE_URL",
                        url() + "?sslmode=verify-full&sslrootcert=" + certificates.resolve("localhost.crt"));
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
}
