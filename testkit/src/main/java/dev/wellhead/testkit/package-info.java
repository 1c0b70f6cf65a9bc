// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Real servers, a fault proxy, a scripted JDBC driver and a manual clock, for tests. */
@NullMarked
package dev.wellhead.testkit;

import org.jspecify.annotations.NullMarked;
