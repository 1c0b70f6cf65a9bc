// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
/** The look at databases step by step, which {@code doctor} and {@code config check --connect} share. */
@NullMarked
package dev.wellhead.cli.internal;

import org.jspecify.annotations.NullMarked;
