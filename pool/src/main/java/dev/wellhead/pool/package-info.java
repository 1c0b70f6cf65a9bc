// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** The JDBC connection pool. */
@NullMarked
package dev.wellhead.pool;

import org.jspecify.annotations.NullMarked;
