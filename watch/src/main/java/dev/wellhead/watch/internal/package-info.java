// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Not public. */
@NullMarked
package dev.wellhead.watch.internal;

import org.jspecify.annotations.NullMarked;
