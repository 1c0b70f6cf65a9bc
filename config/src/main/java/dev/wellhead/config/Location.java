// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where a database is: its URL, or host, port and name given one by one, or a URL of which some were overridden.
 *
 * @param url without login
 * @param origin who named the host
 */
record Location(ConnectionUrl url, Said origin) {

    private static final List<String> ADDRESS = List.of("address.host", "address.port", "address.database");

    /** Adds what a URL says to the resolution as if it had been said key by key. */
    static void expand(String database, Resolution resolution, Consumer<Problem> problems) {
        var said = resolution.pick(database, "url");
        if (said.isEmpty()) {
            return;
        }
        try {
            var url = ConnectionUrl.parse(said.get().text());
            for (var part : parts(url, said.get())) {
                resolution.add(part);
            }
            url.address().ifPresent(address -> UnknownParameters.find(said.get(), address, problems));
        } catch (BadValueException bad) {
            var shown = Masking.brokenUrl(said.get().text());
            problems.accept(Problem.error(said.get().place(), said.get().slot().text(), shown, bad.rule(), bad.fix()));
        }
    }

    private static List<Said> parts(ConnectionUrl url, Said said) {
        var parts = new ArrayList<Said>();
        if (!url.username().isEmpty()) {
            parts.add(said.as("username", url.username()));
        }
        if (!url.password().isEmpty()) {
            parts.add(said.as("password", url.password().reveal()));
        }
        url.secrets()
                .forEach((name, secret) -> parts.add(new Said(
                        new Said.Slot(said.slot().database(), Keys.PAIRS, name),
                        secret.reveal(),
                        secret.reveal(),
                        said.layer(),
                        said.place())));
        url.address().ifPresent(address -> {
            parts.add(said.as("address.host", address.host()));
            if (address.port() != 0) {
                parts.add(said.as("address.port", String.valueOf(address.port())));
            }
            if (!address.database().isEmpty()) {
                parts.add(said.as("address.database", address.database()));
            }
        });
        url.address().filter(address -> address.vendor() == Vendor.POSTGRESQL).ifPresent(address -> {
            tlsMode(address).ifPresent(mode -> parts.add(said.as("tls.mode", mode)));
            address.parameter("sslrootcert").ifPresent(path -> parts.add(said.as("tls.ca-cert", path)));
        });
        return parts;
    }

    private static Optional<String> tlsMode(Address address) {
        return address.parameter("sslmode")
                .or(() -> address.parameter("ssl")
                        .map(value -> value.toLowerCase(Locale.ROOT).equals("false") ? "disable" : "verify-full"));
    }

    /** Where the database is, if anything says so; what is wrong with it goes to {@code problems}. */
    static Optional<Location> of(String database, Resolution resolution, Consumer<Problem> problems) {
        var said = resolution.pick(database, "url");
        try {
            var url = said.isEmpty()
                    ? Optional.<ConnectionUrl>empty()
                    : Optional.of(ConnectionUrl.parse(said.get().text()));
            if (url.isPresent() && url.get().address().isEmpty()) {
                refuseAddress(database, resolution, problems);
                return Optional.of(new Location(url.get(), said.get()));
            }
            return merged(database, resolution, url.flatMap(ConnectionUrl::address), problems);
        } catch (BadValueException reportedBefore) {
            // By expand, which sees the same text first.
            return Optional.empty();
        }
    }

    private static void refuseAddress(String database, Resolution resolution, Consumer<Problem> problems) {
        for (var key : ADDRESS) {
            resolution
                    .pick(database, key)
                    .ifPresent(part -> problems.accept(Problem.error(
                            part.place(),
                            part.slot().text(),
                            part.shown(),
                            "cannot be combined with a JDBC URL of this kind",
                            "put it into the URL, or remove the URL")));
        }
    }

    private static Optional<Location> merged(
            String database, Resolution resolution, Optional<Address> url, Consumer<Problem> problems) {
        var host = resolution.pick(database, "address.host");
        if (host.isEmpty()) {
            loneParts(database, resolution, problems);
            return Optional.empty();
        }
        var port = resolution.pick(database, "address.port");
        var name = resolution.pick(database, "address.database").map(Said::text).orElse("");
        try {
            var fromUrl = url.filter(address -> address.host().equals(host.get().text()))
                    .isPresent();
            var checked = fromUrl
                    ? host.get().text()
                    : ServerUrl.checkedHost(host.get().text());
            var address = new Address(
                    url.map(Address::vendor).orElse(Vendor.POSTGRESQL),
                    checked,
                    port(port),
                    name,
                    url.map(Address::parameters).orElse(List.of()));
            if (address.severalHosts() && port.isPresent()) {
                problems.accept(Problem.error(
                        port.get().place(),
                        port.get().slot().text(),
                        port.get().shown(),
                        "cannot be combined with several hosts",
                        "write each port after its host in the URL"));
            }
            return Optional.of(new Location(ConnectionUrl.at(address), host.get()));
        } catch (BadValueException bad) {
            problems.accept(Problem.error(
                    host.get().place(), host.get().slot().text(), host.get().shown(), bad.rule(), bad.fix()));
            return Optional.empty();
        }
    }

    /** The port; a text that is none is reported where all values are bound. */
    private static int port(Optional<Said> said) {
        try {
            return said.isEmpty() ? 0 : Integer.parseInt(said.get().text().strip());
        } catch (NumberFormatException reportedLater) {
            return 0;
        }
    }

    private static void loneParts(String database, Resolution resolution, Consumer<Problem> problems) {
        for (var key : List.of("address.port", "address.database", "username", "password")) {
            resolution
                    .pick(database, key)
                    .ifPresent(part -> problems.accept(Problem.error(
                            part.place(),
                            part.slot().text(),
                            part.shown(),
                            "is given, but neither a URL nor a host",
                            "set DATABASE_URL or DB_HOST, or "
                                    + Said.Slot.of(database, "url").text() + " in wellhead.yaml")));
        }
    }
}
