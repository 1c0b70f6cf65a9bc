// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** The HTTP server: health, metrics and administration. */
@NullMarked
package dev.wellhead.server;

import org.jspecify.annotations.NullMarked;
