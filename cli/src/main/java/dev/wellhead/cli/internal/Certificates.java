// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The certificates that a server presented, its own first, in words.
 *
 * @param all as presented
 */
record Certificates(List<One> all) {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    /**
     * One of them.
     *
     * @param daysLeft whole days until it runs out; below 0 when it has
     * @param early whether it is not valid yet
     * @param names the hosts that it is for
     */
    record One(String subject, String issuer, Instant notAfter, long daysLeft, boolean early, List<String> names) {

        boolean expired() {
            return daysLeft < 0;
        }

        /** When it ran out, if it has. */
        String ranOut() {
            return "ran out " + (-daysLeft - 1) + " days ago";
        }
    }

    static Certificates of(List<X509Certificate> chain, Instant now) {
        return new Certificates(
                chain.stream().map(certificate -> one(certificate, now)).toList());
    }

    private static One one(X509Certificate certificate, Instant now) {
        var notAfter = certificate.getNotAfter().toInstant();
        return new One(
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                notAfter,
                Math.floorDiv(
                        Duration.between(now, notAfter).toSeconds(),
                        Duration.ofDays(1).toSeconds()),
                certificate.getNotBefore().toInstant().isAfter(now),
                names(certificate));
    }

    private static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            for (var alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (alternative.get(0).equals(DNS_NAME) || alternative.get(0).equals(IP_ADDRESS)) {
                    names.add(String.valueOf(alternative.get(1)));
                }
            }
        } catch (CertificateParsingException unreadable) {
            // Then it is for no host; the driver says so as well.
            return List.of();
        }
        return names.isEmpty() ? List.of(certificate.getSubjectX500Principal().getName()) : names;
    }

    /** Why the chain is not trusted. */
    String distrusted(String reason) {
        for (var one : all) {
            if (one.expired()) {
                return "the certificate of " + one.subject() + " " + one.ranOut();
            }
            if (one.early()) {
                return "the certificate of " + one.subject() + " is not valid yet: is one of the clocks wrong?";
            }
        }
        if (all.isEmpty()) {
            return "the server presents no certificate";
        }
        var own = all.get(0);
        if (own.subject().equals(own.issuer())) {
            return "the server's certificate is self-signed (" + own.subject() + ") and not among the trusted ones";
        }
        var root = all.get(all.size() - 1).issuer();
        return "nobody who is trusted vouches for the server's certificate (" + own.subject() + ", issued by " + root
                + ")" + (reason.contains("path") ? "" : ": " + reason);
    }

    /** What to do when the chain is not trusted. */
    String trustMend() {
        if (all.stream().anyMatch(one -> one.expired())) {
            return "renew the certificate in the server";
        }
        return "set tls.ca-cert (DB_CA_CERT) to the certificate of the authority that signed it, or to the server's own";
    }

    /** That the server's certificate is for other hosts. */
    String otherHost(String host) {
        return "the server's certificate is for "
                + (all.isEmpty() ? "nobody" : String.join(", ", all.get(0).names())) + ", not for " + host;
    }

    /** One line each. */
    List<String> lines() {
        return all.stream()
                .map(one -> "certificate " + one.subject() + ", issued by "
                        + (one.issuer().equals(one.subject()) ? "itself" : one.issuer()) + ", "
                        + (one.expired() ? one.ranOut() : one.daysLeft() + " days left"))
                .toList();
    }

    List<Map<String, Object>> json() {
        List<Map<String, Object>> json = new ArrayList<>();
        for (var one : all) {
            Map<String, Object> fact = new LinkedHashMap<>();
            fact.put("subject", one.subject());
            fact.put("issuer", one.issuer());
            fact.put("notAfter", one.notAfter().toString());
            fact.put("daysLeft", one.daysLeft());
            fact.put("names", one.names());
            json.add(fact);
        }
        return json;
    }
}
