// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** Pool metrics for OpenTelemetry, by its semantic conventions. */
@NullMarked
package dev.wellhead.opentelemetry;

import org.jspecify.annotations.NullMarked;
