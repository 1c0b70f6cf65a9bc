// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** What the public classes are made of. */
@NullMarked
package dev.wellhead.mongo.internal;

import org.jspecify.annotations.NullMarked;
