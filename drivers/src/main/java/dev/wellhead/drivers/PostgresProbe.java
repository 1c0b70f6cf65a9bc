// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.ServerProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.hostchooser.GlobalHostStatusTracker;
import org.postgresql.hostchooser.HostStatus;
import org.postgresql.jdbc.SslMode;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.postgresql.util.HostSpec;
import org.postgresql.util.PSQLState;

/**
 * Looks at a PostgreSQL server through pgjdbc itself, so that nobody else has to speak its protocol: pgjdbc asks for TLS
 * and does the handshake with {@link TlsLookFactory}, which notes all and refuses nothing; then it asks
 * {@link TlsLookVerifier} for the host name, which notes the answer and always refuses. So pgjdbc hangs up between the
 * handshake and the login, and neither user nor password is sent.
 */
final class PostgresProbe implements ServerProbe {

    private static final String SYSTEM_TRUST = "system";
    private static final int DEFAULT_PORT = 5432;

    @Override
    public List<Endpoint> endpoints(String jdbcUrl, Map<String, String> given) {
        var settings = settings(jdbcUrl, given);
        if (PGProperty.SOCKET_FACTORY.getOrNull(settings) != null) {
            return List.of();
        }
        var hosts =
                settings.getProperty(PGProperty.PG_HOST.getName(), "localhost").split(",", -1);
        var ports = settings.getProperty(PGProperty.PG_PORT.getName(), "").split(",", -1);
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < hosts.length; i++) {
            endpoints.add(new Endpoint(
                    hosts[i].replaceAll("^\\[(.*)]$", "$1"), i < ports.length ? port(ports[i]) : DEFAULT_PORT));
        }
        return endpoints;
    }

    private static int port(String text) {
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : DEFAULT_PORT;
    }

    @Override
    public String tlsMode(String jdbcUrl, Map<String, String> given) {
        try {
            return SslMode.of(settings(jdbcUrl, given)).value;
        } catch (SQLException notAMode) {
            // The driver will refuse the connect with its own words.
            return String.valueOf(PGProperty.SSL_MODE.getOrNull(settings(jdbcUrl, given)));
        }
    }

    @Override
    public TlsLook lookAtTls(Endpoint endpoint, String jdbcUrl, Map<String, String> given, long limitMillis)
            throws SQLException {
        var settings = settings(jdbcUrl, given);
        var notes = new TlsNotes(trustManager(settings));
        var id = notes.publish();
        try {
            // The user's own URL is not handed on: what it says would win over these.
            var connection = new Driver().connect(url(endpoint), properties(settings, id, limitMillis));
            if (connection != null) {
                connection.close();
            }
            throw new SQLException("The driver did not ask for the host name", PSQLState.UNEXPECTED_ERROR.getState());
        } catch (SQLException hungUp) {
            boolean notOffered = PSQLState.CONNECTION_REJECTED.getState().equals(hungUp.getSQLState());
            if (!notes.isComplete() && !notOffered) {
                throw hungUp;
            }
            // pgjdbc remembers for a while which hosts failed, and would leave this one out.
            GlobalHostStatusTracker.reportHostStatus(host(endpoint), HostStatus.ConnectOK);
            return notes.isComplete() ? notes.look(ownFactory(settings)) : TlsLook.notOffered();
        } finally {
            TlsNotes.forget(id);
        }
    }

    private static String url(Endpoint endpoint) {
        return "jdbc:postgresql://" + bracketed(endpoint) + ":" + endpoint.port() + "/";
    }

    private static HostSpec host(Endpoint endpoint) {
        return new HostSpec(bracketed(endpoint), endpoint.port());
    }

    private static String bracketed(Endpoint endpoint) {
        return endpoint.host().contains(":") ? "[" + endpoint.host() + "]" : endpoint.host();
    }

    private static Properties properties(Properties settings, String id, long limitMillis) {
        var seconds = Long.toString(Math.min(Integer.MAX_VALUE / 1_000, (limitMillis + 999) / 1_000));
        var properties = new Properties();
        properties.setProperty(PGProperty.USER.getName(), "wellhead");
        properties.setProperty(PGProperty.SSL_MODE.getName(), SslMode.VERIFY_FULL.value);
        properties.setProperty(PGProperty.SSL_FACTORY.getName(), TlsLookFactory.class.getName());
        properties.setProperty(PGProperty.SSL_FACTORY_ARG.getName(), id);
        properties.setProperty(PGProperty.SSL_HOSTNAME_VERIFIER.getName(), TlsLookVerifier.class.getName());
        properties.setProperty(PGProperty.SSL_RESPONSE_TIMEOUT.getName(), Long.toString(limitMillis));
        properties.setProperty(PGProperty.CONNECT_TIMEOUT.getName(), seconds);
        properties.setProperty(PGProperty.SOCKET_TIMEOUT.getName(), seconds);
        properties.setProperty(PGProperty.GSS_ENC_MODE.getName(), "disable");
        var negotiation = PGProperty.SSL_NEGOTIATION.getOrNull(settings);
        if (negotiation != null) {
            properties.setProperty(PGProperty.SSL_NEGOTIATION.getName(), negotiation);
        }
        return properties;
    }

    /** What the driver would go by: the URL wins over the properties. */
    private static Properties settings(String jdbcUrl, Map<String, String> given) {
        var defaults = new Properties();
        defaults.putAll(given);
        var fromUrl = Driver.parseURL(jdbcUrl, defaults);
        return fromUrl == null ? defaults : fromUrl;
    }

    /** The user's own factory, which decides whom to trust by itself; empty if there is none. */
    private static String ownFactory(Properties settings) {
        var factory = PGProperty.SSL_FACTORY.getOrNull(settings);
        return factory == null || factory.equals(DefaultJavaSSLFactory.class.getName()) ? "" : factory;
    }

    /** Whom the settings trust: the named file, else PostgreSQL's usual one, else Java's authorities. */
    private static X509TrustManager trustManager(Properties settings) throws SQLException {
        var named = PGProperty.SSL_ROOT_CERT.getOrNull(settings);
        var usual = Path.of(System.getProperty("user.home"), ".postgresql", "root.crt");
        var file = named != null && !named.equals(SYSTEM_TRUST)
                ? Path.of(named)
                : named == null && PGProperty.SSL_FACTORY.getOrNull(settings) == null && Files.exists(usual)
                        ? usual
                        : null;
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(file == null ? null : certificates(file));
            for (var manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager found) {
                    return found;
                }
            }
            throw new SQLException("Java has no trust manager for certificates");
        } catch (GeneralSecurityException | IOException e) {
            throw new SQLException(
                    "The certificates to trust cannot be read" + (file == null ? "" : " from " + file) + ": "
                            + e.getMessage(),
                    PSQLState.CONNECTION_FAILURE.getState(),
                    e);
        }
    }

    private static KeyStore certificates(Path file) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var stream = Files.newInputStream(file)) {
            int number = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(stream)) {
                store.setCertificateEntry("cert" + number++, certificate);
            }
        }
        return store;
    }
}
