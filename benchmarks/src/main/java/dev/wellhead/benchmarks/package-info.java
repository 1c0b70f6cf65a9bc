// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** What Wellhead costs, beside what people use in its place. Nothing depends on this. */
@NullMarked
package dev.wellhead.benchmarks;

import org.jspecify.annotations.NullMarked;
