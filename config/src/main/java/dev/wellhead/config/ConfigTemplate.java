// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * {@code wellhead.yaml} and {@code .env} as a user starts them: every key with its meaning, unit and default, all
 * commented out, so that the files change nothing as they stand. A line {@code #key} holds the default and changes nothing
 * when it is uncommented either.
 */
public final class ConfigTemplate {

    private static final int WIDTH = 100;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/](?:[A-Za-z0-9./_:@-]*[A-Za-z0-9])?");

    /** What may stand under keys that have no default. */
    private static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry("url", "postgresql://app@db.example.com:5432/shop"),
            Map.entry("url-file", "/run/secrets/database-url"),
            Map.entry("address.host", "db.example.com"),
            Map.entry("address.port", "5432"),
            Map.entry("address.database", "shop"),
            Map.entry("username", "app"),
            Map.entry("password", "change-me"),
            Map.entry("password-file", "/run/secrets/db-password"),
            Map.entry("server.read-token", "change-me-to-a-secret"),
            Map.entry("server.read-token-file", "/run/secrets/wellhead-read-token"),
            Map.entry("server.admin-token", "change-me-to-a-secret"),
            Map.entry("server.admin-token-file", "/run/secrets/wellhead-admin-token"),
            Map.entry("server.tls-cert", "/etc/ssl/wellhead.pem"),
            Map.entry("server.tls-key", "/etc/ssl/wellhead.pk8.pem"),
            Map.entry("prices.connection-hour", "0.012"),
            Map.entry("prices.database-hour", "0.35"),
            Map.entry("prices.currency", "EUR"),
            Map.entry("alerts.rules", "HIGH_POOL_USAGE=0.9 for 30s,HIGH_RETRY_RATE=off"),
            Map.entry("alerts.webhook.url", "https://hooks.example.com/alerts"),
            Map.entry("alerts.webhook.secret", "change-me-to-a-secret"),
            Map.entry("alerts.webhook.secret-file", "/run/secrets/wellhead-webhook-secret"),
            Map.entry("alerts.alertmanager.url", "http://alertmanager:9093"),
            Map.entry("tls.ca-cert", "/etc/ssl/db-ca.pem"),
            Map.entry("tls.client-cert", "/etc/ssl/db-client.pem"),
            Map.entry("tls.client-key", "/etc/ssl/db-client.pk8.pem"),
            Map.entry("pool.validation-query", "SELECT 1"),
            Map.entry("pool.init-sql", "SET search_path TO shop, public"),
            Map.entry("pool.isolation", "read-committed"),
            Map.entry("pool.catalog", "shop"),
            Map.entry("pool.schema", "public"),
            Map.entry("pool.application-name", "checkout"),
            Map.entry("pool.lanes", "batch=0..6,admin=1..2 kept exempt"),
            Map.entry("pool.driver-properties", "socketTimeout=60,tcpKeepAlive=true"));

    private final Profile profile;
    private final StringBuilder text = new StringBuilder();

    private ConfigTemplate(Profile profile) {
        this.profile = profile;
    }

    /**
     * {@code wellhead.yaml}. Ends with a line break.
     *
     * @param profile whose values stand where they differ
     */
    public static String yaml(Profile profile) {
        return new ConfigTemplate(profile).yaml();
    }

    /**
     * {@code .env}, with the names that other programs use beside ours. Ends with a line break.
     *
     * @param profile whose values stand where they differ
     */
    public static String dotEnv(Profile profile) {
        return new ConfigTemplate(profile).dotEnv();
    }

    /** What may stand under that key; empty if it has a default instead. */
    static String example(String key) {
        return Sections.find(key).map(entry -> entry.key().example()).orElseGet(() -> EXAMPLES.getOrDefault(key, ""));
    }

    private String yaml() {
        say("wellhead.yaml: the settings of Wellhead. Every key is here, and all are commented out: as it stands this"
                + " file changes nothing.");
        blank();
        say("Where profiles differ, the values are those of profile " + profile.text() + ".");
        blank();
        say("#key: value    holds the default; remove the # and change the value.");
        say("# key: value   is an example of a key without a default; remove \"# \" and change the value.");
        blank();
        say(
                "A duration is a number with a unit (ns, us, ms, s, m, h, d), such as 250ms or 1m30s. The environment, .env and"
                        + " flags go before this file; wellhead config show tells who said what, wellhead config check finds"
                        + " mistakes. Keys may be nested as well: pool.max-size is max-size under pool.");
        blank();
        say("These keys mean the database called default. Others have names of their own and take all keys but profile"
                + " and server.*, such as");
        say("databases.orders.url: postgresql://app@orders.example.com:5432/orders");
        say("databases.orders.pool.max-size: 5");
        blank();
        say(
                "For completion and checks in an editor: wellhead config schema >wellhead.schema.json, and as first line here");
        say("yaml-language-server: $schema=wellhead.schema.json");
        for (var section : KeySection.all()) {
            heading(section);
            section.keys().forEach(this::yaml);
        }
        return text.toString();
    }

    private void yaml(Key<?, ?, ?> key) {
        var value = describe(key);
        var line = key.name() + ": " + quoted(value.isEmpty() ? example(key.name()) : value);
        text.append(value.isEmpty() ? "# " : "#").append(line).append('\n');
    }

    static String quoted(String value) {
        return PLAIN.matcher(value).matches()
                ? value
                : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private String dotEnv() {
        say(".env: the settings of Wellhead as variables, for the environment or for a file .env in the working folder."
                + " Every name is here, and all are commented out: as it stands this file changes nothing. A line holds"
                + " the default, or nothing where there is none; an empty value counts as not set.");
        blank();
        say("A duration is a number with a unit (ns, us, ms, s, m, h, d), such as 250ms or 1m30s. The environment goes"
                + " before .env, and .env before wellhead.yaml; wellhead config show tells who said what, wellhead config"
                + " check finds mistakes. Of several names of one setting set one.");
        blank();
        say(
                "These names mean the database called default. Others have names of their own: WELLHEAD_DATABASES_ORDERS_URL,"
                        + " WELLHEAD_DATABASES_ORDERS_POOL_MAX_SIZE and so on.");
        for (var section : KeySection.all()) {
            heading(section);
            section.keys().forEach(this::dotEnv);
        }
        others();
        return text.toString();
    }

    private void dotEnv(Key<?, ?, ?> key) {
        var value = describe(key);
        if (value.isEmpty()) {
            say("For example: " + example(key.name()));
        }
        variable(key.environmentName(), value);
        for (var alias : Aliases.all()) {
            if (!alias.key().equals(key.name())) {
                continue;
            }
            if (Aliases.isShared(alias)) {
                say("Also by " + alias.name() + ", where it is MongoDB's");
            } else {
                alias(alias, value);
            }
        }
    }

    private void alias(Aliases.Alias alias, String value) {
        var note = new ArrayList<String>();
        if (alias.form() != Aliases.Form.PLAIN) {
            note.add(alias.form().unit());
        }
        if (alias.onlyWithoutMongo()) {
            note.add("MongoDB's where MONGODB_URI is set");
        }
        if (!note.isEmpty()) {
            say(alias.name() + ": " + String.join("; ", note));
        }
        variable(
                alias.name(),
                switch (alias.form()) {
                    case PLAIN -> value;
                    case MILLISECONDS -> milliseconds(value);
                    case TLS_SWITCH -> "";
                });
    }

    private static String milliseconds(String duration) {
        try {
            return String.valueOf(
                    duration.isEmpty() ? "" : DurationText.parse(duration).toMillis());
        } catch (BadValueException impossible) {
            throw new IllegalStateException("default is no duration: " + duration, impossible);
        }
    }

    /** Names that decide something and are no key. */
    private void others() {
        text.append("\n# --- Names that decide several settings ---\n\n");
        say("production or development (which is local): the profile, where WELLHEAD_PROFILE does not say it");
        variable(
                "NODE_ENV",
                switch (profile) {
                    case PRODUCTION -> "production";
                    case LOCAL -> "development";
                    case EDGE -> "";
                });
        text.append('\n');
        say("How many jobs a worker runs at once; sizes the pool where nothing else does, and sets"
                + " pool.acquire-timeout 30s and pool.idle-timeout 1m with it: 1 to 2: 2..5 connections, 3 to 5: 3..10,"
                + " 6 to 10: 5..15, more: 8..20. Any name that ends in _WORKER_CONCURRENCY counts as well; the largest"
                + " wins.");
        variable(WorkerSizing.NAME, "");
    }

    private void variable(String name, String value) {
        text.append('#').append(name).append('=').append(value).append('\n');
    }

    private void heading(KeySection section) {
        text.append("\n# --- ").append(section.title()).append(" ---\n");
    }

    /** Writes what the key means and answers its default; empty where it has none. */
    private String describe(Key<?, ?, ?> key) {
        text.append('\n');
        say(key.text());
        var standard = KeyDefault.of(key);
        var facts = new ArrayList<String>();
        facts.add(unit(key));
        if (key.equals(Keys.PROFILE)) {
            facts.add("Default: what NODE_ENV says, else local for a database on loopback, else production");
        } else {
            facts.add(standard.isEmpty() ? "No default" : "Default: " + standard.text());
        }
        facts.add("Counts " + key.change().text());
        say(String.join(". ", facts) + ".");
        return standard.at(profile);
    }

    /** The unit with what it may be. */
    static String unit(Key<?, ?, ?> key) {
        var shape = key.type().shape();
        if (shape instanceof Shape.Choice choice) {
            return "One of: " + String.join(", ", choice.words());
        }
        if (shape instanceof Shape.Flag) {
            return "One of: true, false";
        }
        if (shape instanceof Shape.Lanes) {
            return "Lanes with commas between: name=guaranteed..ceiling, then kept and exempt where they apply";
        }
        if (shape instanceof Shape.Pairs) {
            return "Pairs with commas between: name=value,name=value";
        }
        var range = shape.range();
        return "Unit: " + key.type().unit() + (range.isEmpty() ? "" : ", " + range);
    }

    private void blank() {
        text.append("#\n");
    }

    private void say(String prose) {
        wrap(prose, WIDTH - 2).forEach(line -> text.append("# ").append(line).append('\n'));
    }

    /** Lines of at most that many characters, broken at blanks; a longer word stays whole. */
    static List<String> wrap(String prose, int width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (var word : prose.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
