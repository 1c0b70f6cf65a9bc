// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Settings from environment, files and flags, each with its origin. */
@NullMarked
package dev.wellhead.config;

import org.jspecify.annotations.NullMarked;
