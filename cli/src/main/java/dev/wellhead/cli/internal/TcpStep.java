// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.pool.spi.ServerProbe.Endpoint;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/** Opens a TCP connection to each address of each host, all at once, so that one that is silent costs its limit only once. */
final class TcpStep {
    // Of a name with very many addresses.
    private static final int MOST = 32;

    private TcpStep() {}

    /** What became of one connect. */
    enum Outcome {
        CONNECTED,
        REFUSED,
        TIMEOUT,
        NO_ROUTE,
        FAILED;

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** One connect. */
    record Try(Endpoint endpoint, InetAddress address, Outcome outcome, long nanos, String message) {

        String where() {
            var text = address.getHostAddress();
            return (text.contains(":") ? "[" + text + "]" : text) + ":" + endpoint.port();
        }
    }

    /** The endpoints of which an address answers are empty when none does. */
    record Reached(StepResult result, List<Endpoint> endpoints) {}

    static Reached run(List<Endpoint> endpoints, Map<String, List<InetAddress>> addresses, Duration limit)
            throws Exception {
        long start = System.nanoTime();
        List<Callable<Try>> tries = new ArrayList<>();
        for (var endpoint : endpoints) {
            for (var address : addresses.getOrDefault(endpoint.host(), List.of())) {
                if (tries.size() < MOST) {
                    tries.add(() -> connect(endpoint, address, limit));
                }
            }
        }
        warmUp();
        var done = Limited.all("tcp", tries);
        var reached = done.stream()
                .filter(one -> one.outcome() == Outcome.CONNECTED)
                .map(Try::endpoint)
                .distinct()
                .toList();
        return new Reached(tell(done, limit).result(Step.TCP, System.nanoTime() - start), reached);
    }

    /** A JVM's first connect takes some 15 ms more, for the loading of classes: they are not the network's. */
    private static void warmUp() {
        var loopback = InetAddress.getLoopbackAddress();
        try (var server = new ServerSocket(0, 1, loopback);
                var socket = new Socket()) {
            socket.connect(server.getLocalSocketAddress(), 100);
        } catch (IOException e) {
            // No loopback: the first figure is worse by that much.
        }
    }

    private static Try connect(Endpoint endpoint, InetAddress address, Duration limit) {
        long start = System.nanoTime();
        var outcome = Outcome.CONNECTED;
        var message = "";
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, endpoint.port()), (int)
                    Math.min(Integer.MAX_VALUE, Math.max(1, limit.toMillis())));
        } catch (SocketTimeoutException e) {
            outcome = Outcome.TIMEOUT;
        } catch (NoRouteToHostException e) {
            outcome = Outcome.NO_ROUTE;
            message = String.valueOf(e.getMessage());
        } catch (ConnectException e) {
            message = String.valueOf(e.getMessage());
            outcome = message.contains("timed out")
                    ? Outcome.TIMEOUT
                    : message.contains("unreachable") ? Outcome.NO_ROUTE : Outcome.REFUSED;
        } catch (IOException | IllegalArgumentException e) {
            outcome = Outcome.FAILED;
            message = String.valueOf(e.getMessage());
        }
        return new Try(endpoint, address, outcome, System.nanoTime() - start, message);
    }

    private static Findings tell(List<Try> tries, Duration limit) {
        var findings = new Findings();
        List<Map<String, Object>> facts = new ArrayList<>();
        for (var one : tries) {
            Map<String, Object> fact = new LinkedHashMap<>();
            fact.put("address", one.where());
            fact.put("outcome", one.outcome().text());
            fact.put("ms", Findings.roundedMillis(one.nanos()));
            facts.add(fact);
            findings.say(one.where() + " " + one.outcome().text() + " in " + Findings.millis(one.nanos()));
        }
        findings.fact("connects", facts);
        boolean none = tries.stream().noneMatch(one -> one.outcome() == Outcome.CONNECTED);
        tries.stream().filter(one -> one.outcome() != Outcome.CONNECTED).forEach(one -> {
            if (none) {
                findings.unreachable(wrong(one, limit), mend(one));
            } else {
                findings.warn(
                        "url",
                        wrong(one, limit) + ", another address answers",
                        mend(one) + "; or take it out of DNS or the URL, as connects may try it first");
            }
        });
        return findings;
    }

    private static String wrong(Try one, Duration limit) {
        return switch (one.outcome()) {
            case REFUSED -> one.where() + " refuses: the machine answers, but nothing listens at that port";
            case TIMEOUT -> one.where() + " did not answer within " + limit.toMillis() + " ms";
            case NO_ROUTE -> "there is no way to " + one.where() + ": " + one.message();
            default -> one.where() + " cannot be connected to: " + one.message();
        };
    }

    private static String mend(Try one) {
        return switch (one.outcome()) {
            case REFUSED ->
                "start the server there, or mend host and port; PostgreSQL's own listen_addresses must name that address";
            case TIMEOUT ->
                "check that the machine is up and that no firewall or security group drops port "
                        + one.endpoint().port();
            default -> "check this machine's network and routes, and the address";
        };
    }
}
