// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Morphia over the pool of a MongoDB client: {@link dev.wellhead.morphia.MorphiaBridge}. */
@NullMarked
package dev.wellhead.morphia;

import org.jspecify.annotations.NullMarked;
