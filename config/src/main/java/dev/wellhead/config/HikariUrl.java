// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.HikariFile.Entry;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** The URL that stands for a {@code DataSource} class and its properties. */
final class HikariUrl {

    /** By class; {@code HOST}, {@code PORT} and {@code NAME} are put in. Such classes are named in old files alone. */
    private static final Map<String, String> FORMS = Map.ofEntries(
            Map.entry("org.postgresql.ds.PGSimpleDataSource", "jdbc:postgresql://HOST:5432/NAME"),
            Map.entry("org.postgresql.ds.PGPoolingDataSource", "jdbc:postgresql://HOST:5432/NAME"),
            Map.entry("com.impossibl.postgres.jdbc.PGDataSource", "jdbc:postgresql://HOST:5432/NAME"),
            Map.entry("org.mariadb.jdbc.MariaDbDataSource", "jdbc:mariadb://HOST:3306/NAME"),
            Map.entry("org.mariadb.jdbc.MySQLDataSource", "jdbc:mariadb://HOST:3306/NAME"),
            Map.entry("com.mysql.jdbc.jdbc2.optional.MysqlDataSource", "jdbc:mysql://HOST:3306/NAME"),
            Map.entry("com.mysql.cj.jdbc.MysqlDataSource", "jdbc:mysql://HOST:3306/NAME"),
            Map.entry(
                    "com.microsoft.sqlserver.jdbc.SQLServerDataSource", "jdbc:sqlserver://HOST:1433;databaseName=NAME"),
            Map.entry("oracle.jdbc.pool.OracleDataSource", "jdbc:oracle:thin:@//HOST:1521/NAME"),
            Map.entry("org.h2.jdbcx.JdbcDataSource", ""),
            Map.entry("org.sqlite.SQLiteDataSource", ""));

    private final Map<String, Entry> left;
    private final @Nullable Entry url;

    private HikariUrl(Map<String, Entry> left, @Nullable Entry url) {
        this.left = left;
        this.url = url;
    }

    /** The properties that are not in the URL, and go to the driver. */
    Map<String, Entry> left() {
        return left;
    }

    /** The URL; its place is that of the class, or of the property that holds it. */
    Optional<Entry> url() {
        return Optional.ofNullable(url);
    }

    /** Puts the URL together, if the class is known or a property holds it. */
    static HikariUrl of(Entry className, Map<String, Entry> properties) {
        var left = new LinkedHashMap<>(properties);
        var whole = take(left, "url");
        if (whole.isPresent()) {
            return new HikariUrl(left, whole.get());
        }
        var form = FORMS.getOrDefault(className.text().strip(), "");
        var name = take(left, "databasename", "servicename", "database");
        if (form.isEmpty() || name.isEmpty()) {
            return new HikariUrl(left, null);
        }
        var host =
                take(left, "servername", "servernames", "host").map(Entry::text).orElse("localhost");
        var port = take(left, "portnumber", "portnumbers", "port").map(Entry::text);
        var text = form.replace("HOST", host.strip())
                .replace("NAME", name.get().text().strip());
        if (port.isPresent()) {
            text = text.replaceFirst(
                    ":\\d{4}(?=[/;])", ":" + Matcher.quoteReplacement(port.get().strip()));
        }
        return new HikariUrl(left, new Entry(className.written(), text, className.place()));
    }

    private static Optional<Entry> take(Map<String, Entry> properties, String... names) {
        for (var wanted : names) {
            for (var name : properties.keySet()) {
                if (name.toLowerCase(Locale.ROOT).equals(wanted)) {
                    return Optional.ofNullable(properties.remove(name));
                }
            }
        }
        return Optional.empty();
    }
}
