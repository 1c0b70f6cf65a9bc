// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** The wellhead command. */
@NullMarked
package dev.wellhead.cli;

import org.jspecify.annotations.NullMarked;
