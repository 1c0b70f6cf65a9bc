// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.opentelemetry;

import dev.wellhead.pool.PoolConfig;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a JDBC URL says of a database, as attributes of the semantic conventions
 * (<a href="https://opentelemetry.io/docs/specs/semconv/database/">Semantic conventions for database client calls</a>).
 * Of several hosts none is named: which of them answers is not the URL's to say.
 */
final class DatabaseNames {

    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
    static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("db.namespace");
    static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");

    private static final Map<String, String> SYSTEMS = Map.ofEntries(
            Map.entry("clickhouse", "clickhouse"),
            Map.entry("derby", "derby"),
            Map.entry("h2", "h2database"),
            Map.entry("hsqldb", "hsqldb"),
            Map.entry("mariadb", "mariadb"),
            Map.entry("mysql", "mysql"),
            Map.entry("oracle", "oracle.db"),
            Map.entry("postgresql", "postgresql"),
            Map.entry("sqlite", "sqlite"),
            Map.entry("sqlserver", "microsoft.sql_server"));

    /** {@code jdbc:<system>:...//<user:password@><hosts>/<name>}; what stands before the slashes are words of the driver. */
    private static final Pattern URL = Pattern.compile(
            "jdbc:(?<system>[^:/]+):[^/?;]*?//(?:[^@/?;]*@)?(?<hosts>[^/?;]*)(?:/(?<name>[^?;]*))?.*", Pattern.DOTALL);

    private static final Pattern HOST = Pattern.compile("(?<host>\\[[^\\]]+\\]|[^:,\\[\\]()]+)(?::(?<port>\\d{1,5}))?");

    private DatabaseNames() {}

    static Attributes of(PoolConfig config) {
        var url = config.jdbcUrl();
        var attributes = Attributes.builder();
        int colon = url.indexOf(':', "jdbc:".length());
        var scheme = colon < 0 ? "" : url.substring("jdbc:".length(), colon);
        attributes.put(SYSTEM, SYSTEMS.getOrDefault(scheme, "other_sql"));
        var parts = URL.matcher(url);
        if (parts.matches()) {
            var name = parts.group("name");
            if (name != null && !name.isEmpty()) {
                attributes.put(NAMESPACE, name);
            }
            var host = HOST.matcher(parts.group("hosts"));
            if (host.matches()) {
                attributes.put(ADDRESS, host.group("host").replaceAll("[\\[\\]]", ""));
                if (host.group("port") != null) {
                    attributes.put(PORT, Long.parseLong(host.group("port")));
                }
            }
        }
        return attributes.build();
    }
}
