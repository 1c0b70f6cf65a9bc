// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Runnable samples. */
@NullMarked
package dev.wellhead.examples;

import org.jspecify.annotations.NullMarked;
