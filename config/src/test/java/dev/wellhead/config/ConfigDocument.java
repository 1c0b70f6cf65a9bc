// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Writes {@code docs/config.md} from the table of keys. */
final class ConfigDocument {

    private static final String START = """
            # Configuration
            Made from the table of keys by `ConfigDocument`; a test fails when this file is stale.

            Every setting has one key. It may be said in five places; the earlier wins: flag, environment, `.env` of the \
            working folder, file (`wellhead.yaml` or `wellhead.properties` there, or `--config FILE`), profile; else the \
            default stands.

            | place | `pool.max-size` of the database `default` | of the database `orders` |
            |---|---|---|
            | flag | `--set pool.max-size=10` | `--set databases.orders.pool.max-size=10` |
            | environment, `.env` | `WELLHEAD_POOL_MAX_SIZE=10` | `WELLHEAD_DATABASES_ORDERS_POOL_MAX_SIZE=10` |
            | `wellhead.yaml` | `pool.max-size: 10` or `pool: {max-size: 10}` | `databases: {orders: {pool: {max-size: 10}}}` |
            | `wellhead.properties` | `pool.max-size=10` | `databases.orders.pool.max-size=10` |

            An unknown key or `WELLHEAD_` name is an error that names the nearest one. A secret comes by the environment, \
            `.env`, the file or a file of its own (`password-file`, `url-file`), never by a flag, and is shown nowhere.

            ## Commands
            * `wellhead config init` writes a `wellhead.yaml` and a `.env.example` that hold every key, its meaning, unit \
            and default, all commented out.
            * `wellhead config check` lists all problems at once, each with place, rule and fix; `--connect` also tries \
            each database.
            * `wellhead config show` prints every effective value with its default, unit and who said it; `--changed` only \
            what is not the default.
            * `wellhead config schema` prints the JSON Schema of `wellhead.yaml` (also [here](wellhead.schema.json)). \
            Editors with the YAML language server complete and check by it when the file begins with \
            `# yaml-language-server: $schema=wellhead.schema.json`.

            ## Values
            A duration is a number with a unit, `ns`, `us`, `ms`, `s`, `m`, `h` or `d`, such as `500ms` or `1m30s`; zero \
            needs none. A bare number is refused, except under names whose unit the table of names below says.

            ## URLs
            `postgresql://`, `mysql://`, `mariadb://`, `sqlite:`, `h2:`, or a JDBC URL as it stands. `mysql://` and \
            `mariadb://` go to the driver of that name, or to the other if only that is there; over a unix socket \
            (`?localSocket=/run/mysqld/mysqld.sock`) always to MariaDB's. PostgreSQL's driver cannot use unix sockets by \
            itself. Several hosts are `postgresql://a:5432,b:5432/shop`; IPv6 goes in brackets. `sqlite:` and `h2:` are the \
            JDBC forms without `jdbc:`; what follows `sqlite:` or `sqlite://` is the path as it stands, so \
            `sqlite:///var/x.db` is absolute. Percent-encode special characters in user name and password; `+` stays `+`.

            No secret stays in a URL: the login and parameters such as `sslpassword` are taken out and handed to the \
            driver apart. A parameter given twice with different values is an error; one that PostgreSQL's driver would \
            ignore is a warning.

            ## Files
            `wellhead.properties` has the format of Java's properties, in UTF-8; a key that stands twice and a backslash \
            that begins no escape are errors. Only one of the two files may stand in the folder. In YAML, aliases may \
            repeat settings (at most 50 times); merges and tags are not read. Every file is at most 1 MiB and 10,000 \
            values, and is read again once if it changes meanwhile.

            In Java: `ConfigLoader.builder().set("pool.max-size", "10")`; it wins over everything.

            ## Reload
            `wellhead serve` reads its configuration anew on SIGHUP, and a second or so after one of its files changes \
            (`wellhead.yaml` or `.properties` or that of `--config`, `.env`, `password-file`, `url-file`), however it is \
            replaced. Flags and environment stay as they were at the start. With anything wrong in it, nothing changes: \
            each problem is logged with place, rule and mend, then `configuration kept`. Otherwise each changed key gets a \
            line, `configuration changed key=pool.max-size before=20 after=40 origin=wellhead.yaml:3 effect=applied` (or \
            `effect=needs-restart`; of secrets only `value=changed`), and then `configuration reloaded changed=.. \
            applied=.. needs-restart=..`. What waits for a restart keeps its old value and is named again at each SIGHUP. \
            A database that was added is opened; if that fails, the others are not affected and the next reload tries \
            again. One that was removed stays open until a restart. Each key counts by itself: when a `url` changes too, \
            restart soon. When the terminal that it was started in is closed, `serve` drains and ends.

            ## Profiles
            The profile is the key `profile` (`WELLHEAD_PROFILE`), else what `NODE_ENV` says (`production`, `development`), \
            else `local` where all databases are on loopback, else `production`. `development` is another word for \
            `local`. Three values in a row are those of PROFILES.

            ## Keys
            A change counts at reload (SIGHUP to `wellhead serve`, or the file was changed) or after a restart.
            """;

    private static final String ALIASES = """

            ## Names from other programs
            They mean the database `default`, or MongoDB. Two that say different things for one setting are an error that names both.

            | name | key | unit |
            |---|---|---|
            """;

    private static final String WORKERS = """

            `NODE_ENV` chooses the profile (above). `WORKER_CONCURRENCY`, or the largest of several \
            `*_WORKER_CONCURRENCY`, sizes the pool where nothing else does: SIZES; with `pool.acquire-timeout` ACQUIRE and \
            `pool.idle-timeout` IDLE; the keys `mongodb.*` of the same meaning likewise. Where \
            `MONGODB_URI` is set, or `mongodb.uri` is given elsewhere, the two names that stand twice are MongoDB's.
            """;

    private ConfigDocument() {}

    static String text() {
        var profiles = Arrays.stream(Profile.values()).map(Profile::text).collect(Collectors.joining(" / "));
        var text = new StringBuilder(START.replace("PROFILES", profiles));
        for (var section : KeySection.all()) {
            text.append("\n### ").append(section.title()).append('\n');
            text.append("| key | default | unit | meaning | a change counts |\n|---|---|---|---|---|\n");
            section.keys().forEach(key -> text.append(row(key)));
        }
        text.append(ALIASES);
        Aliases.all().forEach(alias -> text.append(row(alias)));
        return text.append(workers()).toString();
    }

    private static String row(Key<?, ?, ?> key) {
        var standard = KeyDefault.of(key);
        var value = standard.isCommon()
                ? standard.at(Profile.PRODUCTION)
                : Arrays.stream(Profile.values()).map(standard::at).collect(Collectors.joining(" / "));
        return "| `%s` | %s | %s | %s | %s |%n"
                .formatted(
                        key.name(),
                        key.equals(Keys.PROFILE) ? "detected" : value.isEmpty() ? "-" : value,
                        unit(key),
                        key.text().replace("|", "\\|"),
                        key.change().text());
    }

    private static String unit(Key<?, ?, ?> key) {
        var shape = key.type().shape();
        if (shape instanceof Shape.Choice choice) {
            return String.join(", ", choice.words());
        }
        if (shape instanceof Shape.Flag) {
            return "true, false";
        }
        return shape.range().isEmpty() ? key.type().unit() : key.type().unit() + ", " + shape.range();
    }

    private static String row(Aliases.Alias alias) {
        var unit = switch (alias.form()) {
            case PLAIN -> "as the key";
            case MILLISECONDS -> "milliseconds";
            case TLS_SWITCH -> "true: auto, false: disable";
        };
        return "| `%s` | `%s` | %s%s |%n"
                .formatted(
                        alias.name(),
                        alias.key(),
                        unit,
                        alias.onlyWithoutMongo()
                                ? "; MongoDB's where `MONGODB_URI` is set"
                                : Aliases.isShared(alias) ? "; only where `MONGODB_URI` is set" : "");
    }

    private static String workers() {
        var sizes = List.of(1, 3, 6, 11).stream()
                .map(WorkerSizing::of)
                .map(row -> row.get("pool.min-idle") + ".." + row.get("pool.max-size"))
                .toList();
        var any = WorkerSizing.of(1);
        return WORKERS.replace(
                        "SIZES", "1 to 2: %s connections; 3 to 5: %s; 6 to 10: %s; more: %s".formatted(sizes.toArray()))
                .replace("ACQUIRE", any.get("pool.acquire-timeout"))
                .replace("IDLE", any.get("pool.idle-timeout"));
    }
}
