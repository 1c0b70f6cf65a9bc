// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/** How a program of Wellhead's writes its log lines. */
public enum LogLayout {
    /** {@code event words key=value}. */
    PLAIN,
    /** The texts and brackets that monitors of older deployments search for. */
    CLASSIC,
    /** One JSON object a line. */
    JSON
}
