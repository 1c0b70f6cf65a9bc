// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** The table of log events, and their classic and JSON forms for Logback. */
@NullMarked
package dev.wellhead.logback;

import org.jspecify.annotations.NullMarked;
