// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.ConfigLoader.Sources;
import dev.wellhead.database.DatabaseConfig;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One run of the loader. What everybody said is gathered first; then the winner of each key is found; the URL is taken
 * apart; the profile is chosen; worker sizes and profile numbers are added below what was said; at last all is bound. A
 * problem stops nothing before the end, so that all are found at once.
 */
final class Loading {

    private final Sources sources;
    private final Statements statements = new Statements();
    private final Resolution resolution = new Resolution();
    private final SectionLoading features = new SectionLoading(resolution, statements::problem);
    private DatabaseConfig policies = DatabaseBinder.policies();

    Loading(Sources sources) {
        this.sources = sources;
    }

    /**
     * What came of it.
     *
     * @param config the configuration; empty when there is an error among the problems
     * @param problems errors first
     */
    record Outcome(Optional<WellheadConfig> config, List<Problem> problems) {}

    Outcome run() {
        gather();
        statements.said().forEach(resolution::add);
        resolution.databases().forEach(database -> Location.expand(database, resolution, statements::problem));
        resolution.disagreements().forEach(statements::problem);
        Overridden.problems(resolution).forEach(statements::problem);
        var locations = locations();
        var choice = ProfileChoice.of(statements, resolution, locations, features.expand());
        tables(choice.profile());
        var server = server(choice.profile());
        tlsFiles(server);
        var settings = new ArrayList<>(globalSettings(server, choice));
        var databases = databases(locations, settings);
        var sections = features.bind(choice.profile(), policies, settings);
        features.checkNames(databases, sections);
        var problems = statements.problems().stream()
                .distinct()
                .sorted(Comparator.comparing(Problem::severity))
                .toList();
        if (problems.stream().anyMatch(Problem::isError)) {
            return new Outcome(Optional.empty(), problems);
        }
        return new Outcome(
                Optional.of(new WellheadConfig(
                        choice.profile(),
                        choice.reason(),
                        databases,
                        sections,
                        server.maxTotal,
                        server.build(),
                        server.alerts(),
                        server.prices(),
                        server.logLayout,
                        settings,
                        problems)),
                problems);
    }

    /** One without the other would serve what nobody asked for. */
    private void tlsFiles(ServerDraft server) {
        if (server.tlsCert.isEmpty() != server.tlsKey.isEmpty()) {
            var given = server.tlsCert.isEmpty() ? "server.tls-key" : "server.tls-cert";
            var missing = server.tlsCert.isEmpty() ? "server.tls-cert" : "server.tls-key";
            var place = statements.said().stream()
                    .filter(said -> said.slot().key().equals(given))
                    .map(Said::place)
                    .findFirst()
                    .orElse("");
            statements.problem(Problem.error(
                    place, given, "", "stands without " + missing, "give both, or neither for plain HTTP"));
        }
    }

    private void gather() {
        var files = new ConfigFiles(sources, statements);
        files.file();
        sources.flags().forEach(this::flag);
        sources.provided().forEach((key, said) -> statements.keyed(key, said.value(), Layer.PROVIDED, said.origin()));
        var names =
                statements.said().stream().map(said -> said.slot().database()).toList();
        var environment = new LinkedHashMap<String, VariableSource.Variable>();
        sources.environment()
                .forEach((name, value) ->
                        environment.put(name, new VariableSource.Variable(value, "environment " + name)));
        var dotEnv = files.dotEnv();
        boolean mongo = VariableSource.hasMongo(environment)
                || VariableSource.hasMongo(dotEnv)
                || statements.said().stream()
                        .anyMatch(said ->
                                VariableSource.MONGO_KEYS.contains(said.slot().key()));
        VariableSource.read(statements, Layer.ENVIRONMENT, environment, mongo, names);
        VariableSource.read(statements, Layer.DOTENV, dotEnv, mongo, names);
        Unexpanded.problems(statements.said()).forEach(statements::problem);
        List.copyOf(statements.said()).forEach(this::secretFile);
    }

    private void flag(String key, ConfigLoader.Provided given) {
        var place = given.origin();
        var value = given.value();
        var slot = KeyNames.slot(key);
        boolean secret = slot.flatMap(Keys::find).filter(Key::secret).isPresent()
                || slot.filter(found -> Masking.isSecretName(found.part())).isPresent();
        boolean url = slot.filter(found -> found.key().equals("url")).isPresent();
        boolean masked = slot.flatMap(found -> Sections.find(found.key()))
                .filter(entry -> isMasked(entry, value))
                .isPresent();
        if (secret || masked || (url && hasSecret(value))) {
            statements.problem(Problem.error(
                    place,
                    "",
                    "",
                    "holds a secret, and other users of the machine can read command lines",
                    "give it in the environment (WELLHEAD_PASSWORD, DATABASE_URL), in .env or by password-file"));
            return;
        }
        statements.keyed(key, value, Layer.FLAG, place);
    }

    /** Whether a part of it is not shown; what cannot be read is refused later. */
    private static boolean isMasked(Sections.Entry entry, String value) {
        var shown = entry.key().shown().apply(value);
        return shown.contains(Masking.MASK) && !shown.matches("(?:.*://)?" + Pattern.quote(Masking.MASK));
    }

    private static boolean hasSecret(String url) {
        try {
            return ConnectionUrl.parse(url).hasSecret();
        } catch (BadValueException reportedLater) {
            return false;
        }
    }

    /** What a file with a secret holds is said by who named the file. */
    private void secretFile(Said said) {
        var key = Keys.FILES.get(said.slot().key());
        if (key == null) {
            return;
        }
        try {
            var content = TextFile.read(sources.directory().resolve(said.text().strip()));
            statements.add(said.as(key, content.replaceFirst("\\R\\z", "")));
        } catch (BadValueException | InvalidPathException unreadable) {
            var bad = unreadable instanceof BadValueException refused
                    ? refused
                    : new BadValueException("is no valid path", "check the path");
            statements.problem(Problem.error(said.place(), said.slot().text(), said.shown(), bad.rule(), bad.fix()));
        }
    }

    private Map<String, Location> locations() {
        var locations = new LinkedHashMap<String, Location>();
        for (var database : resolution.databases()) {
            Location.of(database, resolution, statements::problem)
                    .ifPresent(location -> locations.put(database, location));
        }
        return locations;
    }

    /** Adds what stands below everything that was said: sizes by worker concurrency, then the profile's numbers. */
    private void tables(Profile profile) {
        var worker = worker().map(found -> new WorkerSizing.Sizes(
                WorkerSizing.of(Integer.parseInt(found.value().strip())), origin(found)));
        features.tables(profile, worker);
        for (var database : List.copyOf(resolution.databases())) {
            boolean sized = resolution.isExplicit(database, "pool.max-size")
                    || resolution.isExplicit(database, "pool.min-idle");
            if (!sized) {
                worker.ifPresent(found -> found.numbers()
                        .forEach((key, value) -> table(database, key, value, Layer.SIZING, found.origin())));
            }
            profile.numbers()
                    .forEach((key, value) -> table(database, key, value, Layer.PROFILE, "profile " + profile.text()));
        }
    }

    /** Such as {@code environment WORKER_CONCURRENCY=4} or {@code .env:3 WORKER_CONCURRENCY=4}. */
    private static String origin(Statements.Variable found) {
        var name = found.place().endsWith(" " + found.name()) ? "" : " " + found.name();
        return found.place() + name + "=" + found.value().strip();
    }

    private void table(String database, String key, String value, Layer layer, String place) {
        resolution.add(Said.plain(Said.Slot.of(database, key), value, layer, place));
    }

    /** The largest worker concurrency that was said. */
    private Optional<Statements.Variable> worker() {
        var type = ValueType.count("jobs", 1, 1_000_000);
        var good = new ArrayList<Statements.Variable>();
        for (var variable : statements.workers()) {
            try {
                type.parser().parse(variable.value());
                good.add(variable);
            } catch (BadValueException bad) {
                statements.problem(
                        Problem.error(variable.place(), variable.name(), variable.value(), bad.rule(), bad.fix()));
            }
        }
        return good.stream()
                .max(Comparator.comparingInt(
                        found -> Integer.parseInt(found.value().strip())));
    }

    private ServerDraft server(Profile profile) {
        var draft = new ServerDraft();
        draft.profile = profile;
        for (var key : Keys.GLOBAL) {
            var said = resolution.pick(Said.NO_DATABASE, key.name());
            if (said.isEmpty()) {
                continue;
            }
            try {
                key.bind(draft, said.get().text());
            } catch (BadValueException bad) {
                statements.problem(
                        Problem.error(said.get().place(), key.name(), said.get().shown(), bad.rule(), bad.fix()));
            }
        }
        return draft;
    }

    private List<Setting> globalSettings(ServerDraft server, ProfileChoice choice) {
        var settings = new ArrayList<Setting>();
        for (var key : Keys.GLOBAL) {
            var slot = Said.Slot.of(Said.NO_DATABASE, key.name());
            boolean isProfile = key.equals(Keys.PROFILE);
            settings.add(Setting.of(
                    slot,
                    key,
                    key.show(server),
                    isProfile ? choice.detected().text() : KeyDefault.of(key).at(choice.profile()),
                    resolution
                            .pick(slot.database(), key.name())
                            .map(Said::place)
                            .orElse(isProfile ? "detected" : "default")));
        }
        return settings;
    }

    private List<DatabaseConfig> databases(Map<String, Location> locations, List<Setting> settings) {
        var databases = new ArrayList<DatabaseConfig>();
        for (var database : resolution.databases()) {
            var location = Optional.ofNullable(locations.get(database));
            boolean isDefault = database.equals(Keys.DEFAULT_DATABASE);
            if (location.isEmpty()
                    && !isDefault
                    && resolution.pick(database, "url").isEmpty()) {
                statements.problem(noUrl(database));
            }
            boolean unused = location.isEmpty() && isDefault && !locations.isEmpty();
            if (unused) {
                unused();
            }
            if (unused && !features.isAnyGiven()) {
                continue;
            }
            var binder = new DatabaseBinder(database, resolution, location, statements::problem);
            binder.bind().ifPresent(bound -> {
                binder.settings(bound).stream()
                        .filter(setting -> !unused || Keys.POLICIES.contains(setting.key()))
                        .forEach(settings::add);
                if (isDefault) {
                    policies = bound.config();
                }
                if (location.isPresent()) {
                    databases.add(bound.config());
                }
            });
        }
        return databases;
    }

    private Problem noUrl(String database) {
        var place = statements.said().stream()
                .filter(said -> said.slot().database().equals(database))
                .map(Said::place)
                .findFirst()
                .orElse(database);
        var key = Said.Slot.of(database, "url").text();
        return Problem.error(place, key, "", "is required for each database", "give the URL of database " + database);
    }

    /** Settings of the database called {@code default} while only others are configured. */
    private void unused() {
        statements.said().stream()
                .filter(said -> said.slot().database().equals(Keys.DEFAULT_DATABASE))
                .filter(said -> !features.isAnyGiven()
                        || !Keys.POLICIES.contains(said.slot().key()))
                .forEach(said -> statements.problem(Problem.warning(
                        said.place(),
                        said.slot().text(),
                        said.shown(),
                        "means the database called default, which is not configured",
                        "write it as databases.<name>." + said.slot().key() + ", or give a url")));
    }
}
