// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
/** What can be told of an SQL text without a database: where its parameters are, and its JDBC form. */
@NullMarked
package dev.wellhead.sql;

import org.jspecify.annotations.NullMarked;
