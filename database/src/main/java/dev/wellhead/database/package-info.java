// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Databases by name: queries, transactions, retry, errors, health. */
@NullMarked
package dev.wellhead.database;

import org.jspecify.annotations.NullMarked;
