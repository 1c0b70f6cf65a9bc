// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** What each JDBC driver needs and lacks, for the pool. */
@NullMarked
package dev.wellhead.drivers;

import org.jspecify.annotations.NullMarked;
