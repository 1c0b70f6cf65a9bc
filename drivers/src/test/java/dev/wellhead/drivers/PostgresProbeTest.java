// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.spi.ServerProbe.Endpoint;
import dev.wellhead.testkit.Direction;
import dev.wellhead.testkit.FaultProxy;
import dev.wellhead.testkit.PostgresServer;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is seen of a server with a certificate is tested with the command that shows it, DoctorTlsTest. */
@Timeout(120)
class PostgresProbeTest {
    private final PostgresProbe probe = new PostgresProbe();

    @Test
    void endpointsAreTheHostsOfTheUrlWithTheirPorts() {
        assertThat(probe.endpoints("jdbc:postgresql://db.example.com/shop", Map.of()))
                .containsExactly(new Endpoint("db.example.com", 5432));
        assertThat(probe.endpoints("jdbc:postgresql://a:1,b:2/shop?sslmode=require", Map.of()))
                .containsExactly(new Endpoint("a", 1), new Endpoint("b", 2));
        assertThat(probe.endpoints("jdbc:postgresql://[::1]:6432/shop", Map.of()))
                .containsExactly(new Endpoint("::1", 6432));
        assertThat(probe.endpoints("jdbc:postgresql://localhost/shop?socketFactory=org.example.Unix", Map.of()))
                .isEmpty();
    }

    @Test
    void modeOfTheUrlWinsOverTheProperty() {
        assertThat(probe.tlsMode("jdbc:postgresql://a/b", Map.of())).isEqualTo("prefer");
        assertThat(probe.tlsMode("jdbc:postgresql://a/b", Map.of("sslmode", "verify-full")))
                .isEqualTo("verify-full");
        assertThat(probe.tlsMode("jdbc:postgresql://a/b?sslmode=require", Map.of("sslmode", "verify-full")))
                .isEqualTo("require");
    }

    @Test
    void serverWithoutTlsIsSentTheQuestionAloneAndIsNotHeldForDead() throws Exception {
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            var url = "jdbc:postgresql://127.0.0.1:1,127.0.0.1:" + proxy.port() + "/postgres";
            var look = probe.lookAtTls(new Endpoint("127.0.0.1", proxy.port()), url, Map.of(), 5_000);
            assertThat(look.offered()).isFalse();
            assertThat(look.chain()).isEmpty();
            assertThat(proxy.forwardedBytes(Direction.TO_SERVER)).isEqualTo(8);
            try (var connection =
                    DriverManager.getConnection(url, PostgresServer.shared().user(), "")) {
                assertThat(connection.isValid(5)).isTrue();
            }
        }
    }

    @Test
    void serverThatIsSilentEndsTheLookAtItsLimit() {
        try (var proxy = FaultProxy.to(PostgresServer.shared())) {
            proxy.all().blackHole();
            assertThatThrownBy(() -> probe.lookAtTls(
                            new Endpoint("127.0.0.1", proxy.port()), proxy.jdbcUrl("postgres"), Map.of(), 1_000))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void factoryOfTheLookIsOfNoUseOutsideOfIt() {
        assertThatThrownBy(() -> new TlsLookFactory(new Properties()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not for use by a URL");
    }
}
