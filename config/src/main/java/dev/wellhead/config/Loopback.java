// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether a database runs on this machine. Where nobody can tell it does not: the safer profile holds then. */
final class Loopback {

    /** Databases inside of this process, unless their URL names a server. */
    private static final Pattern EMBEDDED =
            Pattern.compile("(?i)jdbc:(?:sqlite|duckdb|h2|hsqldb|derby):.*", Pattern.DOTALL);

    private static final Pattern SERVER =
            Pattern.compile("(?i)jdbc:(?:h2:(?:tcp|ssl):|hsqldb:(?:hsql|http)s?:|derby:)//.*", Pattern.DOTALL);
    private static final Pattern ORACLE =
            Pattern.compile("(?i)jdbc:oracle:[^@]*@(?:tcps?:)?(?://)?([^/?]*).*", Pattern.DOTALL);

    private Loopback() {}

    static boolean isLoopback(ConnectionUrl url) {
        var jdbcUrl = url.jdbcUrl();
        if (url.address().isEmpty()
                && EMBEDDED.matcher(jdbcUrl).matches()
                && !SERVER.matcher(jdbcUrl).matches()) {
            return true;
        }
        var hosts = url.address().map(Address::host).or(() -> hosts(jdbcUrl));
        if (hosts.isEmpty()) {
            return false;
        }
        for (var host : hosts.get().split(",", -1)) {
            if (!isLoopbackHost(host)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> hosts(String jdbcUrl) {
        var oracle = ORACLE.matcher(jdbcUrl);
        if (oracle.matches()) {
            return Optional.of(oracle.group(1));
        }
        int start = jdbcUrl.indexOf("//");
        return start < 0
                ? Optional.empty()
                : Optional.of(jdbcUrl.substring(start + 2).split("[/?;\\\\]", 2)[0]);
    }

    static boolean isLoopbackHost(String hostAndPort) {
        var lower = hostAndPort.toLowerCase(Locale.ROOT);
        var host = lower.startsWith("[")
                ? lower.substring(1, Math.max(1, lower.indexOf(']')))
                : isPlainIpv6(lower) ? lower : lower.split(":", 2)[0];
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("::1")
                || host.equals("0:0:0:0:0:0:0:1")
                || host.matches("127(\\.\\d{1,3}){3}");
    }

    /** As opposed to Oracle's {@code host:port:name}. */
    private static boolean isPlainIpv6(String text) {
        return text.matches("[0-9a-f:.]*:[0-9a-f.]*:[0-9a-f:.]*");
    }
}
