// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.Secret;
import org.jspecify.annotations.Nullable;

/**
 * One database's settings, bound, and where it is.
 *
 * @param config what the database is opened with
 * @param target where it is and who logs in
 */
record BoundDatabase(DatabaseConfig config, Target target) {

    /**
     * Where a database is, for {@code config show}. What nothing was said of is null.
     *
     * @param jdbcUrl the URL without credentials
     * @param caCert the certificates to trust, a path or their text
     */
    record Target(
            @Nullable String jdbcUrl,
            @Nullable String urlFile,
            @Nullable String host,
            @Nullable Integer port,
            @Nullable String database,
            String username,
            Secret password,
            @Nullable String passwordFile,
            @Nullable TlsMode tlsMode,
            @Nullable String caCert,
            @Nullable String clientCert,
            Secret clientKey) {}
}
