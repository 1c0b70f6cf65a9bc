// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** A private real PostgreSQL: started, kept and locked. */
@NullMarked
package dev.wellhead.embedded;

import org.jspecify.annotations.NullMarked;
