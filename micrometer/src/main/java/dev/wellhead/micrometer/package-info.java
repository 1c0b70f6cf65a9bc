// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Pool and database metrics for Micrometer. */
@NullMarked
package dev.wellhead.micrometer;

import org.jspecify.annotations.NullMarked;
