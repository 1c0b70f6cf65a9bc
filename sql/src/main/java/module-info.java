// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** What can be told of an SQL text without a database. */
module dev.wellhead.sql {
    requires static org.jspecify;

    exports dev.wellhead.sql;
}
