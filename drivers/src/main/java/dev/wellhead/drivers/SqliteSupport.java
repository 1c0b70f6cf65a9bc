// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import dev.wellhead.pool.spi.DriverSupport;
import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What SQLite's driver (sqlite-jdbc of Xerial) needs and lacks.
 *
 * <p>It needs no defaults: there is no network, and whoever finds the file locked waits for 3 s ({@code busy_timeout}). It
 * cannot tell its transaction state, has no number for a session, and {@link java.sql.Statement#setQueryTimeout} limits the
 * wait for a lock alone, not work; {@link java.sql.Statement#cancel} ends that.
 */
public final class SqliteSupport implements DriverSupport {

    /** SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB: the file went away, or is not what it was. */
    private static final Set<Integer> ENDED = Set.of(10, 11, 26);

    private static final Pattern PRIVATE =
            Pattern.compile("jdbc:sqlite:(?:(?:file:)?(?::memory:)?(?:[?].*)?|file:.*[?&]mode=memory(?:&.*)?)");
    private static final Pattern SHARED = Pattern.compile("[?&](?:cache=shared|shared_cache=true)(?:&|$)");

    private static final int PRIMARY_CODE = 0xff;

    /** Found by {@link java.util.ServiceLoader}. */
    public SqliteSupport() {}

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith("jdbc:sqlite:");
    }

    /** {@code :memory:}, {@code file::memory:}, {@code mode=memory} and no name at all, without a shared cache. */
    @Override
    public boolean isPrivateToConnection(String jdbcUrl) {
        return PRIVATE.matcher(jdbcUrl).matches() && !SHARED.matcher(jdbcUrl).find();
    }

    @Override
    public boolean isFatal(SQLException error) {
        return ENDED.contains(error.getErrorCode() & PRIMARY_CODE);
    }
}
