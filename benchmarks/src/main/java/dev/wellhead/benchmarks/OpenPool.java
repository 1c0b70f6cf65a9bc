// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A pool that runs, Wellhead's or another's. */
public interface OpenPool extends AutoCloseable {

    /**
     * Acquires, by the pool's own class where that is what its users call.
     *
     * @return to be closed by the caller
     * @throws SQLException when the pool refuses
     */
    Connection getConnection() throws SQLException;

    /** The pool's own class. */
    DataSource dataSource();

    /** Ends the pool. */
    @Override
    void close();
}
