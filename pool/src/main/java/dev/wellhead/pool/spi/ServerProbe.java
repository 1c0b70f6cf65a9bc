// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.spi;

import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * What a driver can tell of a server before anybody logs in, for those who look for the cause of a failure. The pool does
 * not use it. Implementations are stateless and thread-safe.
 */
public interface ServerProbe {

    /**
     * Where a server listens.
     *
     * @param host its name or address, an IPv6 address without brackets
     * @param port its TCP port
     */
    record Endpoint(String host, int port) {}

    /** Whether a client that checks certificates would accept the server's. */
    enum Trust {
        /** Somebody whom the client trusts vouches for it, and it is valid now. */
        TRUSTED,
        /** It would be refused. */
        DISTRUSTED,
        /** The program decides by code of its own, which was not asked. */
        UNKNOWN
    }

    /**
     * What a server offers by way of encryption.
     *
     * @param offered whether it offers TLS; if not, the rest is empty
     * @param protocol such as {@code TLSv1.3}
     * @param cipher the cipher suite
     * @param chain the certificates as presented, the server's own first
     * @param hostMatches whether the server's certificate is for the host that was connected to
     * @param trust whether the chain would be accepted, by whom the settings trust; host names apart
     * @param reason why it is not, or who decides; empty when it is trusted
     */
    record TlsLook(
            boolean offered,
            String protocol,
            String cipher,
            List<X509Certificate> chain,
            boolean hostMatches,
            Trust trust,
            String reason) {

        /** Copies the chain. */
        public TlsLook {
            chain = List.copyOf(chain);
        }

        /** The server speaks no TLS. */
        public static TlsLook notOffered() {
            return new TlsLook(false, "", "", List.of(), false, Trust.UNKNOWN, "");
        }
    }

    /**
     * Where the servers of that URL listen, in the order of the URL. Does not look up names.
     *
     * @param jdbcUrl without credentials
     * @param given the user's driver properties
     * @return empty when they are not reached by TCP alone, such as by a socket factory of the user's
     */
    List<Endpoint> endpoints(String jdbcUrl, Map<String, String> given);

    /** The encryption that URL and properties ask for, in libpq's words, such as {@code verify-full}. */
    String tlsMode(String jdbcUrl, Map<String, String> given);

    /**
     * Begins a connection, looks at what the server offers, and ends it before anything of a login is sent. Blocks for
     * the limit at most for each of: the connect, each answer.
     *
     * @param endpoint the server
     * @param jdbcUrl for its settings of TLS
     * @param given the user's driver properties, for their settings of TLS
     * @param limitMillis at least 1
     * @throws SQLException when the server cannot be reached or the handshake fails
     */
    TlsLook lookAtTls(Endpoint endpoint, String jdbcUrl, Map<String, String> given, long limitMillis)
            throws SQLException;
}
