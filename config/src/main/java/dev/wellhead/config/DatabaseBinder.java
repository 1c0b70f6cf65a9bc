// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.ConfigException;
import dev.wellhead.pool.Lane;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.DriverSupport.ConnectSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Binds what was said of one database, checks it and lists its effective values. */
final class DatabaseBinder {

    /** The first must not exceed the second; a number of ours that would is lowered, one of the user's is refused. */
    private static final List<List<String>> ORDERED = List.of(
            List.of("pool.min-idle", "pool.max-size"),
            List.of("pool.keepalive-interval", "pool.max-lifetime"),
            List.of("retry.initial-delay", "retry.max-delay"));

    /** Stands in while no database is configured, so that all settings are checked and shown all the same. */
    private static final String NO_URL = "jdbc:postgresql://localhost/";

    private static final BoundDatabase DEFAULTS = defaults();

    private final String database;
    private final Resolution resolution;
    private final Optional<Location> location;
    private final Consumer<Problem> problems;
    private final Map<String, Said> picked = new HashMap<>();
    private final Set<String> bad = new HashSet<>();
    private final DatabaseDraft draft = new DatabaseDraft();
    private boolean tlsBecameProperties;

    DatabaseBinder(String database, Resolution resolution, Optional<Location> location, Consumer<Problem> problems) {
        this.database = database;
        this.resolution = resolution;
        this.location = location;
        this.problems = problems;
    }

    /** The database's settings, if nothing is wrong with them. */
    Optional<BoundDatabase> bind() {
        Keys.DATABASE.forEach(
                key -> resolution.pick(database, key.name()).ifPresent(said -> picked.put(key.name(), said)));
        ORDERED.forEach(pair -> order(pair.get(0), pair.get(1)));
        draft.pool.name(database);
        tls();
        for (var key : Keys.DATABASE) {
            if (key.name().equals(Keys.PAIRS)) {
                pairs();
            } else if (key.name().equals(Keys.LANES)) {
                lanes();
            } else {
                bind(key);
            }
        }
        try {
            var config = draft.build();
            return bad.isEmpty() ? Optional.of(new BoundDatabase(config, target())) : Optional.empty();
        } catch (ConfigException refused) {
            refused.violations().forEach(this::translate);
            return Optional.empty();
        }
    }

    private void bind(Key<DatabaseDraft, BoundDatabase, ?> key) {
        var said = picked.get(key.name());
        if (said == null) {
            return;
        }
        try {
            key.bind(draft, said.text());
        } catch (BadValueException refused) {
            refuse(key.name(), said, refused);
        }
    }

    private void refuse(String key, Said said, BadValueException refused) {
        bad.add(key);
        problems.accept(Problem.error(said.place(), said.slot().text(), said.shown(), refused.rule(), refused.fix()));
    }

    private void pairs() {
        var whole = picked.get(Keys.PAIRS);
        var pairs = new TreeMap<String, String>();
        if (whole != null) {
            try {
                pairs.putAll(ValueType.pairs().parser().parse(whole.text()));
            } catch (BadValueException refused) {
                refuse(Keys.PAIRS, whole, refused);
            }
        }
        for (var part : resolution.pickParts(database, Keys.PAIRS)) {
            if (counts(part, whole, pairs)) {
                pairs.put(part.slot().part(), part.text());
            }
        }
        draft.pool.driverProperties(pairs);
    }

    private void lanes() {
        var whole = picked.get(Keys.LANES);
        var lanes = new TreeMap<String, Lane>();
        if (whole != null) {
            try {
                LaneText.parse(whole.text()).forEach(lane -> lanes.put(lane.name(), lane));
            } catch (BadValueException refused) {
                refuse(Keys.LANES, whole, refused);
            }
        }
        for (var part : resolution.pickParts(database, Keys.LANES)) {
            try {
                if (counts(part, whole, lanes)) {
                    var lane = LaneText.lane(part.slot().part(), part.text());
                    lanes.put(lane.name(), lane);
                }
            } catch (BadValueException refused) {
                refuse(Keys.LANES, part, refused);
            }
        }
        draft.pool.lanes(List.copyOf(lanes.values()));
    }

    /** One rank may say both forms: the single part is the more precise. */
    private static boolean counts(Said part, @Nullable Said whole, Map<String, ?> parts) {
        return whole == null
                || part.layer().compareTo(whole.layer()) <= 0
                || !parts.containsKey(part.slot().part());
    }

    private void tls() {
        var address =
                location.flatMap(found -> found.url().address()).filter(found -> found.vendor() == Vendor.POSTGRESQL);
        if (location.isPresent() && address.isEmpty()) {
            draft.pool.jdbcUrl(location.get().url().jdbcUrl());
            refuseTls();
            return;
        }
        var said = picked.get("tls.mode");
        boolean fromUrl = said != null
                && address.flatMap(found -> found.parameter("sslmode"))
                        .filter(said.text()::equals)
                        .isPresent();
        draft.pool.jdbcUrl(address.map(found -> (fromUrl ? found : found.without("sslmode"))
                        .without("sslrootcert")
                        .toJdbc())
                .orElse(NO_URL));
        try {
            var mode = said == null ? TlsMode.PREFER : mode(said);
            if (said != null && (said.layer().isExplicit() || mode != TlsMode.PREFER)) {
                draft.pool.driverProperty("sslmode", mode.text());
                tlsBecameProperties = true;
            }
            if (mode.isVerified() && trustsNothingElse(address)) {
                draft.caCert = PemFile.SYSTEM;
                draft.pool.driverProperty("sslrootcert", PemFile.SYSTEM);
            }
        } catch (BadValueException reportedWhenBound) {
            return;
        }
        certificate("tls.ca-cert", "sslrootcert");
        certificate("tls.client-cert", "sslcert");
        certificate("tls.client-key", "sslkey");
    }

    /** Whether neither the user nor PostgreSQL's usual file says which certificates to trust. */
    private boolean trustsNothingElse(Optional<Address> address) {
        return !picked.containsKey("tls.ca-cert")
                && address.flatMap(found -> found.parameter("sslfactory")).isEmpty()
                && !Files.exists(Path.of(System.getProperty("user.home"), ".postgresql", "root.crt"));
    }

    private TlsMode mode(Said said) throws BadValueException {
        boolean loopback = location.map(found -> found.url().isLoopback()).orElse(true);
        return ValueType.choice(TlsMode.class).parser().parse(said.text()).at(loopback);
    }

    private void certificate(String key, String property) {
        var said = picked.get(key);
        if (said == null) {
            return;
        }
        try {
            draft.pool.driverProperty(
                    property, PemFile.path(PemFile.TYPE.parser().parse(said.text())));
        } catch (BadValueException refused) {
            refuse(key, said, refused);
            picked.remove(key);
        }
    }

    private void refuseTls() {
        for (var key : List.of("tls.mode", "tls.ca-cert", "tls.client-cert", "tls.client-key")) {
            var said = picked.remove(key);
            if (said != null && said.layer().isExplicit()) {
                refuse(
                        key,
                        said,
                        new BadValueException(
                                "is known for PostgreSQL URLs only", "put the driver's own parameters into the URL"));
            }
        }
    }

    /** Lowers a number of ours that exceeds one of the user's; refuses two of the user's in the wrong order. */
    private void order(String lower, String upper) {
        var highest = picked.get(upper);
        if (highest == null || !highest.layer().isExplicit()) {
            return;
        }
        var lowest = picked.get(lower);
        var lowestText = lowest != null ? lowest.text() : defaultOf(lower);
        if (!exceeds(Keys.find(lower).orElseThrow(), lowestText, highest.text())) {
            return;
        }
        if (lowest == null || !lowest.layer().isExplicit()) {
            var place = (lowest == null ? "default" : lowest.place()) + ", lowered to " + upper;
            picked.put(lower, Said.plain(Said.Slot.of(database, lower), highest.text(), Layer.PROFILE, place));
        } else if (lower.startsWith("retry.")) {
            refuse(
                    lower,
                    lowest,
                    new BadValueException(
                            "must not exceed " + upper + "=" + highest.text(), "lower it, or raise " + upper));
        }
    }

    /** What a key of a database is where nobody, not even a profile, says anything; empty where nothing is. */
    static String defaultOf(String key) {
        return Keys.DATABASE.stream()
                .filter(row -> row.name().equals(key))
                .map(row -> row.show(DEFAULTS))
                .findFirst()
                .orElseThrow();
    }

    static boolean exceeds(Key<?, ?, ?> key, String lower, String upper) {
        try {
            var type = key.type().parser();
            var least = type.parse(lower);
            var most = type.parse(upper);
            if (least instanceof Duration one && most instanceof Duration other) {
                return other.compareTo(Duration.ZERO) > 0 && one.compareTo(other) > 0;
            }
            return least instanceof Integer one && most instanceof Integer other && other > 0 && one > other;
        } catch (BadValueException reportedWhenBound) {
            return false;
        }
    }

    /** A violation of the pool's rules, in the words of keys and places. */
    private void translate(ConfigException.Violation violation) {
        var key = switch (violation.key()) {
            case "url", "name" -> "url";
            case "commit-outcome" -> violation.key();
            default -> "pool." + violation.key();
        };
        var other = mentioned(violation.rule());
        if (bad.contains(key) || other.filter(bad::contains).isPresent()) {
            return;
        }
        if (key.equals(Keys.LANES)) {
            refuseLane(violation);
            return;
        }
        var said = picked.get(key);
        var blamed = said != null && said.layer().isExplicit()
                ? said
                : other.map(picked::get).orElse(said);
        var slot = Said.Slot.of(database, key).text();
        problems.accept(Problem.error(
                blamed == null ? "default" : blamed.place(),
                slot,
                said == null ? violation.value() : said.shown(),
                readable(violation.rule()),
                readable(violation.fix())));
        bad.add(key);
    }

    /** A lane, or all of them together: each is told, where that lane stands if it has a place of its own. */
    private void refuseLane(ConfigException.Violation violation) {
        var name = violation.value().split("=", 2)[0];
        var parts = resolution.pickParts(database, Keys.LANES);
        var own = parts.stream().filter(part -> part.slot().part().equals(name)).findFirst();
        var said = own.or(() -> Optional.ofNullable(picked.get(Keys.LANES)))
                .or(() -> parts.stream().findFirst());
        problems.accept(Problem.error(
                said.map(Said::place).orElse("default"),
                own.map(Said::slot).orElse(Said.Slot.of(database, Keys.LANES)).text(),
                own.map(Said::shown).orElse(violation.value()),
                readable(violation.rule()),
                readable(violation.fix())));
    }

    /** The other key that a rule names, as in {@code must not exceed max-size=10}. */
    private static Optional<String> mentioned(String rule) {
        return Keys.DATABASE.stream()
                .map(Key::name)
                .filter(name ->
                        name.startsWith("pool.") && (" " + rule).contains(" " + name.substring("pool.".length()) + "="))
                .findFirst();
    }

    static String readable(String text) {
        return Pattern.compile("\\bPT[0-9HMS.]+")
                .matcher(text)
                .replaceAll(found -> DurationText.text(Duration.parse(found.group())));
    }

    private BoundDatabase.Target target() {
        var address = location.flatMap(found -> found.url().address());
        var said = picked.get("tls.mode");
        boolean loopback = location.map(found -> found.url().isLoopback()).orElse(true);
        return new BoundDatabase.Target(
                location.isPresent() ? draft.pool.build().jdbcUrl() : null,
                draft.urlFile,
                address.map(Address::host).orElse(null),
                address.filter(found -> !found.severalHosts())
                        .map(Address::effectivePort)
                        .orElse(null),
                address.map(Address::database).orElse(null),
                draft.username,
                draft.password,
                draft.passwordFile,
                said == null ? null : draft.tlsMode.at(loopback),
                draft.caCert,
                draft.clientCert,
                draft.clientKey);
    }

    /** Every effective value of the database with its origin. */
    List<Setting> settings(BoundDatabase bound) {
        var settings = new ArrayList<Setting>();
        for (var key : Keys.DATABASE) {
            var slot = Said.Slot.of(database, key.name());
            var value = key.show(bound);
            settings.add(Setting.of(slot, key, value, standard(key, value), origin(key.name())));
            if (key.name().equals(Keys.PAIRS)) {
                driverDefaults(bound, key).forEach(settings::add);
            }
        }
        return settings;
    }

    /** What the support of the database's driver adds where nobody has said anything; nothing without such a support. */
    private List<Setting> driverDefaults(BoundDatabase bound, Key<?, ?, ?> key) {
        var pool = bound.config().pool();
        return DriverSupport.of(pool.jdbcUrl())
                .map(support -> support.defaults(pool.jdbcUrl(), ConnectSettings.of(pool), pool.driverProperties()))
                .orElse(Map.of())
                .entrySet()
                .stream()
                .map(pair -> Setting.of(
                        new Said.Slot(database, Keys.PAIRS, pair.getKey()),
                        key,
                        pair.getValue(),
                        pair.getValue(),
                        "driver default"))
                .toList();
    }

    /** What the value would be if nobody had said anything of the key. */
    private String standard(Key<?, ?, ?> key, String value) {
        if (said(key.name()) == null && !Keys.OF_PARTS.contains(key.name())) {
            return value;
        }
        var number = resolution.ofProfile(database, key.name());
        if (number.isPresent() && key.name().equals("tls.mode")) {
            return TlsMode.valueOf(number.get().text().toUpperCase(Locale.ROOT))
                    .at(isLoopback())
                    .text();
        }
        return number.map(said -> key.type().normal(said.text())).orElseGet(() -> defaultOf(key.name()));
    }

    private String origin(String key) {
        if (Keys.OF_PARTS.contains(key)) {
            var places = new LinkedHashSet<String>();
            if (tlsBecameProperties && key.equals(Keys.PAIRS)) {
                places.add("tls.mode");
            }
            Optional.ofNullable(picked.get(key)).ifPresent(said -> places.add(said.place()));
            resolution.pickParts(database, key).forEach(said -> places.add(said.place()));
            return places.isEmpty() ? "default" : String.join(", ", places);
        }
        var said = said(key);
        if (said == null) {
            return "default";
        }
        boolean lowered = key.equals("tls.mode")
                && draft.tlsMode == TlsMode.AUTO
                && draft.tlsMode.at(isLoopback()) != TlsMode.VERIFY_FULL;
        return lowered ? said.place() + ", on loopback" : said.place();
    }

    private @Nullable Said said(String key) {
        var said = picked.get(key);
        // A URL put together from host, port and name is said by who named the host.
        return said == null && key.equals("url")
                ? location.map(Location::origin).orElse(null)
                : said;
    }

    private boolean isLoopback() {
        return location.map(found -> found.url().isLoopback()).orElse(true);
    }

    /** The policies of a database of which nobody says anything. */
    static DatabaseConfig policies() {
        return DEFAULTS.config();
    }

    private static BoundDatabase defaults() {
        var draft = new DatabaseDraft();
        draft.pool.jdbcUrl(NO_URL);
        return new BoundDatabase(
                draft.build(),
                new BoundDatabase.Target(
                        null, null, null, null, null, "", draft.password, null, null, null, null, draft.clientKey));
    }
}
