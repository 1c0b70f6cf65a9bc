// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestCertificate;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers, each with a certificate that it signed itself: one good, one that ran out, one for another host. */
@Timeout(180)
class DoctorTlsTest {
    @TempDir
    static Path certificates;

    private static PostgresServer good;
    private static PostgresServer expired;
    private static PostgresServer elsewhere;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        good = server("good", "dns:localhost", "-validity", "90");
        expired = server("expired", "dns:localhost", "-startdate", "-10d", "-validity", "5");
        elsewhere = server("elsewhere", "dns:db.example.com", "-validity", "10");
    }

    @AfterAll
    static void stop() {
        for (var server : Arrays.asList(good, expired, elsewhere)) {
            if (server != null) {
                server.close();
            }
        }
    }

    @Test
    void certificateThatIsTrustedShowsProtocolChainAndDaysLeft() throws Exception {
        var run = doctor(good, "verify-full", certificate("good"));
        assertThat(run.code()).as(run.out()).isZero();
        assertThat(tls(run).path("status").asText()).isEqualTo("ok");
        var server = tls(run).path("facts").path("servers").path(0);
        assertThat(server.path("protocol").asText()).startsWith("TLSv1.");
        assertThat(server.path("cipher").asText()).startsWith("TLS_");
        assertThat(server.path("verifyFull").asText()).isEqualTo("succeeds");
        assertThat(server.path("hostMatches").asBoolean()).isTrue();
        var own = server.path("chain").path(0);
        assertThat(own.path("subject").asText()).isEqualTo("CN=good");
        assertThat(own.path("daysLeft").asLong()).isBetween(88L, 90L);
        assertThat(own.path("names").path(0).asText()).isEqualTo("localhost");
    }

    @Test
    void certificateThatNobodyVouchesForIsRefusedWithTheKeyThatMendsIt() throws Exception {
        var run = doctor(good, "verify-full", "system");
        assertThat(run.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(problems(run)).singleElement().asString().contains("self-signed (CN=good)", "not among the trusted");
        assertThat(tls(run).path("complaints").path(0).path("mend").asText()).contains("tls.ca-cert");
        assertThat(login(run).path("status").asText()).isEqualTo("skipped");
    }

    @Test
    void certificateThatRanOutIsRefusedUnlessItIsItselfTheTrustedOne() throws Exception {
        var run = doctor(expired, "verify-full", "system");
        assertThat(run.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(problems(run)).singleElement().asString().contains("CN=expired ran out 5 days ago");
        assertThat(tls(run).path("complaints").path(0).path("mend").asText()).contains("renew");

        // Java does not look at the dates of a certificate that it was told to trust.
        var trusted = doctor(expired, "verify-full", certificate("expired"));
        assertThat(login(trusted).path("status").asText()).as(trusted.out()).isEqualTo("ok");
        assertThat(tls(trusted).path("status").asText()).isEqualTo("warn");
        assertThat(problems(trusted)).singleElement().asString().contains("ran out 5 days ago");
    }

    @Test
    void certificateForAnotherHostIsRefusedByVerifyFullOnly() throws Exception {
        var full = doctor(elsewhere, "verify-full", certificate("elsewhere"));
        assertThat(full.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(problems(full))
                .anySatisfy(problem ->
                        assertThat(problem).contains("certificate is for db.example.com, not for localhost"));
        assertThat(login(full).path("status").asText()).isEqualTo("skipped");

        var chain = doctor(elsewhere, "verify-ca", certificate("elsewhere"));
        assertThat(chain.code()).as(chain.out()).isZero();
        assertThat(login(chain).path("status").asText()).isEqualTo("ok");
        assertThat(problems(chain)).singleElement().asString().contains("runs out in ");
    }

    @Test
    void modeThatChecksNothingSaysWhetherVerifyFullWouldSucceed() throws Exception {
        var trusted = doctor(good, "require", certificate("good"));
        assertThat(trusted.code()).isZero();
        assertThat(tls(trusted).path("summary").asText()).contains("tls.mode is require", "verify-full succeeds");
        var unknown = doctor(good, "prefer", "");
        assertThat(unknown.code()).isZero();
        assertThat(tls(unknown).path("summary").asText()).contains("verify-full would fail");
        assertThat(tls(unknown)
                        .path("facts")
                        .path("servers")
                        .path(0)
                        .path("verifyFull")
                        .asText())
                .contains("self-signed");
    }

    @Test
    void checkWithConnectReportsTheCertificateAtItsKey() throws Exception {
        var run =
                CliRun.in(folder, environment(good, "verify-full", "system"), "config", "check", "--connect", "--json");
        assertThat(run.code()).isEqualTo(ExitCode.CONFIG_INVALID);
        var problem = run.json().path("problems").path(0);
        assertThat(problem.path("key").asText()).isEqualTo("tls.ca-cert");
        assertThat(problem.path("place").asText()).isEqualTo("environment DB_CA_CERT");
        assertThat(problem.path("rule").asText()).contains("self-signed");
    }

    private CliRun doctor(PostgresServer server, String mode, String trusted) {
        return CliRun.in(folder, environment(server, mode, trusted), "doctor", "--json", "--profile", "local");
    }

    private static Map<String, String> environment(PostgresServer server, String mode, String trusted) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "DATABASE_URL",
                "postgresql://" + server.user() + "@localhost:" + server.port() + "/postgres",
                "WELLHEAD_TLS_MODE",
                mode));
        if (!trusted.isEmpty()) {
            environment.put("DB_CA_CERT", trusted);
        }
        return environment;
    }

    private static JsonNode tls(CliRun run) throws Exception {
        return run.json().path("databases").path(0).path("steps").path(2);
    }

    private static JsonNode login(CliRun run) throws Exception {
        return run.json().path("databases").path(0).path("steps").path(3);
    }

    private static List<String> problems(CliRun run) throws Exception {
        return tls(run).path("complaints").findValuesAsText("problem");
    }

    private static String certificate(String name) {
        return certificates.resolve(name + ".crt").toString();
    }

    private static PostgresServer server(String name, String host, String... validity) {
        return PostgresServer.builder()
                .tls(TestCertificate.create(certificates, name, host, validity))
                .start();
    }
}
