// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/** How bad a {@link Problem} is. */
public enum Severity {
    /** The configuration cannot be used. */
    ERROR,
    /** It can be used, but is probably not what was meant. */
    WARNING
}
