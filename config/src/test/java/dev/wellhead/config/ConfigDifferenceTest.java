// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.wellhead.config.ConfigDifference.Entry;
import dev.wellhead.database.DatabaseManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigDifferenceTest {

    /** Nothing listens there, and nothing tries. */
    private static final String URL = "postgresql://localhost:1/shop";

    private static final String QUIET = """
            pool.start-mode: lazy
            pool.min-idle: 0
            health.enabled: false
            """;

    /** Of keys that say where the database is and who logs in: two values each, and what a database calls the change. */
    private static final Map<String, List<String>> CONNECTION = Map.ofEntries(
            Map.entry("url", List.of(URL, "postgresql://localhost:1/other", "url")),
            Map.entry("url-file", List.of("url.1", "url.2", "url")),
            Map.entry("address.host", List.of("localhost", "127.0.0.1", "url")),
            Map.entry("address.port", List.of("1", "2", "url")),
            Map.entry("address.database", List.of("shop", "other", "url")),
            Map.entry("username", List.of("clerk", "other", "username")),
            Map.entry("password", List.of("canary-1", "canary-2", "password")),
            Map.entry("password-file", List.of("password.1", "password.2", "password")),
            Map.entry("tls.mode", List.of("disable", "require", "pool.driver-properties")),
            Map.entry("tls.ca-cert", List.of("cert.1", "cert.2", "pool.driver-properties")),
            Map.entry("tls.client-cert", List.of("cert.1", "cert.2", "pool.driver-properties")),
            Map.entry("tls.client-key", List.of("cert.1", "cert.2", "pool.driver-properties")));

    @TempDir
    Path folder;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(folder.resolve("url.1"), URL);
        Files.writeString(folder.resolve("url.2"), URL + "2");
        Files.writeString(folder.resolve("password.1"), "canary-1");
        Files.writeString(folder.resolve("password.2"), "canary-2");
        Files.writeString(folder.resolve("cert.1"), "a");
        Files.writeString(folder.resolve("cert.2"), "b");
    }

    static Stream<String> databaseKeys() {
        return Keys.DATABASE.stream().map(Key::name);
    }

    @ParameterizedTest
    @MethodSource("databaseKeys")
    void whatIsMarkedLiveIsAppliedByRunningDatabaseAndTheRestIsNamed(String name) {
        var key = key(name);
        var before = load(key, true);
        var after = load(key, false);
        var entries = ConfigDifference.between(before, after).entries();
        assertThat(entries)
                .filteredOn(entry -> entry.key().equals(name))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.live()).isEqualTo(key.change() == Change.LIVE);
                    assertThat(entry.secret()).isEqualTo(key.secret());
                });
        assertThat(entries.toString()).doesNotContain("canary");

        var called = CONNECTION.containsKey(name) ? CONNECTION.get(name).get(2) : name;
        try (var manager =
                DatabaseManager.builder().database(before.databases().get(0)).open()) {
            var database = manager.database();
            var wanted = after.databases().get(0);
            var done = database.reconfigure(wanted);
            if (key.change() == Change.LIVE) {
                assertThat(done.applied()).containsExactly(called);
                assertThat(done.needsRestart()).isEmpty();
                assertThat(database.config()).isEqualTo(wanted);
                assertThat(database.dataSource().config()).isEqualTo(wanted.pool());
            } else {
                assertThat(done.needsRestart()).containsExactly(called);
                assertThat(done.applied()).isEmpty();
                assertThat(database.config()).isEqualTo(before.databases().get(0));
            }
        }
    }

    /** The key with one of two values that it can have. */
    private WellheadConfig load(Key<?, ?, ?> key, boolean first) {
        var name = key.name();
        if (!CONNECTION.containsKey(name)) {
            var given = new Given(folder).yaml("url: " + URL + "\n" + QUIET);
            if (!first) {
                given.env(
                        key.environmentName(),
                        KeysTest.other(key, Given.setting(given.load(), name).value()));
            }
            return given.load();
        }
        var value = CONNECTION.get(name).get(first ? 0 : 1);
        var file = value.matches("cert\\..") ? folder.resolve(value).toString() : value;
        var where = name.startsWith("url")
                ? ""
                : name.startsWith("address") ? "address.host: localhost\n" : "url: " + URL + "\n";
        var user = name.startsWith("password") ? "username: clerk\n" : "";
        var text = name.equals("address.host") ? "" : where + user;
        return new Given(folder).yaml(text + name + ": " + file + "\n" + QUIET).load();
    }

    @Test
    void keysThatAreNoDatabasesTakeRestartButThoseOfAlerts() throws IOException {
        var token = Files.writeString(folder.resolve("token"), "0123456789abcdef");
        var before = yaml("url: " + URL + "\n");
        var after = yaml("url: " + URL
                + "\nprofile: edge\nserver:\n  bind: 127.0.0.2\n  port: 0\n  drain-timeout: 1s\n  read-token-file: "
                + token
                + "\n  admin-token-file: "
                + token
                + "\n  metrics: off\n  tls-cert: a.pem\n  tls-key: b.pem\nmax-total: 30\ncompat.hikari-metrics: true\nlog.layout: json\n"
                + "prices.connection-hour: 0.5\nprices.database-hour: 2\nprices.currency: EUR\n"
                + "alerts.rules: HIGH_LATENCY=off\nalerts.webhook.url: http://127.0.0.1:1/a\nalerts.webhook.form: slack\n"
                + "alerts.webhook.secret-file: " + token + "\nalerts.alertmanager.url: http://127.0.0.1:2\n");
        var global = ConfigDifference.between(before, after).entries().stream()
                .filter(entry -> entry.database().isEmpty())
                .toList();
        assertThat(global)
                .extracting(Entry::key)
                .containsExactlyElementsOf(Keys.GLOBAL.stream().map(Key::name).toList());
        assertThat(global)
                .allSatisfy(entry -> assertThat(entry.live())
                        .as(entry.key())
                        .isEqualTo(entry.key().startsWith("alerts.")));
    }

    @Test
    void sameSettingsFromOtherPlacesAreNoDifference() {
        var before = yaml("url: " + URL + "\npool.max-size: 7\n");
        var after = yaml("\n\n\npool.max-size: 7\nurl: " + URL + "\n");
        assertThat(ConfigDifference.between(before, after).isEmpty()).isTrue();
        assertThat(ConfigDifference.between(before, before).isEmpty()).isTrue();
    }

    @Test
    void entryNamesBothValuesAndWhoSaysTheNewOne() {
        var before = yaml("url: " + URL + "\npool.max-size: 7\n");
        var after = yaml("url: " + URL + "\npool.max-size: 9\n");
        assertThat(ConfigDifference.between(before, after).entries())
                .containsExactly(new Entry("default", "pool.max-size", "7", "9", "wellhead.yaml:2", false, true))
                .extracting(Entry::toString)
                .containsExactly("pool.max-size: 7 -> 9 (wellhead.yaml:2)");
    }

    @Test
    void ofSecretsOnlyThatTheyChangedIsTold() {
        var before = yaml(secrets("canary-1"));
        var after = yaml(secrets("canary-2"));
        var difference = ConfigDifference.between(before, after);
        assertThat(difference.toString()).doesNotContain("canary");
        assertThat(difference.entries())
                .extracting(Entry::key, Entry::secret)
                .containsExactly(tuple("password", true), tuple("pool.driver-properties", true));
        assertThat(difference.entries()).allMatch(entry -> entry.toString().contains(": changed ("));
    }

    private static String secrets(String secret) {
        return "url: " + URL + "?sslpassword=" + secret + "\nusername: clerk\npassword: " + secret
                + "\npool.driver-properties.apiToken: " + secret + "\n";
    }

    @Test
    void alertsThatWereAppliedAreInForceAndSecretsOfThemTellOnlyThatTheyChanged() {
        var url = "url: " + URL + "\nalerts.webhook.url: http://127.0.0.1:1/canary-";
        var secret = "\nalerts.webhook.secret: canary-0123456789-";
        var before = yaml(url + "1" + secret + "1\n");
        var after = yaml(url + "2" + secret + "2\n");
        var difference = ConfigDifference.between(before, after);
        assertThat(difference.toString()).doesNotContain("canary");
        assertThat(difference.entries())
                .extracting(Entry::key, Entry::secret, Entry::live)
                .containsExactly(tuple("alerts.webhook.url", true, true), tuple("alerts.webhook.secret", true, true));
        var running = before.databases();
        assertThat(difference.inForce(before, after, running, Set.of()).alerts())
                .isEqualTo(after.alerts());
        var kept = difference.inForce(before, after, running, Set.of("alerts.webhook.url", "alerts.webhook.secret"));
        assertThat(kept.alerts()).isEqualTo(before.alerts());
        assertThat(ConfigDifference.between(kept, after).entries()).hasSize(2);
    }

    @Test
    void databasesComeAndGo() {
        var before = yaml("url: " + URL + "\ndatabases.old.url: " + URL + "3\n");
        var after = yaml("url: " + URL + "\ndatabases.new.url: " + URL + "4\n");
        var difference = ConfigDifference.between(before, after);
        assertThat(difference.added()).containsExactly("new");
        assertThat(difference.removed()).containsExactly("old");
        assertThat(difference.entries()).isEmpty();
        assertThat(difference.isEmpty()).isFalse();
    }

    @Test
    void whatWasNotAppliedDiffersAgain() {
        var before = yaml("url: " + URL + "\npool.max-size: 7\n");
        var after = yaml("url: " + URL + "\npool.max-size: 9\npool.schema: other\nserver.port: 0\ndatabases.new.url: "
                + URL + "4\n");
        var difference = ConfigDifference.between(before, after);
        var running = before.databases().get(0);
        var changed = running.withPool(running.pool().toBuilder().maxSize(9).build());

        var inForce = difference.inForce(before, after, List.of(changed), Set.of("pool.schema", "server.port"));
        assertThat(Given.setting(inForce, "pool.max-size").value()).isEqualTo("9");
        assertThat(inForce.server()).isEqualTo(before.server());
        var left = ConfigDifference.between(inForce, after);
        assertThat(left.entries()).extracting(Entry::key).containsExactly("server.port", "pool.schema");
        assertThat(left.added()).containsExactly("new");

        var opened = difference.inForce(
                before, after, List.of(changed, after.databases().get(1)), Set.of("pool.schema", "server.port"));
        assertThat(ConfigDifference.between(opened, after).added()).isEmpty();
        assertThat(ConfigDifference.between(opened, after).entries())
                .extracting(Entry::key)
                .containsExactly("server.port", "pool.schema");
    }

    @Test
    void filesAreThoseThatAreReadAndThoseThatWouldBe() {
        var given = new Given(folder).yaml("url: " + URL + "\nusername: clerk\npassword-file: password.1\n");
        assertThat(given.loader().files(given.load()))
                .containsExactlyInAnyOrder(
                        folder.resolve("wellhead.yaml"),
                        folder.resolve("wellhead.properties"),
                        folder.resolve(".env"),
                        folder.resolve("password.1"));
        var other = folder.resolve("other.yaml");
        var explicit =
                new Given(folder).write("other.yaml", "url: " + URL + "\n").file(other);
        assertThat(explicit.loader().files(explicit.load())).containsExactly(other, folder.resolve(".env"));
    }

    private WellheadConfig yaml(String text) {
        return new Given(folder).yaml(text).load();
    }

    private static Key<?, ?, ?> key(String name) {
        return Keys.DATABASE.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
