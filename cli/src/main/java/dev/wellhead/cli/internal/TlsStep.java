// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.spi.ServerProbe;
import dev.wellhead.pool.spi.ServerProbe.Endpoint;
import dev.wellhead.pool.spi.ServerProbe.TlsLook;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** Looks at what each server offers by way of encryption, before any login is sent to it. */
final class TlsStep {
    private TlsStep() {}

    /**
     * Looks and judges.
     *
     * @param loopback whether all addresses are this machine's own, so that nobody else can listen
     * @param limit of each look
     */
    static StepResult run(
            ServerProbe probe, PoolConfig pool, List<Endpoint> endpoints, boolean loopback, Duration limit)
            throws InterruptedException {
        long start = System.nanoTime();
        var findings = new Findings();
        var mode = probe.tlsMode(pool.jdbcUrl(), pool.driverProperties());
        findings.fact("mode", mode);
        List<Map<String, Object>> servers = new ArrayList<>();
        for (var endpoint : endpoints) {
            Map<String, Object> fact = new LinkedHashMap<>();
            fact.put("host", endpoint.host());
            fact.put("port", endpoint.port());
            servers.add(fact);
            try {
                var look = Limited.call(
                        "tls",
                        limit,
                        () -> probe.lookAtTls(
                                endpoint, pool.jdbcUrl(), pool.driverProperties(), Math.max(1, limit.toMillis())));
                new TlsJudge(endpoint, mode, loopback, Instant.now()).judge(look, findings, fact);
            } catch (InterruptedException e) {
                throw e;
            } catch (TimeoutException e) {
                silent(endpoint, limit, findings);
            } catch (SQLException e) {
                if (Causes.isTimeout(e)) {
                    silent(endpoint, limit, findings);
                } else {
                    broken(endpoint, mode, e, findings);
                }
            } catch (Exception e) {
                throw new IllegalStateException("The look at TLS failed", e);
            }
        }
        findings.fact("servers", servers);
        return findings.result(Step.TLS, System.nanoTime() - start);
    }

    private static void silent(Endpoint endpoint, Duration limit, Findings findings) {
        findings.say("no answer");
        findings.unreachable(
                endpoint.host() + ":" + endpoint.port() + " takes TCP connections but does not answer within "
                        + limit.toMillis() + " ms",
                "the server is frozen or overloaded, or no PostgreSQL listens there: look at its process and its log");
    }

    private static void broken(Endpoint endpoint, String mode, SQLException e, Findings findings) {
        findings.say("the handshake failed");
        if (Causes.isOtherProtocol(e)) {
            Causes.complainOfProtocol(endpoint.host() + ":" + endpoint.port(), e, findings);
            return;
        }
        var wrong = "the handshake with " + endpoint.host() + ":" + endpoint.port() + " failed: " + Causes.text(e);
        var mend =
                "look at the server's log; tls.ca-cert must be readable, and both sides need a TLS version in common";
        if (mode.equals("disable")) {
            findings.detail(wrong + " (tls.mode=disable does not need it)");
        } else if (mode.equals("prefer") || mode.equals("allow")) {
            findings.warn("tls.mode", wrong, mend);
        } else {
            findings.refused("tls.mode", wrong, mend);
        }
    }

    /** What the settings demand of one server, against what it offers. */
    static final class TlsJudge {
        private static final long FEW_DAYS = 21;

        private final Endpoint endpoint;
        private final String mode;
        private final boolean loopback;
        private final Instant now;

        TlsJudge(Endpoint endpoint, String mode, boolean loopback, Instant now) {
            this.endpoint = endpoint;
            this.mode = mode;
            this.loopback = loopback;
            this.now = now;
        }

        void judge(TlsLook look, Findings findings, Map<String, Object> fact) {
            fact.put("offered", look.offered());
            if (!look.offered()) {
                findings.say("not offered by the server; tls.mode is " + mode);
                notOffered(findings);
                return;
            }
            var certificates = Certificates.of(look.chain(), now);
            var refusal = refusalOfVerifyFull(look, certificates);
            fact.put("protocol", look.protocol());
            fact.put("cipher", look.cipher());
            fact.put("trust", look.trust().name().toLowerCase(Locale.ROOT));
            fact.put("trustReason", look.reason());
            fact.put("hostMatches", look.hostMatches());
            fact.put("verifyFull", refusal.isEmpty() ? "succeeds" : refusal);
            fact.put("chain", certificates.json());
            findings.say(look.protocol() + " " + look.cipher());
            findings.say("tls.mode is " + mode);
            findings.say(refusal.isEmpty() ? "verify-full succeeds" : "verify-full would fail");
            certificates.lines().forEach(findings::detail);
            offered(look, certificates, refusal, findings);
            expiry(certificates, findings);
        }

        private void notOffered(Findings findings) {
            if (demandsTls()) {
                findings.refused(
                        "tls.mode",
                        "tls.mode=" + mode + " demands TLS and " + endpoint.host() + " offers none",
                        "switch it on in the server (ssl=on, with a certificate); or set tls.mode=prefer where plain text is safe");
            } else if (!loopback) {
                findings.warn(
                        "tls.mode",
                        "the connection to " + endpoint.host() + " is not encrypted: the server offers no TLS",
                        "switch it on in the server (ssl=on, with a certificate), then set tls.mode=verify-full");
            }
        }

        private boolean demandsTls() {
            return mode.equals("require") || mode.startsWith("verify");
        }

        private void offered(TlsLook look, Certificates certificates, String refusal, Findings findings) {
            if (mode.startsWith("verify")) {
                if (look.trust() == ServerProbe.Trust.DISTRUSTED) {
                    findings.refused("tls.ca-cert", certificates.distrusted(look.reason()), certificates.trustMend());
                }
                if (mode.equals("verify-full") && !look.hostMatches()) {
                    findings.refused(
                            "tls.mode",
                            certificates.otherHost(endpoint.host()),
                            "give one of those names as the host, or have a certificate made that names "
                                    + endpoint.host());
                }
            } else if (!loopback && (mode.equals("disable") || mode.equals("allow"))) {
                findings.warn(
                        "tls.mode",
                        "tls.mode=" + mode + ": the connection to " + endpoint.host()
                                + " is not encrypted, though the server offers TLS",
                        "set tls.mode=verify-full" + (refusal.isEmpty() ? "" : "; first mend this: " + refusal));
            } else if (!loopback) {
                findings.warn(
                        "tls.mode",
                        "tls.mode=" + mode
                                + " does not check who the server is: whoever stands in between can read along",
                        "set tls.mode=verify-full" + (refusal.isEmpty() ? "" : "; first mend this: " + refusal));
            }
        }

        private String refusalOfVerifyFull(TlsLook look, Certificates certificates) {
            List<String> reasons = new ArrayList<>();
            if (look.trust() == ServerProbe.Trust.DISTRUSTED) {
                reasons.add(certificates.distrusted(look.reason()));
            } else if (look.trust() == ServerProbe.Trust.UNKNOWN) {
                reasons.add(look.reason());
            }
            if (!look.hostMatches()) {
                reasons.add(certificates.otherHost(endpoint.host()));
            }
            return String.join("; ", reasons);
        }

        private void expiry(Certificates certificates, Findings findings) {
            for (var one : certificates.all()) {
                if (one.expired() && !findings.failed()) {
                    findings.warn(
                            "tls.ca-cert",
                            "the certificate of " + one.subject() + " " + one.ranOut(),
                            "renew it in the server");
                } else if (!one.expired() && one.daysLeft() < FEW_DAYS) {
                    findings.warn(
                            "tls.ca-cert",
                            "the certificate of " + one.subject() + " runs out in " + one.daysLeft() + " days",
                            "renew it in the server before that");
                }
            }
        }
    }
}
