// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Statements by fingerprint, slow statements, and who holds connections without using them. */
module dev.wellhead.watch {
    requires transitive dev.wellhead.database;
    requires dev.wellhead.pool;
    requires dev.wellhead.sql;
    requires java.net.http;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.wellhead.watch;
}
