// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.HikariFile.Entry;
import dev.wellhead.config.HikariImport.Kind;
import dev.wellhead.config.HikariSetting.Fate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes what a file says of a pool of HikariCP in our keys. */
final class HikariTranslation {

    private static final Pattern DATABASE_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern PLACEHOLDER_DEFAULT = Pattern.compile("(\\$\\{[^:}]*):[^}]*");
    private static final Pattern USER_INFO = Pattern.compile("//[^/@]*@");
    private static final long MOST_RETRIES = 1_000_000;

    /** Names of JDBC's levels, and the numbers that HikariCP takes as well. */
    private static final Map<String, String> ISOLATIONS = Map.of(
            "TRANSACTION_READ_UNCOMMITTED", "read-uncommitted",
            "TRANSACTION_READ_COMMITTED", "read-committed",
            "TRANSACTION_REPEATABLE_READ", "repeatable-read",
            "TRANSACTION_SERIALIZABLE", "serializable",
            "1", "read-uncommitted",
            "2", "read-committed",
            "4", "repeatable-read",
            "8", "serializable");

    private static final Set<String> OTHER_ISOLATIONS = Set.of(
            "TRANSACTION_NONE",
            "TRANSACTION_CURSOR_STABILITY",
            "TRANSACTION_LAST_COMMITTED",
            "TRANSACTION_SQL_SERVER_SNAPSHOT_ISOLATION_LEVEL",
            "0",
            "3",
            "5",
            "4096");

    /** Settings that are said of elsewhere, or need no word. */
    private static final Set<String> HANDLED =
            Set.of("driverClassName", "connectionTimeout", "initializationFailTimeout");

    private final HikariFile file;
    private final HikariNotes notes;
    private final HikariValues values;
    private final StringBuilder text = new StringBuilder();
    private String prefix = "";
    private String username = "";

    HikariTranslation(HikariFile file, HikariNotes notes) {
        this.file = file;
        this.notes = notes;
        this.values = new HikariValues(file, notes);
    }

    String yaml() {
        text.append("# From ").append(file.name()).append(", by wellhead config import-hikari.\n");
        text.append("# Values without a place are defaults of HikariCP 7.1.0 that differ here.\n");
        name();
        var properties = new LinkedHashMap<>(file.properties());
        location(properties);
        login(properties);
        sizesAndTimes();
        start();
        switches();
        texts();
        driverProperties(properties);
        others();
        return text.toString();
    }

    private void name() {
        var entry = file.settings().get("poolName");
        if (entry == null) {
            return;
        }
        var name = entry.text().strip();
        if (DATABASE_NAME.matcher(name).matches()) {
            prefix = name.equals(Keys.DEFAULT_DATABASE) ? "" : Keys.DATABASES + name + ".";
        } else {
            notes.say(
                    entry.isOpen() ? Kind.OPEN : Kind.CHANGED,
                    entry.place(),
                    entry.written(),
                    "databases.<name>.",
                    "The database is called default here; another name has letters, digits, - and _ only.");
        }
    }

    private void location(Map<String, Entry> properties) {
        var dataSource = file.settings().get("dataSourceClassName");
        var url = file.settings().get("jdbcUrl");
        var driver = file.settings().get("driverClassName");
        if (dataSource == null || dataSource.text().isBlank()) {
            if (url == null || url.text().isBlank()) {
                noUrl(driver);
            } else {
                url(url, properties);
            }
            return;
        }
        if (driver != null && !driver.text().isBlank()) {
            notes.problem(
                    dataSource.place(),
                    dataSource.written(),
                    "",
                    "cannot be used together with " + driver.written() + " (" + driver.place()
                            + "): HikariCP refuses it",
                    "keep one of the two");
        }
        if (url != null) {
            notes.say(
                    Kind.CORRECTED,
                    url.place(),
                    url.written(),
                    "url",
                    "HikariCP ignores it beside " + dataSource.written() + ", and so does the import.");
        }
        ofDataSource(dataSource, properties);
    }

    private void ofDataSource(Entry dataSource, Map<String, Entry> properties) {
        var made = HikariUrl.of(dataSource, properties);
        properties.clear();
        properties.putAll(made.left());
        if (made.url().isEmpty()) {
            open(
                    "url",
                    dataSource,
                    "What URL stands for " + dataSource.text()
                            + " and its properties is not known: write the driver's.");
            return;
        }
        notes.say(
                Kind.CHANGED,
                dataSource.place(),
                dataSource.written(),
                "url",
                "Connections are made by the driver from this URL; compare it, and the driver-properties, with what the"
                        + " class makes of its properties.");
        url(made.url().get(), properties);
    }

    private void noUrl(@Nullable Entry driver) {
        var jndi = file.settings().get("dataSourceJNDI");
        if (jndi != null) {
            open("url", jndi, "A pool looked up by JNDI has no URL here: write that of its database.");
        } else if (driver != null && !file.isSpring()) {
            notes.problem(
                    driver.place(),
                    driver.written(),
                    "",
                    "needs a jdbcUrl beside it: HikariCP refuses it",
                    "add the URL");
        } else if (file.isSpring()) {
            notes.say(
                    Kind.OPEN,
                    file.name(),
                    "spring.datasource.url",
                    prefix + "url",
                    "The file names no database: Spring Boot has it from elsewhere, or an embedded one.");
        } else {
            notes.problem(
                    file.name(),
                    "jdbcUrl",
                    "",
                    "is missing, and dataSourceClassName as well: HikariCP refuses it",
                    "name the file that has it, or add one");
        }
    }

    private void url(Entry entry, Map<String, Entry> properties) {
        if (entry.isOpen()) {
            open("url", entry, "Put the URL together that the old program had.");
            return;
        }
        try {
            var url = ConnectionUrl.parse(entry.text());
            line("url", url.jdbcUrl(), entry.place());
            username = url.username();
            if (!url.password().isEmpty()) {
                secret("password", entry.place(), entry.written());
            }
            url.secrets().keySet().forEach(name -> secret(Keys.PAIRS + "." + name, entry.place(), entry.written()));
            tls(url, entry, properties);
        } catch (BadValueException bad) {
            notes.problem(entry.place(), entry.written(), Masking.brokenUrl(entry.text()), bad.rule(), bad.fix());
        }
    }

    /** The profile would ask for a verified certificate, which a driver of PostgreSQL without a word does not. */
    private void tls(ConnectionUrl url, Entry entry, Map<String, Entry> properties) {
        var address = url.address().filter(found -> found.vendor() == Vendor.POSTGRESQL);
        if (address.isEmpty()) {
            return;
        }
        take(properties, "sslrootcert").ifPresent(given -> given("tls.ca-cert", given));
        var mode = take(properties, "sslmode");
        var ssl = take(properties, "ssl");
        if (mode.isPresent()) {
            given("tls.mode", mode.get());
        } else if (ssl.isPresent()) {
            line(
                    "tls.mode",
                    ssl.get().text().equalsIgnoreCase("false") ? "disable" : "verify-full",
                    ssl.get().place());
        } else if (address.get().parameter("sslmode").isEmpty()
                && address.get().parameter("ssl").isEmpty()) {
            line("tls.mode", "prefer", "");
            notes.say(
                    Kind.CHANGED,
                    entry.place(),
                    entry.written(),
                    prefix + "tls.mode",
                    "prefer is the driver's own default, and verifies nothing; without the line the profile production"
                            + " asks for verify-full.");
        }
    }

    private void login(Map<String, Entry> properties) {
        var user = Optional.ofNullable(file.settings().get("username"));
        var fromProperties = take(properties, "user");
        var counts = user.or(() -> fromProperties);
        if (counts.isPresent()) {
            given("username", counts.get());
            if (!username.isEmpty() && !username.equals(counts.get().text())) {
                notes.say(
                        Kind.CHANGED,
                        counts.get().place(),
                        counts.get().written(),
                        prefix + "username",
                        "The URL names another login; with HikariCP the driver chose, here this key wins.");
            }
        } else if (!username.isEmpty()) {
            line("username", username, "from the URL");
        }
        var password = Optional.ofNullable(file.settings().get("password"));
        var ofProperties = take(properties, "password");
        password.or(() -> ofProperties)
                .filter(entry -> !entry.text().isEmpty())
                .ifPresent(entry -> secret("password", entry.place(), entry.written()));
    }

    private void sizesAndTimes() {
        count("pool.max-size", "maximumPoolSize");
        count("pool.min-idle", "minimumIdle");
        time("pool.acquire-timeout", "connectionTimeout");
        if (!Long.valueOf(Integer.MAX_VALUE).equals(values.number("connectionTimeout"))) {
            time("pool.connect-timeout", "connectionTimeout");
        }
        notes.say(
                Kind.CHANGED,
                placeOf("connectionTimeout"),
                "connectionTimeout",
                prefix + "pool.acquire-timeout, " + prefix + "pool.connect-timeout",
                HikariSetting.named("connectionTimeout").text());
        time("pool.validation-timeout", "validationTimeout");
        time("pool.idle-timeout", "idleTimeout");
        time("pool.max-lifetime", "maxLifetime");
        time("pool.keepalive-interval", "keepaliveTime");
        time("pool.leak-threshold", "leakDetectionThreshold");
        line("pool.statement-timeout", "0", "");
        line("pool.admission", "observe", "");
        var most = values.number("maximumPoolSize");
        if (most != null && most > 10_000) {
            notes.problem(
                    placeOf("maximumPoolSize"),
                    "maximumPoolSize",
                    most.toString(),
                    "must be at most 10000",
                    "lower it");
        }
    }

    private void start() {
        var entry = file.settings().get("initializationFailTimeout");
        var millis = values.number("initializationFailTimeout");
        if (millis == null) {
            openIfSaid("pool.start-mode", entry);
            return;
        }
        // One attempt, then one a second while the time lasts.
        long retries = Math.min(MOST_RETRIES, Math.max(0, (millis - 1) / 1_000));
        var place = entry == null ? "" : entry.place();
        line("pool.start-mode", millis <= 0 ? "lazy" : retries == 0 ? "fail-fast" : "wait", place);
        if (retries > 0) {
            line("pool.start-retries", String.valueOf(retries), place);
            line("pool.start-retry-delay", "1s", place);
        }
        if (entry != null) {
            var row = HikariSetting.named("initializationFailTimeout");
            notes.say(Kind.CHANGED, place, entry.written(), prefix + "pool.start-mode", row.text());
        }
    }

    private void switches() {
        flag("pool.auto-commit", "autoCommit", true);
        flag("pool.read-only", "readOnly", false);
        flag("pool.jmx", "registerMbeans", false);
        for (var name : Set.of("allowPoolSuspension", "isolateInternalQueries", "registerMbeans")) {
            var entry = file.settings().get(name);
            if (entry != null && !Boolean.FALSE.equals(values.flag(name, false))) {
                var row = HikariSetting.named(name);
                notes.say(Kind.CHANGED, entry.place(), entry.written(), row.ours(), row.text());
            }
        }
    }

    private void flag(String key, String name, boolean standard) {
        var entry = file.settings().get(name);
        var value = values.flag(name, standard);
        if (value == null) {
            openIfSaid(key, entry);
        } else if (entry != null) {
            line(key, value.toString(), entry.place());
        }
    }

    private void texts() {
        said("pool.init-sql", "connectionInitSql");
        said("pool.validation-query", "connectionTestQuery");
        said("pool.catalog", "catalog");
        said("pool.schema", "schema");
        var isolation = file.settings().get("transactionIsolation");
        if (isolation == null || isolation.text().isBlank()) {
            return;
        }
        var level = isolation.text().strip().toUpperCase(Locale.ROOT);
        if (isolation.isOpen()) {
            openIfSaid("pool.isolation", isolation);
        } else if (ISOLATIONS.containsKey(level)) {
            line("pool.isolation", ISOLATIONS.get(level), isolation.place());
        } else if (OTHER_ISOLATIONS.contains(level)) {
            notes.say(
                    Kind.NO_COUNTERPART,
                    isolation.place(),
                    isolation.written() + "=" + isolation.text().strip(),
                    prefix + "pool.isolation",
                    "A level of one vendor; set it in pool.init-sql where the database can.");
        } else {
            notes.problem(
                    isolation.place(),
                    isolation.written(),
                    isolation.text().strip(),
                    "is no level that HikariCP knows",
                    Nearest.to(level, ISOLATIONS.keySet())
                            .map(nearest -> "did you mean " + nearest + "?")
                            .orElse("use one such as TRANSACTION_READ_COMMITTED"));
        }
    }

    private void said(String key, String name) {
        var entry = file.settings().get(name);
        // HikariCP takes an empty one for none.
        if (entry != null && !entry.text().isBlank()) {
            given(key, entry);
        }
    }

    private void driverProperties(Map<String, Entry> properties) {
        properties.forEach((name, entry) -> {
            if (Masking.isSecretParameter(name)) {
                secret(Keys.PAIRS + "." + name, entry.place(), entry.written());
            } else {
                given(Keys.PAIRS + "." + name, entry);
            }
        });
    }

    /** What nobody above has said a word of. */
    private void others() {
        file.settings().forEach((name, entry) -> {
            var row = HikariSetting.named(name);
            boolean silent = HANDLED.contains(name) || entry.text().isBlank();
            if (!silent && row.fate() == Fate.IN_CODE) {
                notes.say(Kind.IN_CODE, entry.place(), entry.written(), row.ours(), row.text());
            } else if (!silent && row.fate() == Fate.NONE) {
                notes.say(Kind.NO_COUNTERPART, entry.place(), entry.written(), row.ours(), row.text());
            }
        });
    }

    private void count(String key, String name) {
        number(key, name, String::valueOf);
    }

    private void time(String key, String name) {
        number(key, name, millis -> DurationText.text(Duration.ofMillis(millis)));
    }

    private void number(String key, String name, LongFunction<String> form) {
        var value = values.number(name);
        var entry = file.settings().get(name);
        if (value != null) {
            line(key, form.apply(value), entry == null ? "" : entry.place());
        } else {
            openIfSaid(key, entry);
        }
    }

    private String placeOf(String name) {
        return Optional.ofNullable(file.settings().get(name)).map(Entry::place).orElse(file.name());
    }

    private void given(String key, Entry entry) {
        if (entry.isOpen()) {
            openIfSaid(key, entry);
        } else {
            line(key, entry.text(), entry.place());
        }
    }

    private void openIfSaid(String key, @Nullable Entry entry) {
        if (entry != null) {
            open(key, entry, "Set the key, or " + variable(key) + " in the environment, to what this stands for.");
        } else {
            text.append("# ").append(prefix).append(key).append(": as large as pool.max-size\n");
        }
    }

    private void open(String key, Entry entry, String next) {
        var shown = PLACEHOLDER_DEFAULT.matcher(Masking.url(entry.text())).replaceAll("$1:" + Masking.MASK);
        if (!Masking.isSecretName(key) && !entry.text().contains("@") && !Masking.isSecretName(entry.text())) {
            shown = entry.text();
        }
        shown = USER_INFO.matcher(shown).replaceAll("//" + Masking.MASK + "@");
        text.append("# ").append(prefix).append(key).append(": ");
        text.append(ConfigTemplate.quoted(shown))
                .append("   # ")
                .append(entry.place())
                .append('\n');
        notes.say(Kind.OPEN, entry.place(), entry.written() + "=" + shown, prefix + key, next);
    }

    private void secret(String key, String place, String written) {
        boolean isPassword = key.equals("password");
        var how = isPassword
                ? "set " + variable(key) + " in the environment, or password-file to the path of a file that holds it"
                : "set " + variable(Keys.PAIRS) + " in the environment to " + key.substring(Keys.PAIRS.length() + 1)
                        + "=...";
        text.append("# ")
                .append(prefix)
                .append(key)
                .append(": left out; ")
                .append(how)
                .append('\n');
        notes.say(
                Kind.SECRET,
                place,
                written,
                prefix + key,
                how.substring(0, 1).toUpperCase(Locale.ROOT) + how.substring(1) + ".");
    }

    private String variable(String key) {
        if (prefix.isEmpty()) {
            return key.equals("password") ? "DB_PASSWORD" : Keys.ENVIRONMENT_PREFIX + Keys.environmentForm(key);
        }
        return Keys.ENVIRONMENT_PREFIX + Keys.environmentForm(prefix + key);
    }

    private void line(String key, String value, String place) {
        text.append(prefix).append(key).append(": ").append(ConfigTemplate.quoted(value));
        text.append(place.isEmpty() ? "" : "   # " + place).append('\n');
    }

    private static Optional<Entry> take(Map<String, Entry> properties, String wanted) {
        for (var name : properties.keySet()) {
            if (name.equalsIgnoreCase(wanted)) {
                return Optional.ofNullable(properties.remove(name));
            }
        }
        return Optional.empty();
    }
}
