// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Metrics and spans for OpenTelemetry, by its semantic conventions. */
@NullMarked
package dev.wellhead.opentelemetry;

import org.jspecify.annotations.NullMarked;
