// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Secret;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the HTTP server.
 *
 * @param bind the address to listen on; loopback by default
 * @param port the port to listen on; 0 takes any free one; default 8080
 * @param drainTimeout how long running work may take to finish when the server stops; default 25 s
 * @param hikariMetrics whether {@code /metrics} shows HikariCP's names besides Wellhead's own; default false. Its key is
 *     {@code compat.hikari-metrics}
 * @param readToken what a reader of statements, leases and configuration must send, 16 characters or more; null: they
 *     are shown only while {@code bind} is loopback
 * @param adminToken what an operator must send to pause, resume, drain, reset, evict, cancel and reconfigure, 16
 *     characters or more; null: nobody can
 * @param metrics who may read {@code /metrics}; default everybody
 * @param tlsCert the path of a PEM file with the certificate, its own first where it is a chain; empty: plain HTTP
 * @param tlsKey the path of a PEM file with its key in PKCS #8, not encrypted; empty where {@code tlsCert} is
 */
public record ServerConfig(
        String bind,
        int port,
        Duration drainTimeout,
        boolean hikariMetrics,
        @Nullable Secret readToken,
        @Nullable Secret adminToken,
        MetricsAccess metrics,
        String tlsCert,
        String tlsKey) {

    /** Loopback, port 8080, 25 s. */
    public static final ServerConfig DEFAULT = new ServerConfig("127.0.0.1", 8080, Duration.ofSeconds(25));

    /** Without HikariCP's names and without tokens. */
    public ServerConfig(String bind, int port, Duration drainTimeout) {
        this(bind, port, drainTimeout, false, null);
    }

    /** Without a token for operators. */
    public ServerConfig(
            String bind, int port, Duration drainTimeout, boolean hikariMetrics, @Nullable Secret readToken) {
        this(bind, port, drainTimeout, hikariMetrics, readToken, null, MetricsAccess.OPEN, "", "");
    }

    /** The same with another token for operators. */
    public ServerConfig withAdminToken(@Nullable Secret value) {
        return new ServerConfig(bind, port, drainTimeout, hikariMetrics, readToken, value, metrics, tlsCert, tlsKey);
    }

    /** The same with others who may read {@code /metrics}. */
    public ServerConfig withMetrics(MetricsAccess value) {
        return new ServerConfig(bind, port, drainTimeout, hikariMetrics, readToken, adminToken, value, tlsCert, tlsKey);
    }

    /** The same over HTTPS, by the paths of two PEM files. */
    public ServerConfig withTls(String cert, String key) {
        return new ServerConfig(bind, port, drainTimeout, hikariMetrics, readToken, adminToken, metrics, cert, key);
    }
}
