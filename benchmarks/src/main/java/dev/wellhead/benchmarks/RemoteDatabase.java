// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;

/**
 * A real PostgreSQL as far away as one in the next town: behind a proxy that makes every byte late, with TLS verified by
 * the client and a password by SCRAM. The proxy does not delay the handshake of TCP, so a real connect takes one round
 * trip more.
 */
final class RemoteDatabase implements AutoCloseable {
    private static final String USER = "app";
    private static final String PASSWORD = "not a secret";

    private final Path folder;
    private final PostgresServer server;
    private final FaultProxy proxy;
    private final String url;

    private RemoteDatabase(Path folder, PostgresServer server, TestCertificate certificate) {
        this.folder = folder;
        this.server = server;
        this.proxy = FaultProxy.to(server);
        this.url = "jdbc:postgresql://127.0.0.1:%d/postgres?sslmode=verify-full&sslrootcert=%s"
                .formatted(proxy.port(), certificate.certificate());
    }

    /** Starts one, near by as yet, and sees that it is what it says. */
    static RemoteDatabase start() throws IOException, SQLException {
        var folder = Files.createTempDirectory("wellhead-bench-");
        var certificate = TestCertificate.create(folder, "bench", "ip:127.0.0.1");
        var server = PostgresServer.builder()
                .tls(certificate)
                .setting("password_encryption", "scram-sha-256")
                .start();
        var remote = new RemoteDatabase(folder, server, certificate);
        server.requirePassword(USER, PASSWORD);
        remote.check();
        return remote;
    }

    /** Makes every byte late from now on, also on connections that are open. */
    void moveAway(Duration roundTrip) {
        proxy.all().latency(roundTrip.dividedBy(2));
    }

    private void check() throws SQLException {
        var how = server.execute("SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = '" + USER + "'");
        try (var connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
            row.next();
            if (!"TLSv1.3".equals(row.getString(1)) || !how.contains("SCRAM-SHA-256")) {
                throw new SQLException("not TLS 1.3 with SCRAM but " + row.getString(1) + " with " + how);
            }
        }
    }

    /** Without a pool. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, USER, PASSWORD);
    }

    /** A pool of fixed size. */
    PoolSetup setup(int size) {
        return new PoolSetup(url, USER, PASSWORD, size, size, Duration.ofSeconds(30));
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        server.close();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
