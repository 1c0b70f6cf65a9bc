// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Result rows to Java values and Java values to parameters; no promises to anybody outside of this module. */
@NullMarked
package dev.wellhead.database.internal;

import org.jspecify.annotations.NullMarked;
