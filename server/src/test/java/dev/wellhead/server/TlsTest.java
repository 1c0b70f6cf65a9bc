// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.testkit.TestCertificate;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS by certificate files, which change while the server runs. */
class TlsTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private static Path made;

    private static TestCertificate old;
    private static TestCertificate fresh;

    @TempDir
    private Path folder;

    private DatabaseManager manager;
    private ServerConfig config;

    @BeforeAll
    static void certificates() {
        old = TestCertificate.create(made, "old", "dns:localhost,ip:127.0.0.1");
        fresh = TestCertificate.create(made, "fresh", "dns:localhost,ip:127.0.0.1", "-keyalg", "EC");
    }

    @BeforeEach
    void open() throws Exception {
        manager = DatabaseManager.builder().open();
        put(old.certificate(), "cert.pem");
        put(old.key(), "key.pem");
        config = Databases.ANY_PORT.withTls(
                folder.resolve("cert.pem").toString(), folder.resolve("key.pem").toString());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void newPairIsShownWithoutRestartAndABrokenOneIsNot() throws Exception {
        try (var server = WellheadServer.start(manager, config, "local")) {
            assertThat(server.uri().getScheme()).isEqualTo("https");
            assertThat(subject(server, "TLSv1.3")).isEqualTo("CN=old");
            assertThat(subject(server, "TLSv1.2")).isEqualTo("CN=old");

            // The certificate alone does not fit the key: the old pair stays.
            put(fresh.certificate(), "cert.pem");
            await().during(Duration.ofMillis(2_500))
                    .atMost(LIMIT)
                    .until(() -> subject(server, "TLSv1.3").equals("CN=old"));
            put(fresh.key(), "key.pem");
            await().atMost(LIMIT).until(() -> subject(server, "TLSv1.3").equals("CN=fresh"));

            // As Kubernetes does with a Secret.
            var link = folder.resolve("cert.link");
            Files.createSymbolicLink(link, old.certificate());
            Files.move(link, folder.resolve("cert.pem"), StandardCopyOption.ATOMIC_MOVE);
            Files.createSymbolicLink(link, old.key());
            Files.move(link, folder.resolve("key.pem"), StandardCopyOption.ATOMIC_MOVE);
            await().atMost(LIMIT).until(() -> subject(server, "TLSv1.3").equals("CN=old"));
        }
    }

    @Test
    void olderProtocolsAndPlainHttpAreNotServed() throws Exception {
        try (var server = WellheadServer.start(manager, config, "local")) {
            assertThatThrownBy(() -> subject(server, "TLSv1.1")).isInstanceOf(SSLException.class);
            try (var plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                plain.setSoTimeout(10_000);
                plain.getOutputStream()
                        .write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(read(plain.getInputStream()), StandardCharsets.US_ASCII))
                        .doesNotContain("200 OK", "status");
            }
        }
    }

    @Test
    void filesThatCannotBeUsedStopTheStartWithTheMend() throws Exception {
        put(fresh.key(), "key.pem");
        refused("server.tls-key=", "is not the key of the certificate in");
        text("key.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        refused("server.tls-key=", "is encrypted: decrypt it with openssl pkcs8");
        text("key.pem", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        refused("server.tls-key=", "is no key in PKCS #8: convert it with openssl pkcs8 -topk8");
        text("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        refused("server.tls-key=", "is not the key of the certificate in");
        Files.delete(folder.resolve("key.pem"));
        refused("server.tls-key=", "cannot be read: check the path");
        text("cert.pem", "none");
        refused("server.tls-cert=", "holds no certificate");
    }

    private void refused(String... texts) {
        assertThatThrownBy(() -> WellheadServer.start(manager, config, "local"))
                .isInstanceOf(TlsFilesException.class)
                .message()
                .contains(texts);
    }

    private static byte[] read(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (java.io.IOException reset) {
            return new byte[0];
        }
    }

    private void text(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }

    /** By a rename, as careful tools do. */
    private void put(Path file, String name) throws Exception {
        var beside = folder.resolve(name + ".new");
        Files.copy(file, beside);
        Files.move(beside, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Of the certificate that a client sees which trusts both and checks the host's name; asks for the health, too. */
    private static String subject(WellheadServer server, String protocol) throws Exception {
        try (var socket = (SSLSocket) trusting().getSocketFactory().createSocket("localhost", server.port())) {
            socket.setSoTimeout(10_000);
            socket.setEnabledProtocols(new String[] {protocol});
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200");
            var shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    private static SSLContext trusting() throws Exception {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (var certificate : new TestCertificate[] {old, fresh}) {
            try (var in = Files.newInputStream(certificate.certificate())) {
                trusted.setCertificateEntry(
                        certificate.certificate().toString(),
                        CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
