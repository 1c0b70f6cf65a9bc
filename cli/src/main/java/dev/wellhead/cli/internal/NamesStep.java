// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.pool.spi.ServerProbe.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Looks each host up {@value #LOOK_UPS} times, all addresses each time.
 *
 * <p>What is measured is the resolver of the operating system, as every connect uses it: its hosts file, its own caches
 * if it has any, then DNS. Java would answer all but the first look-up from a cache of its own; {@link #withoutJavaCache}
 * switches that off, which works in a process that has looked up nothing yet.
 */
final class NamesStep {
    static final int LOOK_UPS = 20;

    private static final Pattern ADDRESS =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.%\\w]*");

    private NamesStep() {}

    /** What is known of the hosts afterwards: the addresses of each, empty for one that does not resolve. */
    record Resolved(StepResult result, Map<String, List<InetAddress>> addresses) {}

    /** Switches Java's cache of names off for this process, if it has looked up nothing yet. */
    static void withoutJavaCache() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        // Newer JDKs answer from an expired entry while that is set.
        Security.setProperty("networkaddress.cache.stale.ttl", "0");
    }

    static Resolved run(List<Endpoint> endpoints, Duration limit) throws InterruptedException {
        long start = System.nanoTime();
        var findings = new Findings();
        var hosts = endpoints.stream().map(Endpoint::host).distinct().toList();
        Map<String, List<InetAddress>> addresses = new LinkedHashMap<>();
        List<Map<String, Object>> facts = new ArrayList<>();
        for (var host : hosts) {
            long left = limit.toNanos() - (System.nanoTime() - start);
            var found = lookUp(host, Duration.ofNanos(Math.max(1, left)));
            addresses.put(host, found.addresses());
            facts.add(found.tell(findings, limit));
        }
        findings.fact("measured", "the operating system's resolver: hosts file, its caches, DNS; not Java's cache");
        findings.fact("hosts", facts);
        if (hosts.stream()
                .allMatch(host -> addresses.getOrDefault(host, List.of()).isEmpty())) {
            return new Resolved(findings.result(Step.NAMES, System.nanoTime() - start), addresses);
        }
        return new Resolved(tolerant(findings.result(Step.NAMES, System.nanoTime() - start)), addresses);
    }

    /** One of several hosts that does not resolve is no failure: the driver goes on to the next. */
    private static StepResult tolerant(StepResult result) {
        if (result.status() != Status.FAIL) {
            return result;
        }
        var complaints = result.complaints().stream()
                .map(complaint ->
                        new Complaint(Complaint.Kind.WARNING, complaint.key(), complaint.wrong(), complaint.mend()))
                .toList();
        return new StepResult(
                result.step(),
                Status.WARN,
                result.elapsedNanos(),
                result.summary(),
                result.details(),
                result.facts(),
                complaints);
    }

    private static LookUps lookUp(String host, Duration limit) throws InterruptedException {
        if (ADDRESS.matcher(host).matches()) {
            return literal(host);
        }
        var nanos = new ConcurrentLinkedQueue<Long>();
        var seen = new ConcurrentLinkedQueue<InetAddress>();
        try {
            Limited.call("names", limit, () -> {
                for (int i = 0; i < LOOK_UPS && !Thread.currentThread().isInterrupted(); i++) {
                    long start = System.nanoTime();
                    var answer = InetAddress.getAllByName(host);
                    nanos.add(System.nanoTime() - start);
                    seen.addAll(List.of(answer));
                }
                return nanos.size();
            });
            return new LookUps(host, false, distinct(seen), List.copyOf(nanos), "");
        } catch (InterruptedException e) {
            throw e;
        } catch (TimeoutException e) {
            return new LookUps(host, false, distinct(seen), List.copyOf(nanos), LookUps.TOO_SLOW);
        } catch (UnknownHostException e) {
            return new LookUps(host, false, distinct(seen), List.copyOf(nanos), LookUps.UNKNOWN);
        } catch (Exception e) {
            return new LookUps(host, false, distinct(seen), List.copyOf(nanos), e.toString());
        }
    }

    private static LookUps literal(String host) {
        try {
            return new LookUps(host, true, List.of(InetAddress.getAllByName(host)), List.of(), "");
        } catch (UnknownHostException e) {
            return new LookUps(host, true, List.of(), List.of(), LookUps.UNKNOWN);
        }
    }

    private static List<InetAddress> distinct(Iterable<InetAddress> seen) {
        Set<InetAddress> distinct = new LinkedHashSet<>();
        seen.forEach(distinct::add);
        return List.copyOf(distinct);
    }

    /** What the look-ups of one host found. */
    private record LookUps(String host, boolean literal, List<InetAddress> addresses, List<Long> nanos, String error) {
        static final Duration SLOW = Duration.ofMillis(500);
        static final String TOO_SLOW = "too slow";
        static final String UNKNOWN = "unknown";

        Map<String, Object> tell(Findings findings, Duration limit) {
            Map<String, Object> fact = new LinkedHashMap<>();
            fact.put("host", host);
            fact.put("isAddress", literal);
            fact.put(
                    "addresses",
                    addresses.stream().map(InetAddress::getHostAddress).toList());
            if (literal && error.isEmpty()) {
                findings.say(host + " is an address");
                return fact;
            }
            fact.put("lookUps", nanos.size());
            if (!nanos.isEmpty()) {
                var times = Percentiles.of(nanos);
                fact.put("p50Ms", Findings.roundedMillis(times.p50Nanos()));
                fact.put("p99Ms", Findings.roundedMillis(times.p99Nanos()));
                findings.say(host + " is " + shown() + "; " + nanos.size() + " look-ups, " + times.text());
            } else {
                findings.say(host + " was not found");
            }
            if (!error.isEmpty()) {
                fact.put("error", error);
                complain(findings, limit);
            } else if (Percentiles.of(nanos).p99Nanos() > SLOW.toNanos()) {
                findings.warn(
                        "url",
                        "looking up " + host + " took "
                                + Findings.millis(Percentiles.of(nanos).p99Nanos()) + " once in " + nanos.size()
                                + " times",
                        "check the name servers in /etc/resolv.conf one by one; each new connection looks the name up");
            }
            return fact;
        }

        private String shown() {
            return String.join(
                    ", ", addresses.stream().map(InetAddress::getHostAddress).toList());
        }

        private void complain(Findings findings, Duration limit) {
            if (!addresses.isEmpty()) {
                findings.warn(
                        "url",
                        "looking up " + host + " is not reliable: " + nanos.size() + " of " + LOOK_UPS
                                + " look-ups answered"
                                + (error.equals(TOO_SLOW) ? " in " + limit.toMillis() + " ms" : ", then one failed"),
                        "check the name servers in /etc/resolv.conf; each new connection looks the name up");
            } else if (error.equals(TOO_SLOW)) {
                findings.unreachable(
                        "looking up " + host + " took longer than " + limit.toMillis() + " ms",
                        "check that the name servers in /etc/resolv.conf answer, or give an address instead of a name");
            } else {
                findings.unreachable(
                        "no address is known for the name " + host,
                        "check the spelling of the host, and that this machine's DNS knows it (getent hosts " + host
                                + ")");
            }
        }
    }
}
