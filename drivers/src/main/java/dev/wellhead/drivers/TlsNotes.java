// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.ServerProbe.TlsLook;
import dev.wellhead.pool.spi.ServerProbe.Trust;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ssl.PGjdbcHostnameVerifier;

/**
 * What one look at a server's TLS has found. pgjdbc makes its factory and its verifier by their class names, so both find
 * the notes by an id among the properties. Used by the one thread that looks.
 */
final class TlsNotes extends X509ExtendedTrustManager {

    private static final Map<String, TlsNotes> OPEN = new ConcurrentHashMap<>();

    private final X509TrustManager trusted;
    private @Nullable String distrust;
    private @Nullable SSLSession session;
    private boolean hostMatches;

    TlsNotes(X509TrustManager trusted) {
        this.trusted = trusted;
    }

    /** Makes the notes known under an id. */
    String publish() {
        var id = UUID.randomUUID().toString();
        OPEN.put(id, this);
        return id;
    }

    static void forget(String id) {
        OPEN.remove(id);
    }

    static TlsNotes of(Properties properties) {
        var id = PGProperty.SSL_FACTORY_ARG.getOrNull(properties);
        var notes = id == null ? null : OPEN.get(id);
        if (notes == null) {
            throw new IllegalStateException("No look at TLS is under way: this class is not for use by a URL");
        }
        return notes;
    }

    /** Notes whether the chain would be accepted, and accepts it. */
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        try {
            trusted.checkServerTrusted(chain, authType);
        } catch (CertificateException refused) {
            distrust = String.valueOf(refused.getMessage());
        }
    }

    // An extended manager gets no further checks by Java around it, which would end the handshake of a weak
    // certificate.
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    /** Not called on the side of a client. */
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("Not a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    void handshaken(String host, SSLSession finished) {
        session = finished;
        hostMatches = PGjdbcHostnameVerifier.INSTANCE.verify(host, finished);
    }

    boolean isComplete() {
        return session != null;
    }

    /** The notes as a whole, if they are {@linkplain #isComplete complete}. */
    TlsLook look(String ownFactory) {
        var finished = session;
        if (finished == null) {
            return TlsLook.notOffered();
        }
        var trust = !ownFactory.isEmpty() ? Trust.UNKNOWN : distrust == null ? Trust.TRUSTED : Trust.DISTRUSTED;
        var reason =
                trust == Trust.UNKNOWN ? "sslfactory " + ownFactory + " decides" : distrust == null ? "" : distrust;
        return new TlsLook(
                true, finished.getProtocol(), finished.getCipherSuite(), chain(finished), hostMatches, trust, reason);
    }

    private static List<X509Certificate> chain(SSLSession session) {
        try {
            return Stream.of(session.getPeerCertificates())
                    .filter(X509Certificate.class::isInstance)
                    .map((Certificate certificate) -> (X509Certificate) certificate)
                    .toList();
        } catch (SSLPeerUnverifiedException anonymous) {
            // A cipher without certificates: there is no chain then.
            return List.of();
        }
    }
}
