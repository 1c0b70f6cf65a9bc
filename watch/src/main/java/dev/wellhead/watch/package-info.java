// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Statements by fingerprint, slow statements, and who holds connections without using them. */
@NullMarked
package dev.wellhead.watch;

import org.jspecify.annotations.NullMarked;
