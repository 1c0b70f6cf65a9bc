// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

/**
 * Is told of alerts: once when one fires, once when it is resolved. Called on the one thread that watches: it must hand
 * over and not block. What it throws is logged.
 */
@FunctionalInterface
public interface AlertSink {

    /** An alert has fired or is resolved; its state says which. */
    void tell(Alert alert);
}
